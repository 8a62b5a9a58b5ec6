/**
 * Wakes a follow-up at its instant. A timer is a hint: the ledger says what is due, and the sweep takes up what no
 * timer woke (decision 0002). Each one is a message of @effect/cluster, stored with the instant of its delivery, to one
 * entity per conversation.
 *
 * A message is sent ten minutes before its instant; until then a follow-up waits in the ledger alone. The cluster's
 * search for due messages passes over every stored message, so many that wait for days would slow down the few that are
 * due.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { FollowUp } from "./Plan/FollowUp.ts"

/**
 * Sets timers. A timer is never cancelled: one that was set before a row changed has an older `wake` number, and does
 * nothing.
 */
export class Timer extends Context.Tag("@effect-invent/follow-up-scheduler/Timer")<
  Timer,
  {
    /**
     * Sets a timer for `due_at`; where that is not {@link near} yet, the timer is set once it is. Never fails; a timer
     * that is lost is replaced by the sweep.
     */
    readonly schedule: (followUp: FollowUp) => Effect.Effect<void>
  }
>() {}

/** The name of the entity type in the cluster's tables. An entity is a conversation. */
export const entityType = "FollowUp"

/** How long before its instant a timer's message is sent. */
export const near = Duration.minutes(10)

/** Sets no timers: what is due is found by the next sweep. */
export const layerNone: Layer.Layer<Timer> = Layer.succeed(Timer, { schedule: () => Effect.void })

/** Whether the database holds timers: one in which no process has ever waited has no tables for them. */
const areKept = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql.onDialectOrElse({
      pg: () =>
        sql`SELECT 1 WHERE to_regclass('cluster_messages') IS NOT NULL AND to_regclass('cluster_replies') IS NOT NULL`,
      orElse: () => sql`SELECT 1 FROM sqlite_master WHERE name = 'cluster_replies'`
    }),
    (found) => found.length > 0
  )

const whereKept = (change: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, SqlError>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    if (yield* areKept(sql)) yield* change(sql)
  })

/** The messages of the timers of these conversations: what each is to wake, and when. */
export const messagesOf = (conversation_ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    if (conversation_ids.length === 0 || !(yield* areKept(sql))) return []
    return yield* sql`SELECT entity_id AS conversation_id, tag, payload, deliver_at FROM cluster_messages
      WHERE entity_type = ${entityType} AND ${sql.in("entity_id", conversation_ids)} ORDER BY deliver_at`
  })

/** Deletes the timers of a conversation. */
export const forget = (conversation_id: string) =>
  whereKept(
    (sql) => sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND entity_id = ${conversation_id}`
  )

/** Deletes the timers that have gone off. */
export const forgetSpent = whereKept((sql) =>
  Effect.zipRight(
    sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND processed = TRUE`,
    sql`DELETE FROM cluster_replies WHERE request_id NOT IN (SELECT request_id FROM cluster_messages)`
  )
)
