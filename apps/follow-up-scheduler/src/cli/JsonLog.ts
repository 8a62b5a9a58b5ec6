/** An entry of the log as one line of JSON: an object with `timestamp`, `level`, `message` and `fields`. */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Inspectable from "effect/Inspectable"
import * as Logger from "effect/Logger"

/** What JSON can hold. A `Redacted` is `<redacted>`. */
const plain = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value === null
    ? value
    : typeof value === "object"
      ? Inspectable.toJSON(value)
      : String(value)

const textOf = (value: unknown): string => (typeof value === "string" ? value : Inspectable.toStringUnknown(value, 0))

/**
 * - `timestamp`: ISO 8601, in UTC, with milliseconds.
 * - `level`: `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`.
 * - `message`: a text.
 * - `fields`: what the entry is about, by name, such as `chat`, `policy` and `step`; `cause` where there is one.
 */
export const logger = Logger.make(({ annotations, cause, date, logLevel, message }) => {
  const fields = {}
  for (const [name, value] of annotations) OpenRecord.set(fields, name, plain(value))
  if (!Cause.isEmpty(cause)) OpenRecord.set(fields, "cause", Cause.pretty(cause, { renderErrorCause: true }))
  return Inspectable.stringifyCircular({
    timestamp: date.toISOString(),
    level: logLevel.label,
    message: Arr.ensure(message).map(textOf).join(" "),
    fields
  })
})
