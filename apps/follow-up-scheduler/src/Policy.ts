/**
 * A follow-up policy as data: after how much silence which step follows, and when a customer may be written to. It is
 * written as YAML or JSON and refused, with the field and the rule, when anything in it is wrong.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as NextAllowed from "./NextAllowed.ts"

/** Long enough for any follow-up, and short of what an instant can express. */
const longest = Duration.days(365)

/** Whole milliseconds, as instants have. */
const isUsable = (duration: Duration.Duration): boolean =>
  Duration.greaterThan(duration, Duration.zero) &&
  Duration.lessThanOrEqualTo(duration, longest) &&
  Number.isInteger(Duration.toMillis(duration))

const PositiveDuration = Schema.transformOrFail(Schema.String, Schema.DurationFromSelf, {
  strict: true,
  decode: (text, _, ast) =>
    Option.match(
      Option.filter(Duration.decodeUnknown(text), isUsable),
      {
        onNone: () => ParseResult.fail(new ParseResult.Type(ast, text, 'Expected a duration such as "4 hours", of at most 365 days')),
        onSome: ParseResult.succeed
      }
    ),
  encode: (duration) => ParseResult.succeed(`${Duration.toMillis(duration)} millis`)
})

const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: () => A) => Schema.optionalWith(schema, { default: value })

/** A date that exists, and if wanted a time with its offset: `2026-01-01`, `2026-01-01T09:00:00Z`. */
const EffectiveFrom = Schema.String.pipe(
  Schema.filter(
    (text) =>
      (Schema.is(NextAllowed.LocalDate)(text.slice(0, 10)) && /^.{10}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) ||
      "Expected a date, or a date-time with its offset such as 2026-01-01T09:00:00Z"
  ),
  Schema.compose(Schema.DateTimeUtc)
)

/** Start inclusive, end exclusive; may cross midnight. What is left of the day must not be empty. */
const QuietHours = Schema.Struct({ start: NextAllowed.TimeOfDay, end: NextAllowed.TimeOfDay }).pipe(
  Schema.filter((quiet) => Schema.is(NextAllowed.Window)(complement(quiet)) || "leaves no hour in which to write")
)

/** One step of the cadence: after `after` without an answer, `action`. */
export const Step = Schema.Struct({
  /** Silence since our last message, an earlier follow-up included. */
  after: PositiveDuration,
  /** The assistant writes the follow-up itself: its `follow_up_at` is set. */
  action: Schema.Literal("schedule_follow_up")
})
export type Step = typeof Step.Type

const name = Schema.String.pipe(
  Schema.pattern(/^[a-z0-9][a-z0-9-]{0,63}$/, { message: () => "Expected lower-case letters, digits and dashes" })
)

export class Policy extends Schema.Class<Policy>("Policy")({
  name,
  version: Schema.Int.pipe(Schema.positive()),
  /** Messages of ours from before this instant are never followed up, so that switching on sweeps no old chats. */
  effective_from: Schema.optional(EffectiveFrom),
  /** Where neither the contact's nor the assistant's zone is known. Without it, an unknown zone holds the follow-up. */
  time_zone: Schema.optional(NextAllowed.Zone),
  /** No follow-up in these hours of the contact's day. */
  quiet_hours: Schema.optional(QuietHours),
  /** ISO weekdays, Monday is 1. */
  weekdays: withDefault(Schema.NonEmptyArray(NextAllowed.Weekday), () => [1, 2, 3, 4, 5, 6, 7] as const),
  /** Local dates without follow-ups. */
  holidays: withDefault(Schema.Array(NextAllowed.LocalDate), () => []),
  /** How far ahead `follow_up_at` is set: long enough for a request, short enough that little can happen meanwhile. */
  arm_lead: withDefault(PositiveDuration, () => Duration.seconds(15)),
  /** How long after its instant a follow-up is looked for. */
  confirm_after: withDefault(PositiveDuration, () => Duration.minutes(1)),
  /** What to do with a `follow_up_at` that is not ours: leave it alone, or put ours in its place. */
  existing_follow_up: withDefault(Schema.Literal("respect", "replace"), () => "respect" as const),
  steps: Schema.NonEmptyArray(Step)
}) {
  /** Name and version: what a plan is made by. */
  get id(): string {
    return `${this.name}@${this.version}`
  }
}

const complement = (quiet: { readonly start: string; readonly end: string }): NextAllowed.Window => ({
  start: quiet.end,
  end: quiet.start
})

/** The hours in which a follow-up may go out. */
export const openHours = (policy: Policy): NextAllowed.Window =>
  policy.quiet_hours === undefined ? { start: "00:00", end: "24:00" } : complement(policy.quiet_hours)

/** Fails with a parse error whose first issue names the field and the rule. */
export const decode = Schema.decodeUnknown(Policy, { onExcessProperty: "error" })

/** The policy in force. */
export class ActivePolicy extends Context.Tag("@effect-invent/follow-up-scheduler/ActivePolicy")<ActivePolicy, Policy>() {}
