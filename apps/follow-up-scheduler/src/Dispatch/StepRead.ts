/** Reads the chat for the next move of a follow-up, with as few requests as that move needs. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Decide from "../Decide.ts"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Variant from "../Decide/Variant.ts"
import * as ArmedState from "../Plan/ArmedState.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { AnyPolicy, Policy } from "../Policy.ts"
import { type ActionContext, readAttributed, snapshotMaxAge } from "./ActionContext.ts"

/** Whether a step has the assistant write: the answer to that update shows the state of the chat. */
export const isAsking = (policy: Policy, { step }: FollowUp) =>
  (policy.steps[step - 1]?.action ?? "schedule_follow_up") === "schedule_follow_up"

/** The same of a row that has no variant yet: in each of them. */
const mayOnlyAsk = (version: AnyPolicy, followUp: FollowUp) =>
  Variant.among(version, followUp.variant) === undefined
    ? Variant.policiesOf(version).every((policy) => isAsking(policy, followUp))
    : isAsking(Variant.policyOf(version, followUp.variant), followUp)

/**
 * Reads the chat of a follow-up. An armed one costs one request before its instant, where nothing happened since it
 * was armed. After it, it costs none where the watch has found its message or its row, and one where a list of what is
 * new shows it; else the whole chat is read.
 *
 * While a follow-up can still be held or taken back, the messages of the contact's chats that were decided by their row
 * are listed, too. Then the chat is read again, with what was written there on record. Where they cannot be listed, the
 * read of a planned follow-up fails, and an armed one goes on.
 */
export const make = (context: ActionContext) => {
  const { chatReview, lastLook, reader } = context
  const look = Effect.fn("StepRead.read")(function* (followUp: FollowUp, version: AnyPolicy) {
    const policy = Variant.policyOf(version, followUp.variant)
    const claim = (chat: ChatSnapshot) =>
      readAttributed(context, Variant.policyFor(version, followUp.variant, chat), followUp, chat)
    const now = yield* DateTime.now
    if (
      followUp.status === "armed" &&
      followUp.follow_up_at !== null &&
      DateTime.lessThan(now, followUp.follow_up_at)
    ) {
      const chat = yield* claim(yield* reader.glance(followUp.chat_id))
      const armedState = ArmedState.read(followUp, chat, policy)
      if (chat.messages.at(-1)?.id === followUp.after_id && armedState._tag === "Pending") return chat
      // An invalidated `follow_up_at` is taken back at once; the rest of the chat is read afterwards.
      if (armedState._tag === "Invalidated" && chat.follow_up_at !== undefined) return chat
    }
    const before = followUp.status === "armed" ? lastLook.take(followUp.key) : undefined
    // The watch may have read the chat since the message was written, or its row: then no request is needed to find it.
    const watched = followUp.status === "armed" ? [reader.remembered(followUp.chat_id)] : []
    const since =
      before === undefined ? [] : [reader.withKnownRow(before), Effect.map(reader.readNew(before), Option.some)]
    for (const read of [...watched, ...since]) {
      const seen = yield* read
      if (Option.isNone(seen)) continue
      const chat = yield* claim({ ...seen.value, follow_up_at: undefined })
      if (ArmedState.read(followUp, chat, policy)._tag === "Sent") return chat
    }
    if (followUp.status === "armed") return yield* claim(yield* reader.read(followUp.chat_id, "check"))
    if (!mayOnlyAsk(version, followUp)) return yield* claim(yield* reader.read(followUp.chat_id, "act"))
    // The other half of what a snapshot may age is for the requests that follow.
    const half = Duration.times(snapshotMaxAge(policy), 0.5)
    const chat = yield* claim(yield* reader.read(followUp.chat_id, "schedule", half))
    // An old state may forbid what is allowed by now: the whole lists are read before the step is skipped.
    const mayBeOver = chat.isStateOld && Decide.blockingReason(chat, policy) !== undefined
    // The message that it was planned after is not in this read: another process has read the chat later.
    const isBehind = !chat.messages.some(({ id }) => id === followUp.anchor_id)
    return mayBeOver || isBehind ? yield* claim(yield* reader.read(followUp.chat_id, "act")) : chat
  })

  /** The number of chats that were read beside this one. */
  const readContact = Effect.fnUntraced(function* (followUp: FollowUp, chat: ChatSnapshot) {
    const { follow_up_at, status } = followUp
    if (status !== "armed") return yield* chatReview.readContact(chat)
    if (follow_up_at === null || DateTime.lessThanOrEqualTo(follow_up_at, yield* DateTime.now)) return 0
    return yield* Effect.catchAll(chatReview.readContact(chat), (error) =>
      Effect.as(Effect.logWarning(`a chat of the contact of ${chat.chat_id} could not be read`, error.message), 0)
    )
  })

  return (followUp: FollowUp, version: AnyPolicy) =>
    Effect.flatMap(look(followUp, version), (chat) =>
      Effect.flatMap(readContact(followUp, chat), (count) =>
        count === 0 ? Effect.succeed(chat) : look(followUp, version)
      )
    )
}
