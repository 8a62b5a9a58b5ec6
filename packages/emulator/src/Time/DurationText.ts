/** A time to wait, as it is written in a file or in code. */
import * as Duration from "effect/Duration"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** `2 seconds`, `250 millis`, or a number of milliseconds. */
export const Wait = Schema.transformOrFail(
  Schema.Union(Schema.String, Schema.NonNegative, Schema.DurationFromSelf),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (input, _, ast) => {
      const decoded = Duration.decodeUnknown(input)
      return decoded._tag === "Some" && Duration.isFinite(decoded.value)
        ? ParseResult.succeed(decoded.value)
        : ParseResult.fail(new ParseResult.Type(ast, input, `expected a duration such as "2 seconds", got ${input}`))
    },
    encode: (duration) => ParseResult.succeed(Duration.toMillis(duration))
  }
)
