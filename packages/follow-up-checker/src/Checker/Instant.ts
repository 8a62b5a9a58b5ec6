/**
 * A point in time as the checker reads it: ISO 8601 with an offset, or a bare date (midnight UTC), to epoch
 * milliseconds.
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

const withOffset = Schema.String.pipe(
  Schema.pattern(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/i, {
    message: ({ actual }) => `Expected an instant such as 2026-03-10T12:00:00.000Z, got ${String(actual)}`
  })
)

/**
 * A date-time with an offset, as ISO 8601 text in the log and as epoch milliseconds here. Text without an offset is
 * refused.
 */
export const Instant = Schema.transform(Schema.compose(withOffset, Schema.DateTimeUtc), Schema.Number, {
  strict: true,
  decode: DateTime.toEpochMillis,
  encode: (millis) => DateTime.unsafeMake(millis)
})

/** Epoch milliseconds as ISO 8601 text in UTC. */
export const toIso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))
