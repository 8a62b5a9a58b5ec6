import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"
import * as ErasureSuite from "./ErasureSuite.ts"

ErasureSuite.suite(Databases.sqlite, it)
