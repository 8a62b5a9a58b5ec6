import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"
import * as PauseSuite from "./PauseSuite.ts"

PauseSuite.suite(Databases.sqlite, it)
