import * as Databases from "./Databases.ts"
import * as PauseSuite from "./PauseSuite.ts"
import * as VirtualClock from "./VirtualClock.ts"

PauseSuite.suite(Databases.sqlite, VirtualClock.effect)
