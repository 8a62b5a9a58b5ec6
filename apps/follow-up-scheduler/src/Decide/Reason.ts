/** Why a chat is not followed up, or not yet. Of several reasons that hold, the strongest is given. */
import * as Schema from "effect/Schema"

/** The switches beside `ai_enabled` by which the assistant is kept from answering in a chat, the strongest first. */
export const aiSwitches = [
  "contact_ai_disabled",
  "assistant_deleted",
  "assistant_disabled",
  "integration_disabled",
  "ai_replies_disabled"
] as const
/** One of the switches that keep the assistant from answering. Each of them is a {@link StopReason}. */
export type AiSwitch = (typeof aiSwitches)[number]

/** Reasons that end a cadence until the chat, the contact or the policy changes. */
export const StopReason = Schema.Literal(
  "erased",
  "opted_out",
  "blocked",
  "unsubscribed",
  "human_takeover",
  "ai_disabled",
  ...aiSwitches,
  "closed",
  "replied",
  "empty",
  "internal_channel",
  "admin_contact",
  "temporary_chat",
  "not_matched",
  "broadcast",
  "before_effective_from",
  "outcome_unknown",
  "exited",
  "unanswered",
  "cadence_finished",
  "followed_up_already",
  "late",
  "holdout"
)
/** The reason of `Decision.Stop`: nothing is planned until the chat, the contact or the policy changes. */
export type StopReason = typeof StopReason.Type

/** Reasons that hold a follow-up back now; the next read of the chat decides again. */
export const SkipReason = Schema.Literal(
  "unknown_contact",
  "unreadable_message",
  "snoozed",
  "unknown_state",
  "not_ours",
  "unknown_zone",
  "outside_window",
  "no_opening"
)
/** The reason of `Decision.Skip`: nothing is planned now, and the next read of the chat decides again. */
export type SkipReason = typeof SkipReason.Type

/** Why a chat was not decided about: its state could not be read. */
export const UnreadReason = Schema.Literal("not_listed")
/** The reason of a chat whose state could not be read. */
export type UnreadReason = typeof UnreadReason.Type

/** What the next step waits for. */
export const WaitReason = Schema.Literal("in_progress", "muted", "capped", "quiet_hours", "silence")
/** The reason of `Decision.Wait`: what the next step waits for. */
export type WaitReason = typeof WaitReason.Type

/** Every reason not to follow up now, the strongest first. */
export const reasonsByStrength = [
  "erased",
  "opted_out",
  "blocked",
  "unsubscribed",
  "human_takeover",
  "ai_disabled",
  ...aiSwitches,
  "closed",
  "unknown_contact",
  "unreadable_message",
  "replied",
  "empty",
  "internal_channel",
  "admin_contact",
  "temporary_chat",
  "not_matched",
  "broadcast",
  "snoozed",
  "unknown_state",
  "before_effective_from",
  "in_progress",
  "outcome_unknown",
  "exited",
  "unanswered",
  "cadence_finished",
  "followed_up_already",
  "not_ours",
  "unknown_zone",
  "late",
  "muted",
  "outside_window",
  "no_opening",
  "capped",
  "quiet_hours",
  "silence",
  "holdout"
] as const satisfies ReadonlyArray<StopReason | SkipReason | WaitReason>

/** Why a follow-up ended while it was carried out: what the chat or the service showed then. */
export const OutcomeReason = Schema.Literal(
  "superseded",
  "moved_on",
  "cancelled",
  "chat_gone",
  "assistant_declined",
  "not_confirmed",
  "unreachable",
  "refused",
  "paused"
)
/** The reason of a follow-up that ended while it was carried out. */
export type OutcomeReason = typeof OutcomeReason.Type

/** Every reason that the ledger stores and the commands print. */
export const Reason = Schema.Union(StopReason, SkipReason, WaitReason, UnreadReason, OutcomeReason)
/** A reason, as the ledger and JSON output spell it. {@link describe} gives it in words. */
export type Reason = typeof Reason.Type

const sentences: Record<Reason, string> = {
  erased: "the contact was erased",
  opted_out: "the contact has asked for no follow-ups",
  blocked: "the contact is blocked",
  unsubscribed: "the contact unsubscribed",
  human_takeover: "a human of the staff has taken over",
  ai_disabled: "the assistant is switched off in this chat",
  contact_ai_disabled: "the assistant is switched off for this contact",
  assistant_deleted: "the assistant was deleted",
  assistant_disabled: "the assistant is switched off everywhere",
  integration_disabled: "the assistant is switched off on this channel",
  ai_replies_disabled: "the assistant is set not to reply",
  closed: "the chat is closed",
  unknown_contact: "the chat does not say who its contact is, so nobody knows whether they unsubscribed",
  unreadable_message: "a message of the chat cannot be read or is not listed, and may be the customer's",
  not_listed: "no list of chats shows it, so its state cannot be read",
  replied: "the customer wrote last and waits for us",
  empty: "nothing was written in this chat yet",
  internal_channel: "the chat is on the internal channel, which the policy does not name",
  admin_contact: "the contact is an admin of the organization, and the policy does not name admins",
  temporary_chat: "the chat is temporary",
  broadcast: "only a broadcast has reached the contact, and it awaits no answer",
  not_matched: "the policy is for other chats",
  before_effective_from: "the message of ours that it would follow up is older than the policy",
  outcome_unknown: "nobody knows whether an earlier follow-up went out",
  exited: "the policy was changed, and this cadence ended with it",
  unanswered: "earlier follow-ups went unanswered, time after time",
  cadence_finished: "every step of the policy has been taken",
  followed_up_already: "the chat shows follow-ups that are not on record, and they count as steps taken",
  late: "it is later than the policy allows for what was left of it",
  holdout: "the contact is in the holdout of the policy, which shows what follow-ups change",
  snoozed: "the chat is snoozed",
  unknown_state: "the service gives the chat a state that it does not document, so it may have to be left alone",
  not_ours: "somebody else has scheduled a follow-up",
  unknown_zone: "nobody knows the customer's time zone",
  outside_window: "the channel lets nobody write so long after the customer's last message",
  no_opening: "the policy allows no hour within nine days",
  muted: "the chat is muted",
  capped: "the customer has had as many messages as the policy allows for now",
  silence: "the customer may still answer",
  quiet_hours: "it is night, or a day off, where the customer is",
  in_progress: "a follow-up is under way",
  superseded: "a newer message of ours took the anchor's place",
  moved_on: "the conversation goes on in another chat",
  cancelled: "somebody else cancelled the follow-up",
  chat_gone: "the chat no longer exists",
  assistant_declined: "the assistant was asked and wrote nothing",
  not_confirmed: "it is not known whether it was written",
  unreachable: "the service could not be reached",
  refused: "the server refused the request",
  paused: "follow-ups are paused"
}

/** A reason in words, for people. */
export const describe = (reason: Reason): string => sentences[reason]
