/** What goes wrong, as data: when a fault fires, and what it does to the request and its answer. */
import { Instant } from "@effect-invent/domain/schema/Instant"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Schema from "effect/Schema"
import * as Routes from "../Routes.ts"
import { Wait } from "../Time/DurationText.ts"

const Bytes = Schema.NonNegativeInt
const CallNumber = Schema.Int.pipe(Schema.positive())

const Endpoint = Schema.String.pipe(
  Schema.filter(
    (name) =>
      Routes.endpoints.includes(name) || `there is no endpoint ${name}; there are ${Routes.endpoints.join(", ")}`
  )
)

/** All that is given must hold. What is left out holds for every request. */
export const When = Schema.Struct({
  /** As in `state.update`. */
  endpoint: Schema.optional(Endpoint),
  /** The contact in the path, or whose chat is in the path. */
  contact: Schema.optional(Schema.String),
  chat: Schema.optional(Schema.String),
  /** The name of the API key. */
  key: Schema.optional(Schema.String),
  /** From this instant on, and before that one. */
  from: Schema.optional(Instant),
  until: Schema.optional(Instant),
  /** Which of the requests for which the above holds, counted from 1. */
  calls: Schema.optional(Schema.NonEmptyArray(CallNumber)),
  /** How many of them, chosen by the seed: 0.1 is one in ten. */
  probability: Schema.optional(Schema.Number.pipe(Schema.between(0, 1))),
  /** No more than so many. */
  times: Schema.optional(CallNumber)
})

const Answer = Schema.Struct({
  status: Schema.Int.pipe(Schema.between(200, 599)),
  body: Schema.optionalWith(Schema.String, { default: () => "" }),
  headers: Schema.optionalWith(OpenRecord.record(Schema.String), { default: () => ({}) }),
  /** The `Retry-After` header, word for word, right or wrong. */
  retry_after: Schema.optional(Schema.String),
  /** Whether the change is made before this answer is given in place of the true one. */
  applied: Schema.optionalWith(Schema.Boolean, { default: () => false })
})

/**
 * Several at once happen in the order of these keys. A byte of an answer is counted from its first, its head included.
 */
export const Do = Schema.Struct({
  /** Before the request is handled. */
  delay: Schema.optional(Wait),
  /** The connection is reset before the request is handled: no change, no answer. */
  reset: Schema.optional(Schema.Literal(true)),
  answer: Schema.optional(Answer),
  /** Every key of that name, at any depth, has this value: an unknown enum, a wrong type. */
  set: Schema.optional(OpenRecord.Json),
  /** Every object has these keys, too. */
  add: Schema.optional(OpenRecord.Json),
  /** No object has these keys, at any depth. */
  remove: Schema.optional(Schema.Array(Schema.String)),
  /** Every entry of a list twice, the list from its end, or in an order that the seed decides. */
  list: Schema.optional(Schema.Literal("duplicate", "reverse", "shuffle")),
  /** Half of the body, nothing, or a page of HTML, under the status of the true answer. */
  body: Schema.optional(Schema.Literal("truncated", "empty", "html")),
  /** The answer is compressed, whatever the request accepts. */
  compress: Schema.optional(Schema.Literal("gzip", "deflate", "br")),
  /** The answer claims to be compressed, and is not. */
  gzip: Schema.optional(Schema.Literal(true)),
  /** Seconds by which the `Date` header is wrong; negative: behind. */
  skew: Schema.optional(Schema.Int),
  /** Bytes by which `Content-Length` is wrong. */
  length: Schema.optional(Schema.Int.pipe(Schema.filter((by) => by !== 0 || "0 would be the right length"))),
  /** So many bytes at a time. */
  drip: Schema.optional(Schema.Struct({ bytes: CallNumber, every: Wait })),
  /** The change is made, and after so many bytes of the answer the connection is cut. */
  cut: Schema.optional(Bytes),
  /** The change is made, and after so many bytes of the answer nothing more comes. */
  stall: Schema.optional(Bytes)
}).pipe(Schema.filter((effects) => Object.keys(effects).length > 0 || "a fault must do something"))
/** What a fault does to a request and its answer. Several effects can be combined. */
export type Do = typeof Do.Type

/** A fault: its name in the log, the requests that it befalls, and what it does to them. */
export const Fault = Schema.Struct({
  name: Schema.NonEmptyString,
  when: Schema.optionalWith(When, { default: () => ({}) }),
  do: Do
})
/** A fault that was checked. */
export type Fault = typeof Fault.Type
/** As it is written in a file or in code. */
export type Encoded = typeof Fault.Encoded

/** Reads a fault, and refuses unknown keys. */
export const decode = Schema.decodeUnknownEither(Fault, { onExcessProperty: "error" })
