/** The contract of `state`: what a chat's inbox entry says and when its follow-up is due. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { AST, ParseOptions } from "effect/SchemaAST"
import { AssistantConfigChange } from "../Assistant/AssistantConfig.ts"
import { Chat } from "../Chat.ts"
import { ChatState, StateInfo, Unseen } from "../Chat/ChatState.ts"
import * as Closed from "../schema/Closed.ts"
import { ChatId, OrgMemberId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Endpoint from "./Endpoint.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** The vendor says one year; whether of 365 days or of the calendar is unknown, so the shorter one is held to. */
const longestMute = "365 days"

const notTooLong = (instant: DateTime.Utc, _: ParseOptions, ast: AST) =>
  Effect.flatMap(DateTime.now, (now) =>
    DateTime.lessThanOrEqualTo(instant, DateTime.addDuration(now, longestMute))
      ? ParseResult.succeed(instant)
      : ParseResult.fail(new ParseResult.Type(ast, instant, "Expected a date-time at most one year ahead"))
  )

// What every clock allows.
const ofTheFirstYear = Schema.DateTimeUtcFromSelf.annotations({
  arbitrary: () => (fc) =>
    fc.integer({ min: 0, max: Duration.toMillis(longestMute) }).map((millis) => DateTime.unsafeMake(millis))
})

// A filter would need to be pure; what "ahead" means depends on the clock, in both directions.
const MutedUntil = Schema.transformOrFail(Instant, ofTheFirstYear, {
  strict: true,
  decode: notTooLong,
  encode: notTooLong
})

/** Only the keys given are changed. */
export const UpdateState = Closed.struct({
  /** `SNOOZED` carries no wake time. */
  state: Closed.optional(Schema.Literal("OPEN", "SNOOZED", "CLOSED")),
  /** Whether the assistant answers in this chat. */
  ai_enabled: Closed.optional(Schema.Boolean),
  /** The chat's own configuration of its assistant, which overrides the assistant's. */
  assistant_config: Closed.optional(AssistantConfigChange),
  /** When the assistant is to follow up; null cancels. What a past time does is not stated. */
  follow_up_at: Closed.optional(Schema.NullOr(Instant)),
  /** At most one year ahead; null clears. */
  muted_until: Closed.optional(Schema.NullOr(MutedUntil)),
  /** 1 to 5; whether it has to be whole is not stated. */
  csat_score: Closed.optional(Schema.Number.pipe(Schema.between(1, 5)))
})
/** The keys of a chat's state to change. An empty one changes nothing. */
export type UpdateState = typeof UpdateState.Type

/** Presumably a member of the organization; the answer shows them as `assigned_user`. */
export const Assign = Closed.struct({
  /** Null unassigns. */
  member_id: Schema.NullOr(OrgMemberId)
})

/**
 * Changes the state of a chat and answers with the whole chat. An empty payload changes nothing and so reads the chat,
 * which no published endpoint does. A request whose answer was lost is not sent again when it might arrive after
 * `follow_up_at`, since the assistant could follow up a second time: read the chat before you send another.
 *
 * @inferred The page describes the state and the configuration without their names; `state` and `assistant_config` are
 * those of the answer.
 * @see https://docs.useinvent.com/api-reference/chats-state/update-chat-state
 */
export const update = Endpoint.patch("update", "/chats/:chat_id/state")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setPayload(UpdateState)
  .addSuccess(Chat)
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    body: { inferred: ["state", "assistant_config"] },
    answer: "printed"
  })
  .annotate(RetrySafety.RepeatBefore, RetrySafety.instantAt("follow_up_at"))
  .pipe(RetrySafety.idempotent)

/**
 * Assigns a conversation to a member of the staff; null unassigns. Answers with the state alone.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/assign-conversation
 */
export const assign = Endpoint.patch("assign", "/chats/:chat_id/state/assign")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setPayload(Assign)
  .addSuccess(ChatState)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Marks a chat as unseen by the staff. Doing it again leaves it unseen; whether it counts up is undocumented.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/mark-chat-as-unseen
 */
export const markUnseen = Endpoint.post("markUnseen", "/chats/:chat_id/state/unseen")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .addSuccess(Unseen)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Names the newest chat of the conversation that this chat belongs to, where there is another: whoever keeps a chat's
 * id must follow it.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/get-chat-state-info
 */
export const info = Endpoint.get("info", "/chats/:chat_id/state/info")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .addSuccess(StateInfo)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * A chat's entry in the inbox: open, snoozed or closed, who answers, when a follow-up is due, until when it is muted.
 */
export const State = HttpApiGroup.make("state").add(update).add(assign).add(markUnseen).add(info)
