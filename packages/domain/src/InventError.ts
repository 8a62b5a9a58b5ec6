/**
 * Everything that can go wrong with a call, as facts a caller can act on. Each class is one tag; {@link InventError} is
 * their union. No error ever holds the API key.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const call = {
  /** Group and method, as in `state.update`. */
  endpoint: Schema.String,
  /** Requests that were sent, the first one included. */
  attempts: Schema.NonNegativeInt,
  /** The vendor's own name for the request, when a header gave one. */
  requestId: Schema.optionalWith(Schema.String, { exact: true })
}

const answer = {
  ...call,
  status: Schema.Int,
  /** The start of the answer's body, for a human to read. Its format is undocumented. */
  excerpt: Schema.String
}

/** A check of our own failed: an argument breaks a documented limit. Nothing was sent. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  endpoint: Schema.String,
  /** Which field breaks which rule. */
  issue: Schema.String
}) {
  override get message() {
    return `${this.endpoint} was not sent: ${this.issue}`
  }
}

/** 400: the server refuses the parameters. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", answer) {
  override get message() {
    return `${this.endpoint}: the server refuses the parameters (400): ${this.excerpt}`
  }
}

/** 401: the key is missing, wrong or revoked, or the endpoint is not open to API keys. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", answer) {
  override get message() {
    return `${this.endpoint}: the API key is not accepted (401); check INVENT_API_KEY`
  }
}

/** 403: the key is known and may not do this. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", answer) {
  override get message() {
    return `${this.endpoint}: not allowed (403): ${this.excerpt}`
  }
}

/** 404: there is no such thing, or this key cannot see it. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", answer) {
  override get message() {
    return `${this.endpoint}: not found (404): ${this.excerpt}`
  }
}

/** 409: the thing is in a state that does not allow this. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", answer) {
  override get message() {
    return `${this.endpoint}: conflict (409): ${this.excerpt}`
  }
}

/** 422: understood, and refused for its content. */
export class UnprocessableContent extends Schema.TaggedError<UnprocessableContent>()("UnprocessableContent", answer) {
  override get message() {
    return `${this.endpoint}: the content is refused (422): ${this.excerpt}`
  }
}

/**
 * 429 until the deadline: a call that is refused waits for the rate limit again. Nothing was applied. Where an earlier
 * request of the call may have been applied, the call fails with the error of that request instead.
 */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...answer,
  /** What the server required in `Retry-After`, counted from its answer. */
  retryAfter: Schema.optionalWith(Schema.DurationFromMillis, { exact: true })
}) {
  override get message() {
    return `${this.endpoint}: rate limited (429), ${this.attempts} requests`
  }
}

/**
 * 5xx, and the retry policy gave up. Only for requests whose repetition changes nothing, or changes nothing before an
 * instant that they name, such as `follow_up_at`.
 */
export class ServerFault extends Schema.TaggedError<ServerFault>()("ServerFault", answer) {
  override get message() {
    return `${this.endpoint}: the server failed (${this.status}) after ${this.attempts} attempts: ${this.excerpt}`
  }
}

/** An answer that no page describes: another status, no JSON, or JSON that is not the schema. */
export class UnexpectedResponse extends Schema.TaggedError<UnexpectedResponse>()("UnexpectedResponse", {
  ...answer,
  /** What is wrong with it. */
  issue: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: unexpected answer (${this.status}): ${this.issue}`
  }
}

/** The server was not reached: its name did not resolve, it refused, or TLS failed. Nothing was applied. */
export class ConnectionFailed extends Schema.TaggedError<ConnectionFailed>()("ConnectionFailed", {
  ...call,
  /** The error of the transport. */
  reason: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: no connection after ${this.attempts} attempts: ${this.reason}`
  }
}

/** A request of a repeatable kind got no whole answer: the connection was cut or the body broke off. */
export class ConnectionLost extends Schema.TaggedError<ConnectionLost>()("ConnectionLost", {
  ...call,
  reason: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: the connection was lost after ${this.attempts} attempts: ${this.reason}`
  }
}

/**
 * A deadline passed. The request changes nothing when it is repeated, except an update with a `follow_up_at`, which may
 * have been applied.
 */
export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", {
  ...call,
  /** The deadline of one attempt, or that of the whole call. */
  deadline: Schema.Literal("attempt", "total"),
  after: Schema.DurationFromMillis
}) {
  override get message() {
    return `${this.endpoint}: the ${this.deadline} deadline of ${Duration.format(this.after)} passed`
  }
}

const inMillis = (wait: Duration.Duration) => Duration.format(Duration.millis(Math.ceil(Duration.toMillis(wait))))

/** Too many calls wait for the rate limit already. This one did not join them, so nothing about it is ambiguous. */
export class QueueFull extends Schema.TaggedError<QueueFull>()("QueueFull", {
  ...call,
  /** Calls that wait. */
  queued: Schema.NonNegativeInt,
  /** How long this one would have waited. */
  expectedWait: Schema.DurationFromMillis
}) {
  override get message() {
    return `${this.endpoint}: ${this.queued} calls wait already, for ${inMillis(this.expectedWait)}`
  }
}

/**
 * The rate limit is shared by processes, and the store they share it through does not answer. This request did not
 * leave.
 */
export class RateLimitUnavailable extends Schema.TaggedError<RateLimitUnavailable>()("RateLimitUnavailable", {
  ...call,
  /** The error of the store. */
  reason: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: the shared rate limit cannot be used: ${this.reason}`
  }
}

/**
 * The server requires a longer wait than the call's deadline leaves. An update with a `follow_up_at` may have been
 * applied; any other request can be repeated as it is.
 */
export class RetryAfterTooLong extends Schema.TaggedError<RetryAfterTooLong>()("RetryAfterTooLong", {
  ...call,
  status: Schema.Int,
  /** When the server would accept the request again. */
  retryAt: Schema.DateTimeUtc
}) {
  override get message() {
    return `${this.endpoint}: the server asks to come back at ${this.retryAt}, after this call's deadline`
  }
}

/**
 * An unsafe request left, and its answer was lost or was a 5xx: it may have been applied, or not. It was sent once and
 * is never repeated blindly; find out by listing what exists since `sentAt`. `Reconcilable` of the client names who
 * does so.
 */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  ...call,
  /** Method, path and a hash of the body: two equal requests have equal fingerprints. */
  fingerprint: Schema.String,
  sentAt: Schema.DateTimeUtc,
  /** When its answer counted as lost: from then on it is waited for that the request shows. */
  lostAt: Schema.optionalWith(Schema.DateTimeUtc, { exact: true }),
  /** What happened to the answer. */
  reason: Schema.String,
  /** How to find out whether the request was applied, or why nothing shows it. */
  reconcile: Schema.String
}) {
  override get message() {
    return `${this.endpoint}: outcome unknown (${this.reason}); ${this.reconcile}`
  }
}

/** What every endpoint can fail with. */
export type RepeatableError =
  | InvalidRequest
  | BadRequest
  | Unauthorized
  | Forbidden
  | NotFound
  | Conflict
  | UnprocessableContent
  | RateLimited
  | ServerFault
  | UnexpectedResponse
  | ConnectionFailed
  | ConnectionLost
  | TimedOut
  | QueueFull
  | RateLimitUnavailable
  | RetryAfterTooLong

/** What an unsafe endpoint can fail with: an ambiguous end is {@link OutcomeUnknown} there, and nothing else. */
export type UnsafeError = Exclude<RepeatableError, ServerFault | ConnectionLost> | OutcomeUnknown

/**
 * Every error that a call can fail with. Match on `_tag`; `isRetryable` returns whether the same call can succeed
 * later.
 */
export type InventError = RepeatableError | OutcomeUnknown

/**
 * Whether the same call can succeed later without being changed. Never true for {@link OutcomeUnknown}: repeating it
 * could apply it twice. After an update with a `follow_up_at`, read the chat first: the assistant may have written.
 */
export const isRetryable = (error: InventError): boolean => {
  switch (error._tag) {
    case "RateLimited":
    case "ServerFault":
    case "ConnectionFailed":
    case "ConnectionLost":
    case "TimedOut":
    case "QueueFull":
    case "RateLimitUnavailable":
    case "RetryAfterTooLong":
      return true
    default:
      return false
  }
}
