import * as Databases from "./Databases.ts"
import * as TimerSuite from "./TimerSuite.ts"

Databases.onEach(TimerSuite.suite)
