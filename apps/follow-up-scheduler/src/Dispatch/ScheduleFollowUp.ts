/**
 * `schedule_follow_up`: has the assistant write. Records the intent, sets `follow_up_at` to an instant `arm_lead`
 * ahead, reads the chat again before that instant, takes the value back if anybody wrote, and afterwards looks for the
 * message.
 */
import * as CallOptions from "@effect-invent/client/CallOptions"
import * as SendGuard from "@effect-invent/client/SendGuard"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Policy } from "../Policy.ts"
import type { Reason } from "../Decide/Reason.ts"
import * as ArmedState from "../Plan/ArmedState.ts"
import * as MovedOn from "./MovedOn.ts"
import * as Transitions from "./Transitions.ts"
import {
  type Beginning,
  readAttributed,
  snapshotMaxAge,
  type Look,
  lookOf,
  maxAttempts,
  maxConfirmChecks,
  type ActionContext,
  ifStillOwned
} from "./ActionContext.ts"

const isSame = (a: DateTime.Utc | null | undefined, b: DateTime.Utc | null | undefined) =>
  a?.epochMillis === b?.epochMillis

/** How far from ours an instant may be that a service has rounded: it may keep whole minutes. */
const mostRounded = Duration.minutes(1)

/**
 * The action of such a step. `arm` records the intent and sets `follow_up_at`. `check` acts on what a later read of the
 * chat shows: records the message, takes the value back, or sets it again. A message that was looked for {@link
 * maxConfirmChecks} times and is not there ends the follow-up: `assistant_declined` where the server had confirmed the
 * value. Otherwise it is planned again, {@link maxAttempts} times at most.
 */
export const make = (context: ActionContext, policy: Policy) => {
  const { lastLook, ledger, transitions, chatReview, reader, stateUpdates, timer } = context
  const { end, reschedule, rescheduleIn, onError } = transitions
  const movedOn = MovedOn.make(context)

  /** When the chat of an armed follow-up is read for the last time before its instant. */
  const lastLookAt = (follow_up_at: DateTime.Utc) => DateTime.subtractDuration(follow_up_at, snapshotMaxAge(policy))
  /** The last read before the instant; once that is past, the look for the message `confirm_after` after it. */
  const nextLookAt = (follow_up_at: DateTime.Utc, now: DateTime.Utc) =>
    DateTime.lessThan(now, lastLookAt(follow_up_at))
      ? lastLookAt(follow_up_at)
      : DateTime.addDuration(follow_up_at, policy.confirm_after)

  /** Looks for the message once more, `confirm_after` from now. */
  const lookAgain = (armed: FollowUp, name: "message_absent" | "message_ambiguous") =>
    rescheduleIn(armed, policy.confirm_after, { confirm_checks: armed.confirm_checks + 1 }, { name })

  /** Sets `follow_up_at` to null, in the lane `stop`, which goes before every other request. */
  const takeBack = ({ chat_id }: FollowUp) =>
    stateUpdates.update({ path: { chat_id }, payload: { follow_up_at: null } }).pipe(RateLimit.withLane("stop"))

  /**
   * Sends the value only while the snapshot is fresh, and early enough to arrive before the instant. A value that
   * arrives later would be carried out a second time, where an earlier request had set it and it was carried out. No
   * check prevents that once a request has left: it is not repeated where its answer is lost, and the next read of the
   * chat shows whether it was applied.
   */
  const setFollowUpAt = (
    armed: FollowUp,
    follow_up_at: DateTime.Utc,
    beginning: Beginning,
    onLeave: Effect.Effect<void>
  ) =>
    stateUpdates
      .update({ path: { chat_id: armed.chat_id }, payload: { follow_up_at } })
      .pipe(CallOptions.withCallOptions({ retry: "if-unapplied" }), ifStillOwned(context, armed, beginning, onLeave))

  /**
   * Has the armed follow-ups of the conversation confirmed again. Called after `follow_up_at` was cleared although
   * another process owned the row by then: the cleared value may have been that process's.
   */
  const unsettle = ({ conversation_id }: FollowUp) =>
    Effect.flatMap(ledger.armed(conversation_id), (armed) =>
      Effect.forEach(armed, (row) => rescheduleIn(row, Duration.zero, { confirmed_at: null }, { name: "contested" }), {
        discard: true
      })
    )

  const clear = Effect.fn("ScheduleFollowUp.clear")(function* (armed: FollowUp) {
    const answered = yield* Effect.either(takeBack(armed).pipe(ifStillOwned(context, armed, undefined)))
    const mayHaveLeft = answered._tag === "Right" || !SendGuard.isWithheld(answered.left)
    if (mayHaveLeft && !(yield* ledger.isCurrent(armed))) yield* unsettle(armed)
    return answered
  })

  /**
   * Takes back a value that this process set although another one owned the row by then. Leaves it where the row has
   * the same value. A failure is logged.
   */
  const undo = Effect.fn("ScheduleFollowUp.undo")(function* (armed: FollowUp) {
    const row = yield* ledger.find(armed.key)
    const isMeant = Option.exists(
      row,
      ({ follow_up_at, status }) => status === "armed" && isSame(follow_up_at, armed.follow_up_at)
    )
    if (isMeant) return
    const cleared = Effect.flatMap(reader.glance(armed.chat_id), (chat) =>
      isSame(chat.follow_up_at, armed.follow_up_at) ? Effect.zipRight(takeBack(armed), unsettle(armed)) : Effect.void
    )
    yield* Effect.catchAll(cleared, (error) =>
      Effect.logError(`follow-up ${armed.key} of another process could not be taken back`, error.message)
    )
  })

  const unconfirmed = Effect.fn("ScheduleFollowUp.unconfirmed")(function* (
    armed: FollowUp,
    error: RepeatableError,
    mayHaveLeft: boolean
  ) {
    const isWithheld = SendGuard.isWithheld(error)
    if (!isWithheld) yield* Effect.logWarning(`follow-up ${armed.key} was not confirmed`, error.message)
    const now = yield* DateTime.now
    const follow_up_at = armed.follow_up_at ?? now
    if (!(yield* ledger.isCurrent(armed))) return yield* mayHaveLeft ? undo(armed) : Effect.void
    // Held back, because the snapshot is too old or follow-ups are paused, or left without a permit: nothing was sent.
    if (!mayHaveLeft && Transitions.canSucceedLater(error)) return yield* transitions.planAgain(armed, error)
    if (isWithheld && DateTime.greaterThanOrEqualTo(now, lastLookAt(follow_up_at))) {
      return yield* reschedule(armed, { due_at: nextLookAt(follow_up_at, now) }, { name: "not_set_again" })
    }
    yield* onError(armed, error, "skipped", lastLookAt(follow_up_at))
  })

  /** The instant that the service answers with, where it has rounded ours: it writes then. */
  const asStored = (asked: DateTime.Utc, stored: DateTime.Utc | undefined) =>
    stored !== undefined && Duration.lessThanOrEqualTo(DateTime.distanceDuration(asked, stored), mostRounded)
      ? stored
      : asked

  /** `mayHaveLeft`: whether an earlier request for this value may have been sent. */
  const send = Effect.fn("ScheduleFollowUp.send")(function* (armed: FollowUp, look: Look, mayHaveLeft: boolean) {
    const follow_up_at = armed.follow_up_at
    if (follow_up_at === null) return
    const hasLeft = yield* Ref.make(mayHaveLeft)
    const beginning = { until: lastLookAt(follow_up_at), look, freshFor: snapshotMaxAge(policy) }
    const answered = yield* Effect.either(setFollowUpAt(armed, follow_up_at, beginning, Ref.set(hasLeft, true)))
    if (answered._tag === "Left") return yield* unconfirmed(armed, answered.left, yield* Ref.get(hasLeft))
    const now = yield* DateTime.now
    // The answer to the update is a read of the chat: a message may have been written while it was under way.
    const after = ChatSnapshot.refresh(look.chat, answered.right)
    const set = asStored(follow_up_at, after.follow_up_at)
    const confirmed = yield* ledger.advance(
      armed,
      { follow_up_at: set, confirmed_at: now, due_at: nextLookAt(set, now) },
      { name: "scheduled", detail: { follow_up_at: set } }
    )
    lastLook.keep(armed.key, after)
    yield* Option.isSome(confirmed) ? check(confirmed.value, after) : undo({ ...armed, follow_up_at: set })
  })

  const arm = (planned: FollowUp, look: Look, follow_up_at: DateTime.Utc) =>
    Effect.flatMap(
      ledger.arm(
        planned,
        {
          status: "armed",
          writes: true,
          follow_up_at,
          after_id: look.chat.messages.at(-1)?.id ?? null,
          confirmed_at: null,
          attempts: planned.attempts + 1,
          confirm_checks: 0,
          due_at: DateTime.addDuration(follow_up_at, policy.confirm_after)
        },
        { name: "armed", detail: { step: planned.step, follow_up_at } },
        { chat: look.chat, limits: policy }
      ),
      Option.match({ onNone: () => Effect.void, onSome: (armed) => send(armed, look, false) })
    )

  const sent = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot, { at, id }: ChatSnapshot.Message) =>
    Effect.zipRight(
      ledger.advance(armed, { status: "sent", message_id: id }, { name: "sent", detail: { message: id, at } }),
      chatReview.review(chat)
    )

  /**
   * After the value was taken back, reads the whole chat for the reason, or for a message that was written all the
   * same. Where the read fails, the follow-up ends with the reason that is known.
   */
  const settle = Effect.fn("ScheduleFollowUp.settle")(function* (
    armed: FollowUp,
    seen: ChatSnapshot.ChatSnapshot,
    reason: Reason
  ) {
    const read = yield* Effect.option(RateLimit.withLane("verify")(reader.read(armed.chat_id)))
    const { goesOnIn } = seen
    if (Option.isNone(read)) return yield* Effect.zipRight(end(armed, "withdrawn", reason), chatReview.review(seen))
    const chat = yield* readAttributed(context, policy, armed, { ...read.value, isErased: seen.isErased })
    const armedState = ArmedState.read(armed, chat, policy)
    if (armedState._tag === "Sent") return yield* sent(armed, chat, armedState.message)
    if (armedState._tag === "Ambiguous") return yield* lookAgain(armed, "message_ambiguous")
    if (armedState._tag !== "Invalidated" && goesOnIn !== undefined) return yield* movedOn(armed, "withdrawn", goesOnIn)
    yield* end(armed, "withdrawn", armedState._tag === "Invalidated" ? armedState.reason : reason)
    yield* chatReview.review(chat)
  })

  /**
   * A message at the very instant is more likely the follow-up than the answer to the reply: on record as such, it does
   * not answer the contact, and no silence begins with it.
   */
  const endAmbiguous = (armed: FollowUp, { message, reason }: { message: ChatSnapshot.Message; reason: Reason }) => {
    const late = message.at.epochMillis - (armed.follow_up_at?.epochMillis ?? 0)
    const own = message.isDated && late >= 0 && late <= ArmedState.promptMillis ? { message_id: message.id } : {}
    return ledger.advance(armed, { status: "unknown", reason, ...own }, { name: "unknown", detail: { reason } })
  }

  const withdraw = Effect.fn("ScheduleFollowUp.withdraw")(function* (
    armed: FollowUp,
    chat: ChatSnapshot.ChatSnapshot,
    reason: Reason
  ) {
    const isStillSet = isSame(chat.follow_up_at, armed.follow_up_at)
    const answered = isStillSet ? yield* clear(armed) : undefined
    if (answered?._tag === "Left") {
      yield* onError(armed, answered.left, "unknown", ArmedState.withdrawableUntil(armed))
      return
    }
    const now = yield* DateTime.now
    const isClose =
      armed.follow_up_at !== null && armed.follow_up_at.epochMillis - now.epochMillis <= ArmedState.earlyMillis
    // It may have been carried out before it was taken back. If not, it counts as never set, and is decided anew.
    if (answered !== undefined && isClose && reason !== "not_confirmed") {
      const unset = { confirmed_at: null }
      return yield* rescheduleIn(armed, policy.confirm_after, unset, { name: "taken_back", detail: { reason } })
    }
    const after = answered === undefined ? chat : ChatSnapshot.refresh(chat, answered.right)
    if (answered !== undefined && reason !== "not_confirmed") return yield* settle(armed, after, reason)
    yield* end(armed, reason === "not_confirmed" ? "unknown" : "withdrawn", reason)
    yield* chatReview.review(after)
  })

  /**
   * The instant has passed and no message is there. Looks for it {@link maxConfirmChecks} times before acting on that.
   */
  const absent = (armed: FollowUp, chat: ChatSnapshot.ChatSnapshot) => {
    if (armed.confirm_checks < maxConfirmChecks) return lookAgain(armed, "message_absent")
    if (chat.follow_up_at !== undefined) return withdraw(armed, chat, "not_confirmed")
    // Without a confirmation the request was perhaps never applied; with one, the assistant wrote nothing.
    if (armed.confirmed_at === null && armed.attempts < maxAttempts) {
      return rescheduleIn(armed, Duration.zero, { status: "planned", follow_up_at: null }, { name: "planned_again" })
    }
    // The value was never set: another read of the chat may plan the step again.
    if (armed.confirmed_at === null) return transitions.endUnreachable(armed)
    return Effect.zipRight(end(armed, "skipped", "assistant_declined"), chatReview.review(chat))
  }

  /** Where the answer to the update was lost, the chat shows the instant as the service has rounded it. */
  const withStored = (armed: FollowUp, { follow_up_at: stored }: ChatSnapshot.ChatSnapshot) => {
    if (armed.confirmed_at !== null || armed.follow_up_at === null) return Effect.succeed(armed)
    const follow_up_at = asStored(armed.follow_up_at, stored)
    if (isSame(follow_up_at, armed.follow_up_at)) return Effect.succeed(armed)
    const event = { name: "scheduled", detail: { follow_up_at } } as const
    return Effect.map(
      ledger.advance(armed, { follow_up_at }, event),
      Option.getOrElse(() => armed)
    )
  }

  const check = (found: FollowUp, seen: ChatSnapshot.ChatSnapshot): Effect.Effect<void, SqlError> =>
    Effect.gen(function* () {
      const armed = yield* withStored(found, seen)
      const chat = yield* readAttributed(context, policy, armed, seen)
      const now = yield* DateTime.now
      const armedState = ArmedState.read(armed, chat, policy)
      const isDue = armed.follow_up_at === null || DateTime.greaterThanOrEqualTo(now, armed.follow_up_at)
      switch (armedState._tag) {
        case "Sent":
          return yield* sent(armed, chat, armedState.message)
        case "Invalidated":
          return yield* withdraw(armed, chat, armedState.reason)
        case "Ambiguous":
          if (armed.confirm_checks < maxConfirmChecks) return yield* lookAgain(armed, "message_ambiguous")
          // The message may be the follow-up, so nobody can say that it was taken back in time.
          yield* endAmbiguous(armed, armedState)
          yield* chatReview.review(chat)
          return
        case "Replaced":
          yield* end(armed, "withdrawn", "not_ours")
          yield* chatReview.review(chat)
          return
        case "Pending":
          if (isDue) return yield* absent(armed, chat)
          return yield* (yield* ledger.isStopped) ? withdraw(armed, chat, "paused") : confirmLater(armed, now)
        case "Cleared":
          if (isDue) return yield* absent(armed, chat)
          if (armed.confirmed_at === null) return yield* send(armed, yield* lookOf(chat), true)
          yield* end(armed, "withdrawn", "cancelled")
          yield* chatReview.review(chat)
      }
    })

  const confirmLater = (armed: FollowUp, now: DateTime.Utc) =>
    DateTime.greaterThan(armed.due_at, now)
      ? timer.schedule(armed)
      : reschedule(
          armed,
          { due_at: nextLookAt(armed.follow_up_at ?? now, now), confirmed_at: armed.confirmed_at ?? now },
          { name: "rechecked" }
        )

  return { arm, check }
}
