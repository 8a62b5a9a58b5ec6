/**
 * What the checker reads in a policy: when a follow-up may be sent, after how much silence. Keys that say nothing about
 * that are passed over; those that do, and that the log does not show, are refused.
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Yaml from "yaml"
import { Instant } from "./Instant.ts"
import * as Issue from "./Issue.ts"
import * as PublicHolidays from "./PublicHolidays.ts"
import * as Zone from "./Zone.ts"

const parseMillis = (text: string): Option.Option<number> =>
  Duration.decodeUnknown(text).pipe(
    Option.map(Duration.toMillis),
    Option.filter((millis) => millis > 0 && Number.isFinite(millis))
  )

/** Text such as `4 hours`, to milliseconds. */
export const Millis = Schema.transformOrFail(Schema.String, Schema.Number, {
  strict: true,
  decode: (text, _, ast) =>
    Option.match(parseMillis(text), {
      onNone: () =>
        ParseResult.fail(new ParseResult.Type(ast, text, `Expected a duration such as "4 hours", got "${text}"`)),
      onSome: ParseResult.succeed
    }),
  encode: (millis) => ParseResult.succeed(`${millis} millis`)
})

/** Text such as `10 %`, to the number of percent. */
const Percent = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(/^\d+(\.\d+)? ?%$/, {
      message: ({ actual }) => `Expected a share such as "10 %", got ${JSON.stringify(actual)}`
    })
  ),
  Schema.Number,
  { strict: true, decode: (text) => Number(text.replace("%", "")), encode: (percent) => `${percent} %` }
)

/** `HH:MM` to minutes of the day; `24:00` is its end. */
const TimeOfDay = Schema.transform(
  Schema.String.pipe(
    Schema.pattern(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
      message: ({ actual }) => `Expected a time of day such as "21:00", got ${JSON.stringify(actual)}`
    })
  ),
  Schema.Number,
  {
    strict: true,
    decode: (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)),
    encode: (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`
  }
)

const QuietHours = Schema.Struct({ start: TimeOfDay, end: TimeOfDay }).pipe(
  Schema.filter(({ end, start }) => start !== end || "Quiet hours that start when they end say nothing")
)

const TimeZone = Schema.String.pipe(Schema.filter((zone) => Zone.isKnown(zone) || `Unknown time zone ${zone}`))

const LocalDate = Schema.String.pipe(
  Schema.pattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
    message: ({ actual }) => `Expected a date such as 2026-12-25, got ${String(actual)}`
  })
)

const unjudged = (what: string) =>
  Schema.Unknown.pipe(Schema.filter(() => `The log does not contain enough to judge ${what}`, { identifier: what }))

/** A step later than its limit may be left out, or come at its time of day on a later day. */
const Lateness = Schema.Struct({ limit: Millis, beyond: Schema.Literal("send", "skip", "shift") })

/** The other actions end a cadence and send nothing. */
const Step = Schema.Struct({
  after: Millis,
  action: Schema.Literal("schedule_follow_up", "snooze", "close", "assign"),
  lateness: Schema.optional(Lateness)
})
/** One step of a policy: after how long it is due, and what it does. */
export type Step = typeof Step.Type

const Match = Schema.Struct({
  channels: Schema.optional(Schema.Array(Schema.String)),
  countries: Schema.optional(Schema.Array(Schema.String)),
  assistants: Schema.optional(unjudged("assistants")),
  segments: Schema.optional(unjudged("segments")),
  languages: Schema.optional(unjudged("languages")),
  referrals: Schema.optional(unjudged("referrals"))
})

const Cap = Schema.Struct({
  at_most: Schema.Int,
  per: Schema.Union(Schema.Literal("calendar_day"), Millis),
  /** Else all conversations of a contact count together. */
  per_conversation: Schema.optional(Schema.Boolean)
})
/** How many follow-ups a chat or a contact may get in how long. */
export type Cap = typeof Cap.Type

const Window = Schema.Struct({ within: Millis, prefer_early: Schema.optionalWith(Millis, { default: () => 0 }) })
/** How long after the contact's last message a channel is open, in milliseconds. */
export type Window = typeof Window.Type

// oxlint-disable-next-line no-restricted-properties -- Its keys are checked when the file is read.
const byName = <A, I>(value: Schema.Schema<A, I>) => Schema.Record({ key: Schema.String, value })

/**
 * Reads a policy file by itself, without the scheduler's code. Durations become milliseconds. What the log cannot show,
 * such as segments, is refused.
 */
export const Policy = Schema.Struct({
  /** Whom a holdout leaves out depends on it. */
  name: Schema.optionalWith(Schema.String, { default: () => "" }),
  holdout: Schema.optional(Percent),
  match: Schema.optionalWith(Match, { default: () => ({}) }),
  /**
   * Without it a policy counts from when it was first in force, which the log does not contain: then nothing counts as
   * too old.
   */
  effective_from: Schema.optional(Schema.Union(Instant, Schema.Literal("all"))),
  time_zone: Schema.optional(TimeZone),
  /** Where the clocks of a country differ: all of them count, or none of them and `time_zone` does. */
  country_clocks: Schema.optionalWith(Schema.Literal("each", "fallback"), { default: () => "each" as const }),
  /** Start inclusive, end exclusive; may cross midnight. */
  quiet_hours: Schema.optional(QuietHours),
  weekdays: Schema.optional(Schema.NonEmptyArray(Schema.Int.pipe(Schema.between(1, 7)))),
  holidays: Schema.optionalWith(Schema.Array(LocalDate), { default: () => [] }),
  /** By country. */
  holiday_sets: Schema.optionalWith(byName(Schema.Array(LocalDate)), { default: () => ({}) }),
  /** For contacts of every country. */
  public_holidays: Schema.optional(PublicHolidays.Place),
  spread: Schema.optionalWith(Millis, { default: () => 0 }),
  channel_windows: Schema.optionalWith(byName(Window), { default: () => ({}) }),
  caps: Schema.optionalWith(Schema.Array(Cap), { default: () => [] }),
  stop_after_unanswered: Schema.optional(unjudged("cadences that went unanswered")),
  after_broadcast: Schema.optionalWith(Schema.Literal("ignore"), { default: () => "ignore" as const }),
  after_human: Schema.optionalWith(Schema.Literal("next_episode", "never"), { default: () => "next_episode" as const }),
  arm_lead: Schema.optionalWith(Millis, { default: () => 15_000 }),
  variants: Schema.optional(
    Schema.Unknown.pipe(
      Schema.filter(
        () => "The log does not contain which variant a contact is in: the checker judges policies with steps only"
      )
    )
  ),
  steps: Schema.Array(Step).pipe(Schema.minItems(1))
})
/** Durations and instants are milliseconds, times of day minutes. */
export type Policy = Omit<typeof Policy.Type, "effective_from"> & { readonly effective_from?: number | undefined }

/** A record by name, below, would take its value for a prototype. */
const refuseProto = (key: unknown, value: unknown) => {
  if (key === "__proto__") throw new Error("A key cannot be __proto__")
  return value
}

const fromYaml = (text: string) =>
  Either.try({
    try: (): unknown => Yaml.parse(text, refuseProto),
    catch: (error) => (error instanceof Error ? error.message.replace(/:?\s*\n.*$/s, "") : "not YAML")
  })

const decode = (input: unknown) =>
  Predicate.isRecord(input)
    ? Either.mapLeft(Schema.decodeUnknownEither(Policy)(input), Issue.describe)
    : Either.left("Expected a policy: keys and values")

/** The policy in the text of a file, or one line with what is wrong with it. */
export const readPolicy = (text: string): Either.Either<Policy, string> =>
  Either.map(Either.flatMap(fromYaml(text), decode), ({ effective_from, ...policy }) => ({
    ...policy,
    ...(typeof effective_from === "number" ? { effective_from } : {}),
    steps: policy.steps.filter(({ action }) => action === "schedule_follow_up")
  }))
