/** Contacts of a policy with variants, from their first follow-up to their reply. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import { suite } from "./VariantsSuite.ts"
import { it } from "../../../tools/testing/it.ts"

suite(SqliteClient.layer({ filename: ":memory:" }), it)
