/** Reads CALLS pages at once, in turn with all programs that share the quota of this address through the file QUOTA. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import * as Settings from "@effect-invent/client/Settings"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const calls = yield* Config.integer("CALLS")
  yield* Effect.replicateEffect(contacts.list(), calls, { concurrency: "unbounded", discard: true })
  yield* Console.log(calls, "answers, and nobody was refused")
})

const file = Layer.unwrapEffect(
  Effect.map(Config.string("QUOTA"), (filename) => SqliteClient.layer({ filename, busyTimeout: "100 millis" }))
)
const quota = Layer.unwrapEffect(Effect.map(Settings.rateLimitConfig, RateLimitSql.layerSql))

const settings = Config.all({ apiKey: Config.redacted("INVENT_API_KEY"), baseUrl: Config.string("INVENT_BASE_URL") })
const invent = Layer.unwrapEffect(Effect.map(settings, InventClient.layerShared)).pipe(
  Layer.provide(quota),
  Layer.provide(file),
  Layer.provide(NodeHttpClient.layerUndici)
)
await Effect.runPromise(Effect.provide(program, invent))
