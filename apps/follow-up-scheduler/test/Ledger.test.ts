import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"
import * as LedgerSuite from "./LedgerSuite.ts"

LedgerSuite.suite(Databases.sqlite, it)
