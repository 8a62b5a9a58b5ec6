/**
 * What the operator page and its server say to each other. Both ends are made from this one file: the server's routes, and in
 * the browser the client and the decoding of all that arrives.
 */
import * as OpenRecord from "@effect-invent/domain/OpenRecord"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as Schema from "effect/Schema"

const Millis = Schema.DateTimeUtcFromNumber

/** What the step does; null where the policy has no such step any more. */
const Action = Schema.NullOr(Schema.Literal("schedule_follow_up", "send_message", "snooze", "close", "assign"))
export type Action = typeof Action.Type

/** A follow-up that is planned or armed. */
export const Upcoming = Schema.Struct({
  key: Schema.String,
  chat_id: Schema.String,
  step: Schema.Int,
  action: Action,
  status: Schema.Literal("planned", "armed"),
  /** When it goes out, or while that is not set or past, when it is looked at next. */
  at: Millis,
  /** The contact's, as far as it is known. */
  zone: Schema.NullOr(Schema.String),
  /** Names its hours in `quiet`. */
  hours: Schema.NullOr(Schema.String),
  why: Schema.String
})
export type Upcoming = typeof Upcoming.Type

/** A follow-up that may have been sent, and may not. */
export const Unresolved = Schema.Struct({
  key: Schema.String,
  chat_id: Schema.String,
  step: Schema.Int,
  action: Action,
  follow_up_at: Schema.NullOr(Millis),
  why: Schema.String
})
export type Unresolved = typeof Unresolved.Type

export const Quota = Schema.Struct({
  limit: Schema.Int,
  window_millis: Schema.Number,
  /** Requests that were answered within the last window. */
  used: Schema.Int,
  /** Requests that have left and were not answered yet. */
  reserved: Schema.Int,
  /** Calls that wait for a permit. */
  queued: Schema.Int,
  /** How long one more call would wait. */
  wait_millis: Schema.Number,
  /** Follow-ups that want a look within the next window. */
  due: Schema.Int,
  /** About as many requests those follow-ups take. */
  forecast: Schema.Int,
  /** How late follow-ups will be for want of quota, in words; null where all will be in time. */
  backlog: Schema.NullOr(Schema.String)
})
export type Quota = typeof Quota.Type

/** Chats that came to the same. */
export const Outcome = Schema.Struct({ words: Schema.String, chats: Schema.Int })
export type Outcome = typeof Outcome.Type

export const TimelineEntry = Schema.Struct({
  at: Millis,
  chat_id: Schema.String,
  kind: Schema.Literal("decision", "wait", "call", "end", "operator"),
  words: Schema.String
})
export type TimelineEntry = typeof TimelineEntry.Type

/** From inclusive, to exclusive. */
export const Stretch = Schema.Struct({ from: Millis, to: Millis })
export type Stretch = typeof Stretch.Type

const few = <A, I>(item: Schema.Schema<A, I>) => Schema.Struct({ total: Schema.Int, first: Schema.Array(item) })

/** Everything the page shows at once. */
export const Overview = Schema.Struct({
  now: Millis,
  policy: Schema.String,
  /** Messages of ours from before it are left alone; null where none is too old. */
  effective_from: Schema.NullOr(Millis),
  paused_since: Schema.NullOr(Millis),
  /** How many contacts have to be confirmed before it goes on; null where none have to. */
  to_confirm: Schema.NullOr(Schema.Int),
  /** What is wrong and what to do about it, in the words of the alerts, and when each began. */
  troubles: Schema.Array(Schema.Struct({ words: Schema.String, since: Millis })),
  upcoming: few(Upcoming),
  /** When nothing goes out, for as long ahead as the time line reaches: by the version of the policy, the zone and the country. */
  quiet: OpenRecord.record(Schema.Array(Stretch)),
  quota: Quota,
  outcomes: Schema.Array(Outcome),
  unresolved: few(Unresolved),
  /** The newest first. */
  recent: Schema.Array(TimelineEntry)
})
export type Overview = typeof Overview.Type

export const Said = Schema.Struct({
  at: Millis,
  author: Schema.Literal("contact", "assistant", "human"),
  text: Schema.String,
  isFollowUp: Schema.Boolean
})
export type Said = typeof Said.Type

/** One chat, told in order. */
export const Conversation = Schema.Struct({
  chat_id: Schema.String,
  zone: Schema.NullOr(Schema.String),
  /** Why there are no messages, when they could not be read. */
  unreadable: Schema.NullOr(Schema.String),
  story: Schema.Array(Schema.Union(Said, TimelineEntry))
})
export type Conversation = typeof Conversation.Type

/** Somebody else has resolved it, or it was never unknown. */
export class NothingToResolve extends Schema.TaggedError<NothingToResolve>()(
  "NothingToResolve",
  { key: Schema.String },
  HttpApiSchema.annotations({ status: 409 })
) {
  override get message() {
    return "nothing is unknown about this follow-up any more"
  }
}

/** The database does not answer. */
export class LedgerFailed extends Schema.TaggedError<LedgerFailed>()(
  "LedgerFailed",
  { reason: Schema.String },
  HttpApiSchema.annotations({ status: 503 })
) {
  override get message() {
    return `the ledger failed: ${this.reason}`
  }
}

/** It is taken as delivered, or sent although it may be the second time. */
export const Resolution = Schema.Struct({ as: Schema.Literal("delivered", "send_again") })
export type Resolution = typeof Resolution.Type

/** Fewer contacts were confirmed than would be written to by now. */
export class NotConfirmed extends Schema.TaggedError<NotConfirmed>()(
  "NotConfirmed",
  { reason: Schema.String },
  HttpApiSchema.annotations({ status: 409 })
) {
  override get message() {
    return this.reason
  }
}

/** How many contacts may be written to at once after a pause; null: as many as may be without being confirmed. */
export const Resume = Schema.Struct({ confirm: Schema.NullOr(Schema.NonNegativeInt) })

/** Server-sent events, each an {@link Overview}. */
export const livePath = "/api/live"

/** A call without this header is refused: no foreign page can send it, however the browser was brought here. */
export const callHeader = { name: "x-follow-ups", value: "page" } as const

const chat_id = HttpApiSchema.param("chat_id", Schema.String)
const key = HttpApiSchema.param("key", Schema.String)

export const PageApi = HttpApi.make("page").add(
  HttpApiGroup.make("page", { topLevel: true })
    .add(HttpApiEndpoint.get("live", livePath).addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" })))
    .add(HttpApiEndpoint.get("conversation")`/api/chats/${chat_id}`.addSuccess(Conversation).addError(LedgerFailed))
    .add(HttpApiEndpoint.post("pause", "/api/pause").addError(LedgerFailed))
    .add(HttpApiEndpoint.post("resume", "/api/resume").setPayload(Resume).addError(NotConfirmed).addError(LedgerFailed))
    .add(
      HttpApiEndpoint.post("resolve")`/api/follow-ups/${key}/resolution`
        .setPayload(Resolution)
        .addError(NothingToResolve)
        .addError(LedgerFailed)
    )
)
