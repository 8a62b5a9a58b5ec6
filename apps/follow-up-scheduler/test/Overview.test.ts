import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"
import * as OverviewSuite from "./OverviewSuite.ts"

OverviewSuite.suite(Databases.sqlite, it)
