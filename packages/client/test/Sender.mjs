// A process that makes calls as fast as the rate limit lets it that it shares through a database; until it is killed.
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const { baseUrl, calls, database, lease, limit, name, window } = JSON.parse(process.argv[2])

const client = /^postgres(ql)?:/.test(database)
  ? PgClient.layer({ url: Redacted.make(database) })
  : SqliteClient.layer({ filename: database, busyTimeout: "100 millis" })

const rateLimit = RateLimitSql.layerSql({ limit, window: Duration.millis(window), lease: Duration.millis(lease) })

const invent = InventClient.layerShared({ apiKey: Redacted.make(name), baseUrl }).pipe(
  Layer.provide(Layer.provide(rateLimit, client)),
  Layer.provide(NodeHttpClient.layerUndici)
)

const call = Effect.flatMap(InventClient.InventClient, (invent) =>
  invent.messages.list({ path: { chat_id: "chat_1" } })
)

await Effect.runPromise(
  Effect.replicateEffect(Effect.forever(call), calls, { concurrency: "unbounded", discard: true }).pipe(
    Effect.provide(invent)
  )
)
