import * as Databases from "./Databases.ts"
import * as BoardSuite from "./BoardSuite.ts"
import * as VirtualClock from "./VirtualClock.ts"

BoardSuite.suite(Databases.sqlite, VirtualClock.effect)
