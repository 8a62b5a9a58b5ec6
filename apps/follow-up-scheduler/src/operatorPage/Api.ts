/**
 * The calls between the operator page and its server. Both are made from this file: the server's routes, and in the
 * browser the client and the decoding of what arrives. Instants are sent as epoch milliseconds.
 */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Millis = Schema.DateTimeUtcFromNumber

/** What the step does; null where the policy has no such step any more. */
const Action = Schema.NullOr(Schema.Literal("schedule_follow_up", "send_message", "snooze", "close", "assign"))
/** The action of a step; null where the policy does not have this step any more. */
export type Action = typeof Action.Type

/** A follow-up that is planned or armed. */
export const Upcoming = Schema.Struct({
  key: Schema.String,
  chat_id: Schema.String,
  /** The version of the policy that it belongs to. */
  policy: Schema.String,
  /** The variant of that policy; null where it has none, or it is not known yet. */
  variant: Schema.NullOr(Schema.String),
  step: Schema.Int,
  action: Action,
  status: Schema.Literal("planned", "armed"),
  /** When it goes out. Where that is not set yet, or past, when its chat is read next. */
  at: Millis,
  /** The contact's time zone; null where it is unknown. */
  zone: Schema.NullOr(Schema.String),
  /** The key of its hours in `quiet`; null where no zone is known. */
  hours: Schema.NullOr(Schema.String),
  why: Schema.String
})
/** A follow-up that is planned or armed. */
export type Upcoming = typeof Upcoming.Type

/** A follow-up of which it is unknown whether it was sent. */
export const Unresolved = Schema.Struct({
  key: Schema.String,
  chat_id: Schema.String,
  /** The version of the policy that it belongs to. */
  policy: Schema.String,
  /** The variant of that policy; null where it has none, or it is not known yet. */
  variant: Schema.NullOr(Schema.String),
  step: Schema.Int,
  action: Action,
  follow_up_at: Schema.NullOr(Millis),
  why: Schema.String
})
/** A follow-up of which it is unknown whether it was sent. */
export type Unresolved = typeof Unresolved.Type

/** The state of the quota. Counts are requests, and sums over the schedulers that share the ledger. */
export const Quota = Schema.Struct({
  limit: Schema.Int,
  /** How many schedulers are added up. Those beside this one are up to 5 seconds old. */
  schedulers: Schema.Int,
  window_millis: Schema.Number,
  /** Requests that were answered within the last window. */
  used: Schema.Int,
  /** Requests that have left and were not answered yet. */
  reserved: Schema.Int,
  /** Calls that wait for a permit. */
  queued: Schema.Int,
  /** How long one more call of this process would wait. */
  wait_millis: Schema.Number,
  /** Follow-ups that are due within the next window. */
  due: Schema.Int,
  /** About how many requests those follow-ups take. */
  forecast: Schema.Int,
  /** How late follow-ups will be because of the quota, in words; null where all will be in time. */
  backlog: Schema.NullOr(Schema.String)
})
/** The state of the quota. */
export type Quota = typeof Quota.Type

/** The number of chats with the same latest decision, reason and number of messages sent, and its words. */
export const Outcome = Schema.Struct({
  words: Schema.String,
  chats: Schema.Int,
  decision: Schema.String,
  reason: Schema.NullOr(Schema.String),
  sent: Schema.Int
})
/** The number of chats with the same outcome. */
export type Outcome = typeof Outcome.Type

/** A text that a database takes. SQLite and PostgreSQL refuse a zero byte, so no text in the ledger has one. */
const Stored = Schema.String.pipe(Schema.pattern(/^[^\0]*$/))

/** A column of a whole number has 32 bits: PostgreSQL refuses a larger one. */
const largest = 2 ** 31 - 1

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  DateTime.make(`${text}T00:00:00Z`).pipe(Option.map(DateTime.formatIsoDateUtc), Option.contains(text))

/** What a search can be narrowed by. A row has to meet all that are given. */
export const Filters = Schema.Struct({
  /** How the id of the chat or of its contact begins, or a part of the contact's name. At most 100 characters. */
  text: Schema.optional(Stored.pipe(Schema.maxLength(100))),
  /** Of the latest decision about the chat: its reason, null for none, and how many messages were sent. */
  outcome: Schema.optional(
    Schema.Struct({ decision: Stored, reason: Schema.NullOr(Stored), sent: Schema.NonNegativeInt })
  ),
  /** The id of a version, such as `nudge@1`, or a name, which stands for all its versions. */
  policy: Schema.optional(Stored),
  /** The id of the chat's organization. */
  org: Schema.optional(Stored),
  /** From 1. */
  step: Schema.optional(Schema.Int.pipe(Schema.between(1, largest))),
  /** The day in UTC on which a follow-up was or will be sent, or is due: `2026-07-15`. */
  day: Schema.optional(Schema.String.pipe(Schema.filter(isDay)))
})
/** What a search can be narrowed by. */
export type Filters = typeof Filters.Type

/** How far a search has read: the last row of the source that it reads. */
export const Position = Schema.Union(
  Schema.Struct({ in: Schema.Literal("chats", "outcomes", "orgs"), chat_id: Stored }),
  Schema.Struct({ in: Schema.Literal("names"), number: Schema.Int }),
  Schema.Struct({ in: Schema.Literal("contacts"), contact_id: Stored, chat_id: Stored }),
  Schema.Struct({ in: Schema.Literal("follow_ups"), at: Schema.JsonNumber, key: Stored })
)
/** How far a search has read. */
export type Position = typeof Position.Type

/** A search, from its start, or after a position. */
export const Search = Schema.Struct({ ...Filters.fields, after: Schema.optional(Position) })
/** A search. */
export type Search = typeof Search.Type

/** A chat; and where the search is narrowed by policy, step or day, one follow-up of it. */
export const Found = Schema.Struct({
  chat_id: Schema.String,
  /** The organization of the chat; null where none is on record. */
  org_id: Schema.NullOr(Schema.String),
  contact_id: Schema.NullOr(Schema.String),
  /** The contact's name; null where this process does not know it. */
  name: Schema.NullOr(Schema.String),
  /** The latest decision about the chat, in words; null where none is on record. */
  outcome: Schema.NullOr(Schema.String),
  decided_at: Schema.NullOr(Millis),
  follow_up: Schema.NullOr(
    Schema.Struct({
      key: Schema.String,
      policy: Schema.String,
      variant: Schema.NullOr(Schema.String),
      step: Schema.Int,
      status: Schema.Literal("planned", "armed", "sent", "done", "skipped", "withdrawn", "unknown"),
      /** When it was or will be sent; else when it is or was due. */
      at: Millis
    })
  )
})
/** A chat that was found, or a follow-up of it. */
export type Found = typeof Found.Type

/** What one request of a search has found. */
export const SearchResult = Schema.Struct({
  found: Schema.Array(Found),
  /** What to give as `after` to read on; null where there is no more to read. */
  next: Schema.NullOr(Position),
  /** How many chats or follow-ups were read for it. */
  read: Schema.Int
})
/** What one request of a search has found. */
export type SearchResult = typeof SearchResult.Type

/** An audit entry of a chat, in words. */
export const TimelineEntry = Schema.Struct({
  at: Millis,
  /** Empty where it is about all chats. */
  chat_id: Schema.String,
  kind: Schema.Literal("decision", "wait", "call", "end", "operator"),
  words: Schema.String
})
/** An audit entry of a chat, in words. */
export type TimelineEntry = typeof TimelineEntry.Type

/** A length of time in which nothing goes out. `from` is included, `to` is not. */
export const TimeRange = Schema.Struct({ from: Millis, to: Millis })
/** A length of time in which nothing goes out. */
export type TimeRange = typeof TimeRange.Type

const few = <A, I>(item: Schema.Schema<A, I>) => Schema.Struct({ total: Schema.Int, first: Schema.Array(item) })

/** Everything that the page shows, except a single conversation. */
export const Overview = Schema.Struct({
  now: Millis,
  /** The ids of the policies in force, in words. */
  policy: Schema.String,
  /** The policies in force in the order in which a chat is offered to them. */
  policies: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      /** Messages of ours from before this instant are not followed up; null where all are. */
      effective_from: Schema.NullOr(Millis)
    })
  ),
  paused_since: Schema.NullOr(Millis),
  /** How many contacts have to be confirmed before sending goes on; null where none have to be. */
  to_confirm: Schema.NullOr(Schema.Int),
  /** What is wrong and what to do about it, in the words of the alerts, and when each began. */
  troubles: Schema.Array(Schema.Struct({ words: Schema.String, since: Millis })),
  upcoming: few(Upcoming),
  /** When nothing goes out, for the next three days: by version of the policy, zones and country. */
  quiet: OpenRecord.record(Schema.Array(TimeRange)),
  quota: Quota,
  outcomes: Schema.Array(Outcome),
  /** For each policy with a holdout or variants: how many replied in each group, in words, a line each. */
  holdouts: Schema.Array(Schema.Array(Schema.String)),
  unresolved: few(Unresolved),
  /** Ids of chats, each with its contact's name, as far as this process knows it. */
  names: Schema.Array(Schema.Tuple(Schema.String, Schema.String)),
  /** The organizations that this process follows up in, where it has several; else none. */
  orgs: Schema.Array(Schema.String),
  /** Ids of the chats that are shown, each with its organization; empty unless there are several organizations. */
  org_of: Schema.Array(Schema.Tuple(Schema.String, Schema.String)),
  /** The newest first. */
  recent: Schema.Array(TimelineEntry)
})
/** Everything that the page shows, except a single conversation. */
export type Overview = typeof Overview.Type

/** A message of the chat, as the service has it now. Its text is not in the ledger. */
export const Said = Schema.Struct({
  at: Millis,
  author: Schema.Literal("contact", "assistant", "human"),
  text: Schema.String,
  isFollowUp: Schema.Boolean
})
/** A message of the chat. */
export type Said = typeof Said.Type

/** The messages and audit entries of one chat, in order of time. */
export const Conversation = Schema.Struct({
  chat_id: Schema.String,
  /** The organization of the chat, where this process has several; else null. */
  org_id: Schema.NullOr(Schema.String),
  contact_id: Schema.NullOr(Schema.String),
  /** The contact's name; null where this process does not know it. */
  name: Schema.NullOr(Schema.String),
  zone: Schema.NullOr(Schema.String),
  /** Why there are no messages, when they could not be read. */
  unreadable: Schema.NullOr(Schema.String),
  story: Schema.Array(Schema.Union(Said, TimelineEntry))
})
/** The messages and audit entries of one chat. */
export type Conversation = typeof Conversation.Type

/** The follow-up does not exist, was never of unknown outcome, or was resolved meanwhile. Status 409. */
export class NothingToResolve extends Schema.TaggedError<NothingToResolve>()(
  "NothingToResolve",
  { key: Schema.String },
  HttpApiSchema.annotations({ status: 409 })
) {
  override get message() {
    return "nothing is unknown about this follow-up any more"
  }
}

/** The database failed. Nothing was changed. Status 503. */
export class LedgerFailed extends Schema.TaggedError<LedgerFailed>()(
  "LedgerFailed",
  { reason: Schema.String },
  HttpApiSchema.annotations({ status: 503 })
) {
  override get message() {
    return `the ledger failed: ${this.reason}`
  }
}

/** What the operator decides: it counts as delivered, or it is sent again, although the contact may get it twice. */
export const Resolution = Schema.Struct({ as: Schema.Literal("delivered", "send_again") })
/** What the operator decides about a follow-up of unknown outcome. */
export type Resolution = typeof Resolution.Type

/** Fewer contacts were confirmed than have to be. Nothing was changed. Status 409. */
export class NotConfirmed extends Schema.TaggedError<NotConfirmed>()(
  "NotConfirmed",
  { reason: Schema.String },
  HttpApiSchema.annotations({ status: 409 })
) {
  override get message() {
    return this.reason
  }
}

/** How many contacts may be written to at once after a pause; null: as many as need no confirmation, 100. */
export const Resume = Schema.Struct({ confirm: Schema.NullOr(Schema.Int.pipe(Schema.between(0, largest))) })

/** Who makes the calls, by the token: their name, null where it has none, and whether they may change anything. */
export const Caller = Schema.Struct({ name: Schema.NullOr(Schema.String), mayChange: Schema.Boolean })
/** Who makes the calls. */
export type Caller = typeof Caller.Type

/** The path of the server-sent events, each an {@link Overview}. */
export const livePath = "/api/live"

/**
 * The path of the search. It is a POST, because the text of a URL gets into the logs of proxies. It changes nothing.
 */
export const searchPath = "/api/search"

/** The header of every call; without it a call is refused. A page of another site cannot send it. */
export const callHeader = { name: "x-follow-ups", value: "page" } as const

const chat_id = HttpApiSchema.param("chat_id", Stored)
const key = HttpApiSchema.param("key", Stored)

/**
 * The calls of the page. `live` is a stream of events; `resume` fails with `NotConfirmed` where more contacts have to
 * be confirmed.
 */
export const PageApi = HttpApi.make("page").add(
  HttpApiGroup.make("page", { topLevel: true })
    .add(HttpApiEndpoint.get("live", livePath).addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" })))
    .add(HttpApiEndpoint.get("operator", "/api/operator").addSuccess(Caller))
    .add(HttpApiEndpoint.post("search", searchPath).setPayload(Search).addSuccess(SearchResult).addError(LedgerFailed))
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
