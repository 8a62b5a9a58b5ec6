/** A length of time as a policy writes it: `4 hours`. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** Long enough for any follow-up, and short of what an instant can express. */
const longest = Duration.days(365)

/** Whole milliseconds, as instants have. */
const isUsable = (duration: Duration.Duration): boolean =>
  Duration.greaterThan(duration, Duration.zero) &&
  Duration.lessThanOrEqualTo(duration, longest) &&
  Number.isInteger(Duration.toMillis(duration))

const Text = Schema.String.annotations({
  description: 'A length of time such as "90 seconds", "4 hours" or "2 days", of at most 365 days.',
  jsonSchema: { type: "string", pattern: "^\\d+(\\.\\d+)? (milli|second|minute|hour|day|week)s?$" }
})

/**
 * A length of time in a policy: more than 0, at most 365 days, in whole milliseconds. Read from text such as `4 hours`,
 * and written as milliseconds: `14400000 millis`.
 */
export const DurationText = Schema.transformOrFail(Text, Schema.DurationFromSelf, {
  strict: true,
  decode: (text, _, ast) =>
    Option.filter(Duration.decodeUnknown(text), isUsable).pipe(
      Option.match({
        onNone: () =>
          ParseResult.fail(
            new ParseResult.Type(ast, text, 'Expected a duration such as "4 hours", of at most 365 days')
          ),
        onSome: ParseResult.succeed
      })
    ),
  encode: (duration) => ParseResult.succeed(`${Duration.toMillis(duration)} millis`)
})
