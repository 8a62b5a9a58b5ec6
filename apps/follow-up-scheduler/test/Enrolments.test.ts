/** Contacts of a policy with a holdout, from their first follow-up to their reply. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import { suite } from "./EnrolmentsSuite.ts"
import { it } from "../../../tools/testing/it.ts"

suite(SqliteClient.layer({ filename: ":memory:" }), it)
