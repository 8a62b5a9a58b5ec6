/**
 * Wakes a follow-up at its instant. Timers are hints: the ledger says what is due, a wake-up only makes it punctual. Each
 * one is a message of @effect/cluster, persisted with the instant of its delivery, to one entity per conversation.
 *
 * A message is sent when its instant is near; until then a follow-up waits in the ledger alone. Whatever is asked for what is
 * due looks at every message there is, so that very many that wait would slow down the few that are due.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { FollowUp } from "./Plan/FollowUp.ts"

export class Timer extends Context.Tag("@effect-invent/follow-up-scheduler/Timer")<
  Timer,
  {
    /** Asks for a wake-up at `due_at`. Never fails: what is lost here, the sweep finds. */
    readonly schedule: (followUp: FollowUp) => Effect.Effect<void>
  }
>() {}

/** What the cluster calls a conversation, and its tables hold. */
export const entityType = "FollowUp"

/** How near an instant is when its message is sent. */
export const near = Duration.minutes(10)

/** No timers: what is due is found by the next pass over the ledger. */
export const layerNone: Layer.Layer<Timer> = Layer.succeed(Timer, { schedule: () => Effect.void })

/** A database in which no process has ever waited holds no timers. */
const whereKept = (change: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, SqlError>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const found = yield* sql.onDialectOrElse({
      pg: () => sql`SELECT 1 WHERE to_regclass('cluster_messages') IS NOT NULL AND to_regclass('cluster_replies') IS NOT NULL`,
      orElse: () => sql`SELECT 1 FROM sqlite_master WHERE name = 'cluster_replies'`
    })
    if (found.length > 0) yield* change(sql)
  })

/** Deletes the timers of a conversation. */
export const forget = (conversation_id: string) =>
  whereKept((sql) => sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND entity_id = ${conversation_id}`)

/** Deletes the timers that have gone off. */
export const forgetSpent = whereKept((sql) =>
  Effect.zipRight(
    sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND processed = TRUE`,
    sql`DELETE FROM cluster_replies WHERE request_id NOT IN (SELECT request_id FROM cluster_messages)`
  )
)
