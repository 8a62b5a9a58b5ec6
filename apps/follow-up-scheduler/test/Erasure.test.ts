import * as Databases from "./Databases.ts"
import * as ErasureSuite from "./ErasureSuite.ts"
import * as VirtualClock from "./VirtualClock.ts"

ErasureSuite.suite(Databases.sqlite, VirtualClock.effect)
