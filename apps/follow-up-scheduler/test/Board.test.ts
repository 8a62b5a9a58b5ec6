import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"
import * as BoardSuite from "./BoardSuite.ts"

BoardSuite.suite(Databases.sqlite, it)
