/** Timers on @effect/cluster, which only a scheduler that keeps running needs. */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import * as DeliverAt from "@effect/cluster/DeliverAt"
import * as Entity from "@effect/cluster/Entity"
import { Sharding } from "@effect/cluster/Sharding"
import * as Rpc from "@effect/rpc/Rpc"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PrimaryKey from "effect/PrimaryKey"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { FollowUp } from "../Plan/FollowUp.ts"
import { Ledger } from "../Ledger.ts"
import { FollowUpKey } from "../Plan.ts"
import { entityType } from "../Ledger/StoredTimers.ts"
import { near, Timer } from "../Timer.ts"

class Wake extends Schema.Class<Wake>("Wake")({
  key: FollowUpKey,
  revision: Schema.Int,
  at: Schema.DateTimeUtcFromNumber
}) {
  [PrimaryKey.symbol]() {
    return `${this.key}#${this.revision}`
  }
  [DeliverAt.symbol]() {
    return this.at
  }
}

const Conversation = Entity.make(entityType, [
  Rpc.make("Wake", { payload: Wake }).annotate(ClusterSchema.Persisted, true)
])

/** How often the ledger is searched for what has come near. */
const lookEvery = Duration.minutes(1)

/**
 * How long a timer may take to be set. While the database does not renew the locks of the cluster, a message is sent
 * again and again until it does, and the sweep that sets the timer must not wait for that.
 */
const setWithin = Duration.seconds(5)

/**
 * Sends the messages of all follow-ups that come near, one slice of time after the other. What is due already is left
 * to the sweep.
 */
const announce = (ledger: Ledger["Type"], send: Timer["Type"]["schedule"]) =>
  Effect.gen(function* () {
    const announcedUntil = yield* Ref.make(yield* DateTime.now)
    const slice = Effect.gen(function* () {
      const until = DateTime.addDuration(yield* DateTime.now, near)
      yield* Effect.forEach(yield* ledger.comingUp(yield* Ref.get(announcedUntil), until), send, { discard: true })
      yield* Ref.set(announcedUntil, until)
    })
    const again = Effect.catchAll(slice, (error) =>
      Effect.logWarning("no timer was set for what comes near; the sweep will find it", error)
    )
    yield* Effect.repeat(again, Schedule.spaced(lookEvery))
  })

/** Timers that survive the process. Each is delivered at least once. */
export const layer: Layer.Layer<Timer, never, Ledger | Sharding> = Layer.scoped(
  Timer,
  Effect.gen(function* () {
    const client = yield* Conversation.client
    const send = ({ conversation_id, due_at, key, revision }: FollowUp) =>
      client(conversation_id)
        .Wake(new Wake({ key, revision, at: due_at }), { discard: true })
        .pipe(
          Effect.disconnect,
          Effect.timeout(setWithin),
          Effect.catchAllCause((cause) => Effect.logWarning("a timer could not be set; the sweep will find it", cause))
        )
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

/** Handles wake-ups, one at a time per conversation. A failure is logged; the sweep tries again. */
export const layerWaker = <E, R>(onWake: (key: FollowUpKey, revision: number) => Effect.Effect<void, E, R>) =>
  Conversation.toLayer(
    Effect.context<R>().pipe(
      Effect.map((context) => ({
        Wake: ({ payload }: { readonly payload: Wake }) =>
          onWake(payload.key, payload.revision).pipe(
            Effect.provide(context),
            Effect.catchAllCause((cause) =>
              // A stop has been requested.
              Cause.isInterruptedOnly(cause)
                ? Effect.interrupt
                : Effect.logError("a follow-up could not be carried out; the sweep will try again", cause)
            )
          )
      }))
    )
  )
