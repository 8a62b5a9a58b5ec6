/**
 * Decides about a chat by its row alone: its state, its members and its last message. It gives a decision only where
 * nothing can be due, whatever the chat's other messages say. Everything else is left to `Decide.decide`, which needs
 * all messages. Pure.
 *
 * All messages give the same reason, or a stronger one: only they show an earlier stop word, a human agent who wrote
 * before our last message, a broadcast without an answer, or a message that cannot be read. Who unsubscribed, and the
 * segments, are not read for it either. A field that the row does not have says nothing, nor does a contact who is no
 * admin: where no policy takes the chat for such a value, the stronger reason is that of the first policy.
 */
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as Decide from "../Decide.ts"
import { type AnyPolicy, effectiveFrom } from "../Policy.ts"
import * as Audience from "./Audience.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"
import * as Consent from "./Consent.ts"
import type { Message } from "./MessageList.ts"
import * as PolicyMatch from "./PolicyMatch.ts"
import { reasonsByStrength, SkipReason, type StopReason } from "./Reason.ts"
import * as UnaskedMessages from "./UnaskedMessages.ts"
import * as Variant from "./Variant.ts"

/** A policy in force. */
export interface InForce {
  readonly policy: AnyPolicy
  /** When a policy of this name was first put in force in this ledger. */
  readonly first_in_force: DateTime.Utc
}

/** A reason for which nothing can be due, and the policy in force that it is given by. */
export interface RowDecision {
  readonly policy: AnyPolicy
  readonly decision: Extract<Decide.Decision, { readonly _tag: "Stop" | "Skip" }>
}

type Reason = StopReason | SkipReason

const isSkip = Schema.is(SkipReason)

/** Whether the policy takes no chat with what the row shows. */
const cannotTake = ({ match }: AnyPolicy, chat: ChatSnapshot): boolean =>
  Audience.exclusion({ match }, { ...chat, isTemporary: false }) !== undefined || PolicyMatch.isExcluded(match, chat)

/** Whether the message may be one of ours that the service lists as a human agent's. */
const mayBeOurs = (policy: AnyPolicy, message: Message): boolean =>
  message.author === "human" &&
  Variant.policiesOf(policy).some((each) => UnaskedMessages.stepInWords(each, message) > 0)

/** The reason that holds for this policy in every case; undefined where only all messages show it. */
const reasonBy = ({ first_in_force, policy }: InForce, chat: ChatSnapshot): Reason | undefined => {
  const last = chat.messages.at(-1)
  if (last !== undefined && (mayBeOurs(policy, last) || Consent.saidIn([last], policy) !== undefined)) return undefined
  const blocking = Decide.blockingReason(chat, policy)
  // The contact may have opted in again in this chat.
  if (blocking === "opted_out") return undefined
  if (blocking !== undefined) return blocking
  if (last?.author === "contact") return "replied"
  const excluded = Audience.exclusion(policy, chat)
  if (excluded !== undefined) return excluded
  if (PolicyMatch.isExcluded(policy.match, chat)) return "not_matched"
  const idle = Decide.idleReason(chat)
  if (idle !== undefined) return idle
  const from = effectiveFrom(policy, first_in_force)
  return last !== undefined && from !== undefined && DateTime.lessThan(last.at, from)
    ? "before_effective_from"
    : undefined
}

/** The row without a last message of ours where the contact has written since: then it is not the last one. */
const withLast = (row: ChatSnapshot): ChatSnapshot => {
  const [last, wrote] = [row.messages.at(-1), row.last_contact_message_at]
  const isOurs = last !== undefined && last.author !== "contact"
  const isOutdated = isOurs && wrote !== undefined && DateTime.greaterThan(wrote, last.at)
  return isOutdated ? { ...row, messages: [] } : row
}

const weakness = (reason: Reason): number => reasonsByStrength.indexOf(reason)

/**
 * The decision by a row, of a conversation that has no follow-up on record; undefined where the messages have to be
 * listed. `row`: a snapshot of the row, with the last message at most. Every policy in force that may take the chat has
 * to give a reason, and the first one in any case: it names the reason where none takes the chat. The weakest of the
 * reasons is given.
 *
 * The messages have to be listed where the row names no contact, or shows a last message that is being written or has
 * no date.
 */
export const decide = (row: ChatSnapshot, policies: Arr.NonEmptyReadonlyArray<InForce>): RowDecision | undefined => {
  const written = row.messages.at(-1)
  if (row.contact_ids.length === 0 || written?.isRunning === true || written?.isDated === false) return undefined
  const chat = withLast(row)
  const [first, ...others] = policies
  const given = [first, ...others.filter(({ policy }) => !cannotTake(policy, chat))].map((each) => ({
    policy: each.policy,
    reason: reasonBy(each, chat)
  }))
  let weakest: { readonly policy: AnyPolicy; readonly reason: Reason } | undefined
  for (const { policy, reason } of given) {
    if (reason === undefined) return undefined
    if (weakest === undefined || weakness(reason) > weakness(weakest.reason)) weakest = { policy, reason }
  }
  if (weakest === undefined) return undefined
  const { policy, reason } = weakest
  const decision = isSkip(reason) ? Decide.Decision.Skip({ reason }) : Decide.Decision.Stop({ reason })
  return { policy, decision }
}
