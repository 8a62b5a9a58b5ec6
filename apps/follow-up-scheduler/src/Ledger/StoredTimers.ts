/** The timers that @effect/cluster keeps in the database of the ledger. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** The name of the entity type in the cluster's tables. An entity is a conversation. */
export const entityType = "FollowUp"

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

/** Deletes the replies whose messages are gone. */
const deleteReplies = (sql: SqlClient.SqlClient) =>
  sql`DELETE FROM cluster_replies WHERE request_id NOT IN (SELECT request_id FROM cluster_messages)`

/** Deletes the timers of a conversation. */
export const forget = (conversation_id: string) =>
  whereKept(
    (sql) => sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND entity_id = ${conversation_id}`
  )

/** Deletes all timers. */
export const forgetAll = whereKept((sql) =>
  Effect.zipRight(sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType}`, deleteReplies(sql))
)

/** Puts the timers of a SQLite file into the only shard that its process has. */
export const intoOneShard = whereKept((sql) =>
  sql.onDialectOrElse({
    pg: () => Effect.void,
    orElse: () => sql`UPDATE cluster_messages SET shard_id = 'default:1'`
  })
)

/** Deletes the timers that have gone off. */
export const forgetSpent = whereKept((sql) =>
  Effect.zipRight(
    sql`DELETE FROM cluster_messages WHERE entity_type = ${entityType} AND processed = TRUE`,
    deleteReplies(sql)
  )
)
