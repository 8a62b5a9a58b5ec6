import * as Databases from "./Databases.ts"
import * as LedgerSuite from "./LedgerSuite.ts"
import * as VirtualClock from "./VirtualClock.ts"

LedgerSuite.suite(Databases.sqlite, VirtualClock.effect)
