/**
 * Wakes a follow-up at its instant. Timers are hints: the ledger says what is due, a wake-up only makes it punctual. Each
 * one is a message of @effect/cluster, persisted with the instant of its delivery, to one entity per conversation.
 *
 * A message is sent when its instant is near; until then a follow-up waits in the ledger alone. Whatever is asked for what is
 * due looks at every message there is, so that very many that wait would slow down the few that are due.
 */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import * as DeliverAt from "@effect/cluster/DeliverAt"
import * as Entity from "@effect/cluster/Entity"
import { Sharding } from "@effect/cluster/Sharding"
import * as Rpc from "@effect/rpc/Rpc"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PrimaryKey from "effect/PrimaryKey"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { FollowUp } from "./FollowUp.ts"
import { Ledger } from "./Ledger.ts"
import { FollowUpKey } from "./Plan.ts"

export class Timer extends Context.Tag("@effect-invent/follow-up-scheduler/Timer")<
  Timer,
  {
    /** Asks for a wake-up at `due_at`. Never fails: what is lost here, the sweep finds. */
    readonly schedule: (followUp: FollowUp) => Effect.Effect<void>
  }
>() {}

class Wake extends Schema.Class<Wake>("Wake")({
  key: FollowUpKey,
  wake: Schema.Int,
  at: Schema.DateTimeUtcFromNumber
}) {
  [PrimaryKey.symbol]() {
    return `${this.key}#${this.wake}`
  }
  [DeliverAt.symbol]() {
    return this.at
  }
}

const Conversation = Entity.make("FollowUp", [Rpc.make("Wake", { payload: Wake }).annotate(ClusterSchema.Persisted, true)])

/** How near an instant is when its message is sent. */
export const near = Duration.minutes(10)

/** How often the ledger is asked what has come near. */
const lookEvery = Duration.minutes(1)

/** Sends the messages of all that come near, one slice of time after the other. What is due already is the sweep's. */
const announce = (ledger: Ledger["Type"], send: Timer["Type"]["schedule"]) =>
  Effect.gen(function* () {
    const told = yield* Ref.make(yield* DateTime.now)
    const slice = Effect.gen(function* () {
      const until = DateTime.addDuration(yield* DateTime.now, near)
      yield* Effect.forEach(yield* ledger.comingUp(yield* Ref.get(told), until), send, { discard: true })
      yield* Ref.set(told, until)
    })
    const again = Effect.catchAll(slice, (error) => Effect.logWarning("no timer was set for what comes near; the sweep will find it", error))
    yield* Effect.repeat(again, Schedule.spaced(lookEvery))
  })

/** Timers that survive the process, at-least-once. */
export const layerCluster: Layer.Layer<Timer, never, Ledger | Sharding> = Layer.scoped(
  Timer,
  Effect.gen(function* () {
    const client = yield* Conversation.client
    const send = ({ conversation_id, due_at, key, wake }: FollowUp) =>
      client(conversation_id)
        .Wake(new Wake({ key, wake, at: due_at }), { discard: true })
        .pipe(Effect.catchAllCause((cause) => Effect.logWarning("a timer could not be set; the sweep will find it", cause)))
    const { registerSingleton } = yield* Sharding
    yield* registerSingleton("timers", announce(yield* Ledger, send))
    return {
      schedule: (followUp) =>
        Effect.flatMap(DateTime.now, (now) =>
          DateTime.lessThanOrEqualTo(followUp.due_at, DateTime.addDuration(now, near)) ? send(followUp) : Effect.void
        )
    }
  })
)

/** No timers: what is due is found by the next pass over the ledger. */
export const layerNone: Layer.Layer<Timer> = Layer.succeed(Timer, { schedule: () => Effect.void })

/** Answers wake-ups, one at a time for each conversation. */
export const layerWaker = <E, R>(onWake: (key: FollowUpKey, wake: number) => Effect.Effect<void, E, R>) =>
  Conversation.toLayer(
    Effect.map(Effect.context<R>(), (context) => ({
      Wake: ({ payload }: { readonly payload: Wake }) =>
        onWake(payload.key, payload.wake).pipe(
          Effect.provide(context),
          Effect.catchAllCause((cause) =>
            // A stop has been asked for.
            Cause.isInterruptedOnly(cause) ? Effect.interrupt : Effect.logError("a follow-up could not be carried out; the sweep will try again", cause))
        )
    }))
  )

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
  whereKept((sql) => sql`DELETE FROM cluster_messages WHERE entity_type = ${Conversation.type} AND entity_id = ${conversation_id}`)

/** Deletes the timers that have gone off. */
export const forgetSpent = whereKept((sql) =>
  Effect.zipRight(
    sql`DELETE FROM cluster_messages WHERE entity_type = ${Conversation.type} AND processed = TRUE`,
    sql`DELETE FROM cluster_replies WHERE request_id NOT IN (SELECT request_id FROM cluster_messages)`
  )
)
