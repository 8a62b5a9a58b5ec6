/** The suites that every database must pass, on PostgreSQL; the fast tests run them on SQLite. */
import { it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Database from "../src/Ledger/Database/Postgres.ts"
import * as ChatSearchSuite from "./ChatSearchSuite.ts"
import * as ChatsByRowSuite from "./ChatsByRowSuite.ts"
import * as ConcurrentArmingSuite from "./ConcurrentArmingSuite.ts"
import * as EnrolmentsSuite from "./EnrolmentsSuite.ts"
import * as OverviewSuite from "./OverviewSuite.ts"
import * as ErasureSuite from "./ErasureSuite.ts"
import * as LedgerSuite from "./LedgerSuite.ts"
import * as PauseSuite from "./PauseSuite.ts"
import * as Postgres from "./Postgres.ts"
import * as TimerSuite from "./TimerSuite.ts"
import * as VariantsSuite from "./VariantsSuite.ts"

Postgres.describe("on PostgreSQL", () => {
  const server = Postgres.forSuite()
  const database = Layer.unwrapEffect(
    Effect.map(
      Effect.flatMap(server, ({ database }) => database),
      Database.layer
    )
  )

  /** The runner listens on a free port. */
  const onFreePort = <A, E, R>(test: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Postgres.freePort, (port) =>
      Effect.withConfigProvider(test, ConfigProvider.fromMap(new Map([["RUNNER_PORT", String(port)]])))
    )

  LedgerSuite.suite(database, it)
  ConcurrentArmingSuite.suite(
    Effect.map(
      Effect.flatMap(server, ({ database }) => database),
      Database.layer
    )
  )
  PauseSuite.suite(database, it)
  ErasureSuite.suite(database, it)
  OverviewSuite.suite(database, it)
  ChatSearchSuite.suite(database, it)
  ChatsByRowSuite.suite(database, it)
  EnrolmentsSuite.suite(database, it)
  VariantsSuite.suite(database, it)
  TimerSuite.suite(database, onFreePort)
})
