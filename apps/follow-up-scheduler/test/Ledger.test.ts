import * as Databases from "./Databases.ts"
import * as LedgerSuite from "./LedgerSuite.ts"

Databases.onEach(LedgerSuite.suite)
