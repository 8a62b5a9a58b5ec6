import * as Postgres from "@effect-invent/follow-up-scheduler/Ledger/Database/Postgres"
import * as Sqlite from "@effect-invent/follow-up-scheduler/Ledger/Database/Sqlite"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import { FollowUpKey } from "@effect-invent/follow-up-scheduler/Plan"
import * as ClusterRunner from "@effect-invent/follow-up-scheduler/Timer/ClusterRunner"
import * as Timer from "@effect-invent/follow-up-scheduler/Timer"
import * as Cluster from "@effect-invent/follow-up-scheduler/Timer/Cluster"
import { ChatId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as JobStore from "../JobStore.ts"
import type { Open } from "../JobStore.ts"

/** The ledger and the timers, without the service between them: what is woken is on record as sent. */
const layer = (database: string, onWake: (at: number) => void) => {
  const isFile = !database.startsWith("postgres")
  const waker = Effect.map(Ledger.Ledger, (ledger) =>
    Cluster.layerWaker((key: FollowUpKey, revision: number) =>
      Effect.flatMap(ledger.find(key), (found) => {
        if (Option.isNone(found) || found.value.revision !== revision) return Effect.void
        onWake(found.value.due_at.epochMillis)
        return Effect.asVoid(
          ledger.advance(
            found.value,
            { status: "sent" },
            { name: "sent", detail: { message: "message", at: found.value.due_at } }
          )
        )
      })
    )
  )
  return Layer.unwrapEffect(waker).pipe(
    Layer.provideMerge(Cluster.layer),
    Layer.provideMerge(ClusterRunner.layer(Duration.millis(JobStore.precision))),
    Layer.provideMerge(Ledger.layer),
    Layer.provide(isFile ? Sqlite.layer(database) : Postgres.layer(Redacted.make(database))),
    Layer.provide(NodeContext.layer),
    Layer.provide(Logger.minimumLogLevel(LogLevel.Warning))
  )
}

export const open: Open = async (database, onWake) => {
  const runtime = ManagedRuntime.make(layer(database, onWake))
  const ledger = await runtime.runPromise(Ledger.Ledger)
  const timer = await runtime.runPromise(Timer.Timer)
  const run = (effect: Effect.Effect<void, unknown>) => runtime.runPromise(effect)
  return {
    // A decision about the chat, the plan that follows from it, and its timer.
    enqueue: ({ at, id }) => {
      const due_at = DateTime.unsafeMake(at)
      const chat = { chat_id: ChatId.make(`chat_${id}`), conversation_id: ConversationId.make(`conversation_${id}`) }
      const plan = {
        ...chat,
        key: FollowUpKey.make(`key_of_22_characters_${id}`),
        policy: "idle-nudge@1",
        step: 1,
        anchor_id: MessageId.make(`message_${id}`),
        due_at
      }
      const latest = { ...chat, decision: "Wait", reason: "silence", until: due_at } as const
      const event = {
        name: "planned",
        detail: { policy: plan.policy, step: 1, anchor: "message", look_at: due_at, zones: [] }
      } as const
      return run(
        Effect.flatMap(
          ledger.decided(latest, { plan, event }),
          Option.match({ onNone: () => Effect.void, onSome: timer.schedule })
        )
      )
    }
  }
}
