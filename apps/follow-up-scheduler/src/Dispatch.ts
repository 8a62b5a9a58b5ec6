/**
 * Carries a follow-up out: read fresh, decide again, record the intent, set `follow_up_at` a short lead ahead, look again
 * before its instant and take it back if anybody wrote, and afterwards see that it was written.
 *
 * Whatever row it finds, after whatever crash, it goes on from there: the intent is on record before the request leaves.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ChatReader } from "./ChatReader.ts"
import * as ChatSnapshot from "./ChatSnapshot.ts"
import * as Decide from "./Decide.ts"
import type { FollowUp } from "./FollowUp.ts"
import * as Moves from "./Dispatch/Moves.ts"
import { Ledger } from "./Ledger.ts"
import { Observe } from "./Observe.ts"
import type { FollowUpKey } from "./Plan.ts"
import { ActivePolicy } from "./Policy.ts"
import type { Reason } from "./Reason.ts"
import * as Receipt from "./Receipt.ts"
import { Timer } from "./Timer.ts"

export class Dispatch extends Context.Tag("@effect-invent/follow-up-scheduler/Dispatch")<
  Dispatch,
  {
    /** Takes a follow-up one step further, from whatever state it is in. */
    readonly advance: (followUp: FollowUp) => Effect.Effect<void, SqlError>
    /** Answers a timer; one that is stale does nothing. */
    readonly wake: (key: FollowUpKey, wake: number) => Effect.Effect<void, SqlError>
    /** Takes up everything that has been due for longer than `slack`. */
    readonly sweep: (slack: Duration.Duration) => Effect.Effect<number, SqlError>
  }
>() {}

/** How often a follow-up is looked for before its absence is believed. */
const maxLooks = 3
/** How often one is armed again when the first request seems never to have been applied. */
const maxArms = 3
const sweepConcurrency = 4

export const make = Effect.gen(function* () {
  const policy = yield* ActivePolicy
  const invent = yield* InventClient
  const reader = yield* ChatReader
  const ledger = yield* Ledger
  const observe = yield* Observe
  const timer = yield* Timer

  const { end, goOn, later, onError } = Moves.make(ledger, timer)

  const lastLookBefore = Duration.millis(Math.ceil(Duration.toMillis(policy.arm_lead) / 3))
  /** When an armed follow-up is looked at for the last time before its instant. */
  const lastLookAt = (follow_up_at: DateTime.Utc) => DateTime.subtractDuration(follow_up_at, lastLookBefore)

  const setFollowUpAt = (followUp: FollowUp, follow_up_at: DateTime.Utc | null) =>
    invent.state.update({ path: { chat_id: followUp.chat_id }, payload: { follow_up_at } })

  const send = Effect.fn("Dispatch.send")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    const follow_up_at = armed.follow_up_at
    if (follow_up_at === null) return
    const answered = yield* Effect.either(setFollowUpAt(armed, follow_up_at))
    if (answered._tag === "Left") {
      yield* Effect.logWarning(`follow-up ${armed.key} was not confirmed`, answered.left.message)
      yield* onError(armed, answered.left, "skipped", lastLookAt(follow_up_at))
      return
    }
    const now = yield* DateTime.now
    const verifyAt = lastLookAt(follow_up_at)
    const confirmAt = DateTime.addDuration(follow_up_at, policy.confirm_after)
    const confirmed = yield* ledger.advance(
      armed,
      { confirmed_at: now, due_at: DateTime.lessThan(now, verifyAt) ? verifyAt : confirmAt },
      { name: "scheduled", detail: { follow_up_at: Moves.iso(follow_up_at) } }
    )
    // The answer to the update is the first look: somebody may have written while it was under way.
    if (Option.isSome(confirmed)) yield* check(confirmed.value, ChatSnapshot.refresh(chat, answered.right))
  })

  const arm = (planned: FollowUp, chat: ChatSnapshot.ChatSnapshot, follow_up_at: DateTime.Utc) =>
    Effect.flatMap(
      ledger.advance(
        planned,
        {
          status: "armed",
          follow_up_at,
          after_id: chat.messages.at(-1)?.id ?? null,
          confirmed_at: null,
          arms: planned.arms + 1,
          looks: 0,
          due_at: DateTime.addDuration(follow_up_at, policy.confirm_after)
        },
        { name: "armed", detail: { step: planned.step, follow_up_at: Moves.iso(follow_up_at) } }
      ),
      Option.match({ onNone: () => Effect.void, onSome: (armed) => send(armed, chat) })
    )

  const begin = Effect.fn("Dispatch.begin")(function* (planned: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    const now = yield* DateTime.now
    const decision = Decide.decide({ policy, chat, taken: yield* ledger.taken(planned.conversation_id), now })
    if (decision._tag === "Stop" || decision._tag === "Skip") {
      yield* end(planned, "skipped", decision.reason)
    } else if (decision.step !== planned.step || decision.anchor_id !== planned.anchor_id) {
      yield* end(planned, "skipped", "superseded")
    } else if (decision._tag === "Wait") {
      yield* goOn(planned, { due_at: decision.until }, "postponed", { reason: decision.reason })
      return
    } else {
      yield* arm(planned, chat, decision.follow_up_at)
      return
    }
    yield* observe.snapshot(chat)
  })

  const withdraw = Effect.fn("Dispatch.withdraw")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot, reason: Reason) {
    const isStanding = chat.follow_up_at?.epochMillis === armed.follow_up_at?.epochMillis
    const answered = isStanding ? yield* Effect.either(setFollowUpAt(armed, null)) : undefined
    if (answered?._tag === "Left") {
      yield* onError(armed, answered.left, "unknown", armed.follow_up_at === null ? undefined : lastLookAt(armed.follow_up_at))
      return
    }
    const after = answered === undefined ? chat : ChatSnapshot.refresh(chat, answered.right)
    yield* end(armed, reason === "not_confirmed" ? "unknown" : "withdrawn", reason)
    yield* observe.snapshot(after)
  })

  /** The value is gone and no message came: believe it after a few looks. */
  const absent = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) => {
    if (armed.looks < maxLooks) return later(armed, policy.confirm_after, { looks: armed.looks + 1 }, "looked_for")
    if (chat.follow_up_at !== undefined) return withdraw(armed, chat, "not_confirmed")
    // Without a confirmation the request was perhaps never applied; with one, the assistant chose to stay silent.
    if (armed.confirmed_at === null && armed.arms < maxArms) {
      return later(armed, Duration.zero, { status: "planned", follow_up_at: null }, "planned_again")
    }
    return Effect.zipRight(end(armed, "skipped", "assistant_declined"), observe.snapshot(chat))
  }

  const check = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot): Effect.Effect<void, SqlError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const receipt = Receipt.read(armed, chat)
      const isDue = armed.follow_up_at === null || DateTime.greaterThanOrEqualTo(now, armed.follow_up_at)
      switch (receipt._tag) {
        case "Sent": {
          const { id, at } = receipt.message
          yield* ledger.advance(armed, { status: "sent", message_id: id }, { name: "sent", detail: { message: id, at: Moves.iso(at) } })
          yield* observe.snapshot(chat)
          return
        }
        case "Overtaken":
          return yield* withdraw(armed, chat, receipt.reason)
        case "Replaced":
          yield* end(armed, "withdrawn", "not_ours")
          yield* observe.snapshot(chat)
          return
        case "Standing":
          if (isDue) return yield* absent(armed, chat)
          return yield* Option.isSome(yield* ledger.paused) ? withdraw(armed, chat, "paused") : confirmLater(armed, now)
        case "Cleared":
          if (isDue) return yield* absent(armed, chat)
          if (armed.confirmed_at === null) return yield* send(armed, chat)
          yield* end(armed, "withdrawn", "cancelled")
          yield* observe.snapshot(chat)
      }
    })

  const confirmLater = (armed: FollowUp, now: DateTime.Utc) => {
    const follow_up_at = armed.follow_up_at ?? now
    const confirmAt = DateTime.addDuration(follow_up_at, policy.confirm_after)
    // The look that is planned before the instant comes first; after it, the next one is for the message.
    return DateTime.greaterThan(armed.due_at, now)
      ? timer.schedule(armed)
      : goOn(armed, { due_at: confirmAt, confirmed_at: armed.confirmed_at ?? now }, "verified")
  }

  /** Before its instant an armed follow-up needs one request, as long as nothing happened since it was armed. */
  const look = Effect.fn("Dispatch.look")(function* (followUp: FollowUp) {
    const now = yield* DateTime.now
    if (followUp.status === "armed" && followUp.follow_up_at !== null && DateTime.lessThan(now, followUp.follow_up_at)) {
      const chat = yield* reader.glance(followUp.chat_id)
      const isUntouched = chat.messages.at(-1)?.id === followUp.after_id && Receipt.read(followUp, chat)._tag === "Standing"
      if (isUntouched) return chat
    }
    return yield* reader.read(followUp.chat_id)
  })

  const advance: Dispatch["Type"]["advance"] = Effect.fn("Dispatch.advance")(function* (followUp) {
    if (followUp.status !== "planned" && followUp.status !== "armed") return
    // What was armed before the pause is seen through: taken back, or found sent.
    if (followUp.status === "planned" && Option.isSome(yield* ledger.paused)) return
    const read = yield* Effect.either(look(followUp))
    if (read._tag === "Left") {
      yield* Effect.logWarning(`chat ${followUp.chat_id} could not be read`, read.left.message)
      yield* onError(followUp, read.left, followUp.status === "armed" ? "unknown" : "skipped")
      return
    }
    yield* followUp.status === "planned" ? begin(followUp, read.right) : check(followUp, read.right)
  })

  return {
    advance,
    wake: (key, wake) =>
      Effect.flatMap(
        ledger.find(key),
        Option.match({
          onNone: () => Effect.void,
          onSome: (followUp) => (followUp.wake === wake ? advance(followUp) : Effect.void)
        })
      ),
    sweep: Effect.fn("Dispatch.sweep")(function* (slack) {
      const overdue = yield* ledger.overdue(DateTime.subtractDuration(yield* DateTime.now, slack))
      const isPaused = Option.isSome(yield* ledger.paused)
      const wanted = overdue.filter(({ status }) => status === "armed" || !isPaused)
      yield* Effect.forEach(wanted, takeUp, { concurrency: sweepConcurrency, discard: true })
      return wanted.length
    })
  } satisfies Dispatch["Type"]

  /** The change makes a timer that fires meanwhile stale. */
  function takeUp(followUp: FollowUp) {
    return Effect.flatMap(
      ledger.advance(followUp, {}, { name: "taken_up", detail: { was_due: Moves.iso(followUp.due_at) } }),
      Option.match({ onNone: () => Effect.void, onSome: advance })
    )
  }
})

export const layer = Layer.effect(Dispatch, make)
