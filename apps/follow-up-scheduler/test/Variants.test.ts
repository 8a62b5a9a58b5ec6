/** Contacts of a policy with variants, from their first follow-up to their reply. */
import * as Databases from "./Databases.ts"
import { suite } from "./VariantsSuite.ts"
import { it } from "../../../tools/testing/it.ts"

suite(Databases.sqlite, it)
