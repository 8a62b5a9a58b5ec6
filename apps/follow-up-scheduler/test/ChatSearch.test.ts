import { it } from "../../../tools/testing/it.ts"
import * as ChatSearchSuite from "./ChatSearchSuite.ts"
import * as Databases from "./Databases.ts"

ChatSearchSuite.suite(Databases.sqlite, it)
