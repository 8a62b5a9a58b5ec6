/**
 * A point in time on the wire. The newer pages print RFC 3339 date-times (`2023-11-07T05:31:56Z`), the older ones bare
 * dates (`2023-12-25`, read as midnight UTC).
 */
import * as DateTime from "effect/DateTime"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

// A DateTime has milliseconds and no offset. Where the received text contains more than that (a date only,
// microseconds, an offset), the text is kept beside the value, so that writing it back changes nothing.
const receivedText = new WeakMap<DateTime.Utc, string>()

const shape = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/
const hasOffset = /(?:[Zz]|[+-]\d{2}:?\d{2})$/
const dateOnly = 10

/** What `canonical` gives back as it was. The last days of a month are left out: not every month has them. */
const isCanonical = /^\d{4}-\d{2}-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.(?!000)\d{3})?Z$/

const canonical = (instant: DateTime.Utc): string => DateTime.formatIso(instant).replace(".000Z", "Z")

/** Epoch milliseconds, or NaN. */
const parse = (text: string): number =>
  shape.test(text) ? Date.parse(text.length === dateOnly || hasOffset.test(text) ? text : `${text}Z`) : Number.NaN

// RFC 3339 has years of four digits.
const latest = 253_402_300_799_999

/**
 * Text on the wire, `DateTime.Utc` in memory. Text that is no date-time is a parse error, and so is a year that has not
 * four digits.
 */
export const Instant = Schema.transformOrFail(
  Schema.String,
  Schema.DateTimeUtcFromSelf.annotations({
    arbitrary: () => (fc) => fc.integer({ min: 0, max: latest }).map((millis) => DateTime.unsafeMake(millis))
  }),
  {
    strict: true,
    decode: (text, _, ast) => {
      const millis = parse(text)
      if (Number.isNaN(millis))
        return ParseResult.fail(new ParseResult.Type(ast, text, "Expected an RFC 3339 date-time"))
      const instant = DateTime.unsafeMake(millis)
      if (!isCanonical.test(text)) receivedText.set(instant, text)
      return ParseResult.succeed(instant)
    },
    encode: (instant, _, ast) => {
      const text = receivedText.get(instant) ?? canonical(instant)
      return shape.test(text)
        ? ParseResult.succeed(text)
        : ParseResult.fail(new ParseResult.Type(ast, instant, "Expected a year of four digits"))
    }
  }
).annotations({
  identifier: "Instant",
  description: "an RFC 3339 date-time",
  jsonSchema: { type: "string", format: "date-time" }
})
