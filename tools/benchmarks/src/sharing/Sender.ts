/** Calls as fast as the quota lets it that it shares through a database, for as long as its parent lives. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Sqlite from "@effect-invent/follow-up-scheduler/Ledger/Database/Sqlite"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export interface Args {
  readonly url: string
  readonly name: string
  readonly database: string
  readonly quota: { readonly limit: number; readonly window: number }
  readonly callers: number
}

const { callers, database, name, quota, url }: Args = JSON.parse(process.argv[2]!)
process.on("disconnect", () => process.exit(0))

const client: Layer.Layer<SqlClient.SqlClient, unknown> = database.startsWith("postgres")
  ? PgClient.layer({ url: Redacted.make(database) })
  : Layer.provide(Sqlite.layerBeside(database), NodeContext.layer)

const invent = InventClient.layerShared({ apiKey: Redacted.make(name), baseUrl: url }).pipe(
  Layer.provide(Layer.provide(RateLimitSql.layerSql(quota), client)),
  Layer.provide(NodeHttpClient.layerUndici)
)

const call = Effect.flatMap(InventClient.InventClient, (invent) =>
  invent.messages.list({ path: { chat_id: ChatId.make("chat_1") } })
)

await Effect.runPromise(
  Effect.replicateEffect(Effect.forever(call), callers, { concurrency: "unbounded", discard: true }).pipe(
    Effect.provide(invent)
  )
)
