/**
 * The scripted assistant: it answers contacts, and writes the follow-up of a chat at the very instant it is due. What a
 * real assistant does with a `follow_up_at` that was set through the API is undocumented; see {@link Options}.
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type { Scope } from "effect/Scope"
import * as Reply from "./Assistant/Reply.ts"
import { holding, World } from "./World.ts"
import type { Event, Task } from "./World/Core.ts"

/** What the scripted assistant writes, and how long it takes. */
export interface Settings {
  readonly script: Reply.Script
  /** From the contact's message to the appearance of the assistant's, which is then RUNNING. */
  readonly replyDelay: Duration.DurationInput
  /** From RUNNING to COMPLETED or FAILED, of a message and of a run of a workflow; from SENDING to SENT, of a row. */
  readonly runDelay: Duration.DurationInput
  /** What an approved action takes. */
  readonly actionDelay: Duration.DurationInput
}

/** Repeats what the contact wrote, half a second after it; an approved action takes a second. */
export const defaults: Settings = {
  script: Reply.echo,
  replyDelay: "250 millis",
  runDelay: "250 millis",
  actionDelay: "1 second"
}

// Timers of the platform reach some 24 days ahead, and a follow-up may be due later than that.
const longestSleep = Duration.days(1)

const sleepUntil = (instant: DateTime.Utc): Effect.Effect<void> =>
  Effect.flatMap(DateTime.now, (now) =>
    DateTime.greaterThanOrEqualTo(now, instant)
      ? Effect.void
      : Effect.sleep(Duration.min(Duration.millis(DateTime.distance(now, instant)), longestSleep)).pipe(
          Effect.zipRight(sleepUntil(instant))
        )
  )

/**
 * Starts the assistant in the scope: it answers messages, and follows up when that is due, until the scope closes. It
 * ends the runs of workflows and sends broadcasts, too. A script that throws is logged, and the chat gets no answer.
 */
export const make = Effect.fnUntraced(function* (
  overrides: Partial<Settings> = {}
): Effect.fn.Return<void, never, World | Scope> {
  const settings = { ...defaults, ...overrides }
  const world = yield* World
  const events = yield* world.events
  const tasks = yield* world.tasks
  const replies = yield* FiberSet.make<void>()
  const followUps = yield* FiberMap.make<ChatId, void>()

  const reply = Effect.fnUntraced(
    function* (chatId: ChatId, since: DateTime.Utc, choose: () => Reply.Reply, cause: "reply" | "tool") {
      yield* sleepUntil(DateTime.addDuration(since, settings.replyDelay))
      const chosen = choose()
      if (chosen._tag === "Silence") return
      const { beginReply, endReply } = holding(world, chatId)
      const begun = yield* beginReply(chatId)
      if (Option.isNone(begun)) return
      yield* Effect.sleep(settings.runDelay)
      yield* endReply(chatId, begun.value, chosen, cause)
    },
    Effect.catchAllDefect((defect) => Effect.logError("The assistant's script failed", defect))
  )

  const followUp = (chatId: ChatId, due: DateTime.Utc) =>
    Effect.zipRight(sleepUntil(due), holding(world, chatId).followUp(chatId, due))

  const perform = (task: Task) => {
    const { broadcasts, workflows } = Option.getOrElse(world.below(task.org_id), () => world)
    const soon = sleepUntil(DateTime.addDuration(task.at, settings.runDelay))
    switch (task._tag) {
      case "EndRun":
        return FiberSet.run(replies, Effect.zipRight(soon, workflows.endRun(task.run_id)))
      case "SendBroadcast":
        return FiberSet.run(replies, Effect.zipRight(sleepUntil(task.at), broadcasts.sendScheduled(task.broadcast_id)))
      case "SendRecipient":
        return FiberSet.run(replies, Effect.zipRight(soon, broadcasts.sendQueued(task.recipient_id)))
    }
  }

  const handle = (event: Event) => {
    const chatId = event.chat_id
    switch (event._tag) {
      case "ContactWrote": {
        const context = { chatId, turn: event.turn, contactText: event.text }
        return FiberSet.run(
          replies,
          reply(chatId, event.at, () => settings.script(context), "reply")
        )
      }
      case "ToolAnswered":
        return FiberSet.run(
          replies,
          reply(chatId, event.at, () => Reply.Text(event.words), "tool")
        )
      case "ActionApproved":
        return FiberSet.run(
          replies,
          Effect.zipRight(
            sleepUntil(DateTime.addDuration(event.at, settings.actionDelay)),
            holding(world, chatId).approvals.endAction(chatId, event.message_id)
          )
        )
      case "FollowUpSet":
        return event.follow_up_at === null
          ? FiberMap.remove(followUps, chatId)
          : FiberMap.run(followUps, chatId, followUp(chatId, event.follow_up_at))
    }
  }

  yield* Effect.forEach(yield* world.unfinished, handle, { discard: true })
  yield* Effect.forEach(yield* world.unfinishedTasks, perform, { discard: true })
  yield* Queue.take(tasks).pipe(Effect.flatMap(perform), Effect.forever, Effect.forkScoped)
  yield* Queue.take(events).pipe(Effect.flatMap(handle), Effect.forever, Effect.forkScoped)
})

/** The assistant of the world that is provided. See {@link make}. */
export const layer = (settings?: Partial<Settings>): Layer.Layer<never, never, World> =>
  Layer.scopedDiscard(make(settings))
