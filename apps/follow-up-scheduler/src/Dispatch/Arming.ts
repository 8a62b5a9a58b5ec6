/**
 * `schedule_follow_up`: asks the assistant to write. Records the intent, sets `follow_up_at` a short lead ahead, looks again
 * before its instant and takes it back if anybody wrote, and afterwards sees that it was written.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ChatSnapshot from "../ChatSnapshot.ts"
import type { FollowUp } from "../FollowUp.ts"
import type { Policy } from "../Policy.ts"
import type { Reason } from "../Reason.ts"
import * as Receipt from "../Receipt.ts"
import * as Moves from "./Moves.ts"
import { claimed, maxArms, maxLooks, type Means } from "./Means.ts"

/** A value is not set any more so shortly before its instant: set once more after it, it would be due a second time. */
const lastMoment = Duration.seconds(1)

export const make = (means: Means, policy: Policy) => {
  const { invent, ledger, moves, observe, timer } = means
  const { end, goOn, later, onError } = moves

  const lastLookBefore = Duration.millis(Math.ceil(Duration.toMillis(policy.arm_lead) / 3))
  /** When an armed follow-up is looked at for the last time before its instant. */
  const lastLookAt = (follow_up_at: DateTime.Utc) => DateTime.subtractDuration(follow_up_at, lastLookBefore)

  const setFollowUpAt = (followUp: FollowUp, follow_up_at: DateTime.Utc | null) =>
    invent.state.update({ path: { chat_id: followUp.chat_id }, payload: { follow_up_at } })

  const send = Effect.fn("Dispatch.send")(function* (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) {
    const follow_up_at = armed.follow_up_at
    if (follow_up_at === null) return
    const begun = yield* DateTime.now
    const end = [lastLookAt(follow_up_at), DateTime.subtractDuration(follow_up_at, lastMoment)].find((end) => DateTime.greaterThan(end, begun))
    const left = end === undefined ? Duration.zero : Duration.millis(DateTime.distance(begun, end))
    const tried = yield* Effect.timeoutOption(Effect.either(setFollowUpAt(armed, follow_up_at)), left)
    if (Option.isNone(tried)) {
      const due_at = end ?? DateTime.addDuration(follow_up_at, policy.confirm_after)
      return yield* goOn(armed, { due_at }, "unreachable", { error: "TimedOut" })
    }
    const answered = tried.value
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

  const check = (armed: FollowUp, seen: ChatSnapshot.ChatSnapshot): Effect.Effect<void, SqlError> =>
    Effect.gen(function* () {
      const chat = yield* claimed(means, policy, armed, seen)
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
          return yield* isDue ? absent(armed, chat) : confirmLater(armed, now)
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

  return { arm, check }
}
