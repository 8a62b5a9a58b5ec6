/**
 * What the checker reads in a policy: when a follow-up may be sent, after how much silence. Keys that say nothing about
 * that are passed over; those that do, and that the log does not show, are refused.
 */
import * as Arr from "effect/Array"
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

const Steps = Schema.Array(Step).pipe(Schema.minItems(1))

const Variant = Schema.Struct({ name: Schema.NonEmptyString, share: Percent, steps: Steps })
/** The steps that a share of the contacts gets, in percent. */
export type Variant = typeof Variant.Type

const [leastVariants, mostVariants] = [2, 8]
/** How far the sum of the shares may be from 100 %, for decimals that were rounded. */
const rounding = 1e-6

const sharesIssue = (variants: ReadonlyArray<Variant>): ReadonlyArray<Schema.FilterIssue> => {
  const sum = variants.reduce((sum, { share }) => sum + share, 0)
  const message = `The shares add up to ${Number(sum.toFixed(4))} %`
  return Math.abs(sum - 100) < rounding ? [] : [{ path: [variants.length - 1, "share"], message }]
}

const variantIssues = (variants: ReadonlyArray<Variant>): ReadonlyArray<Schema.FilterIssue> =>
  variants.flatMap(({ name, steps: [first] }, index) => {
    const same = variants.findIndex((other) => other.name === name)
    return [
      ...(same === index
        ? []
        : [{ path: [index, "name"], message: `${name} is the name of variant ${same + 1}, too` }]),
      ...(first?.action === "schedule_follow_up"
        ? []
        : [{ path: [index, "steps", 0, "action"], message: "The first step of a variant writes to the contact" }])
    ]
  })

const Variants = Schema.Array(Variant).pipe(
  Schema.filter(
    (list): list is Arr.NonEmptyReadonlyArray<Variant> => list.length >= leastVariants && list.length <= mostVariants,
    { message: () => `Expected ${leastVariants} to ${mostVariants} variants` }
  ),
  Schema.filter((list) => [...variantIssues(list), ...sharesIssue(list)])
)

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

/** What a policy has beside its steps. What the log cannot show, such as segments, is refused. */
const shared = {
  /** Whom a holdout leaves out, and who is in which variant, depends on it. */
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
  arm_lead: Schema.optionalWith(Millis, { default: () => 15_000 })
}
const WithSteps = Schema.Struct({ ...shared, steps: Steps })
const WithVariants = Schema.Struct({ ...shared, variants: Variants })

type Shared = Omit<typeof WithSteps.Type, "effective_from" | "steps"> & { readonly effective_from?: number | undefined }

/**
 * A policy by which every contact gets the same steps. Durations and instants are milliseconds, times of day minutes of
 * the day.
 */
export type Policy = Shared & { readonly steps: ReadonlyArray<Step> }

/** A policy by whose variants different contacts get different steps. */
export type PolicyWithVariants = Shared & { readonly variants: Arr.NonEmptyReadonlyArray<Variant> }

/** A policy as its file has it: with steps, or with variants. */
export type AnyPolicy = Policy | PolicyWithVariants

/** The policy with the steps of each of its variants, in their order; a policy with steps alone by itself. */
export const policiesOf = (policy: AnyPolicy): Arr.NonEmptyReadonlyArray<Policy> => {
  if ("steps" in policy) return [policy]
  const { variants, ...others } = policy
  return Arr.map(variants, ({ steps }) => ({ ...others, steps }))
}

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

const isSent = ({ action }: Step) => action === "schedule_follow_up"

/** A policy without the steps that send nothing, and without `effective_from: all`, which sets no limit. */
const judged = ({ effective_from, ...policy }: typeof WithSteps.Type | typeof WithVariants.Type): AnyPolicy => {
  const from = typeof effective_from === "number" ? { effective_from } : {}
  if ("steps" in policy) return { ...policy, ...from, steps: policy.steps.filter(isSent) }
  const variants = Arr.map(policy.variants, (each) => ({ ...each, steps: each.steps.filter(isSent) }))
  return { ...policy, ...from, variants }
}

const read: (
  decoded: Either.Either<typeof WithSteps.Type | typeof WithVariants.Type, ParseResult.ParseError>
) => Either.Either<AnyPolicy, string> = Either.mapBoth({ onLeft: Issue.describe, onRight: judged })

const decode = (input: unknown): Either.Either<AnyPolicy, string> => {
  if (!Predicate.isRecord(input)) return Either.left("Expected a policy: keys and values")
  if ("steps" in input && "variants" in input) return Either.left("steps: Expected steps or variants, and not both")
  return "variants" in input
    ? read(Schema.decodeUnknownEither(WithVariants)(input))
    : read(Schema.decodeUnknownEither(WithSteps)(input))
}

/**
 * The policy in the text of a file, read without the scheduler's code; or one line with what is wrong with it. Loads
 * the calendar of public holidays where the policy names a place.
 */
export const readPolicy = (text: string): Either.Either<AnyPolicy, string> => Either.flatMap(fromYaml(text), decode)
