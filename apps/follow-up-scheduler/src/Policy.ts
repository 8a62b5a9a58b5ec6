/**
 * A follow-up policy as data: which chats it is for, after how much silence which step follows, and when a contact may
 * be written to. It is written as YAML or JSON. A wrong policy is refused with the field and the rule.
 */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import * as NextAllowed from "./NextAllowed.ts"
import { DurationText } from "./Policy/DurationText.ts"
import { Country, Match } from "./Policy/Match.ts"
import { Name } from "./Policy/Name.ts"
import { Percent } from "./Policy/Percent.ts"
import { Channel, Steps } from "./Policy/Step.ts"
import * as PublicHolidays from "./Policy/PublicHolidays.ts"
import * as StopWords from "./Policy/StopWords.ts"
import { Variants } from "./Policy/Variants.ts"

export { isWriting, type Step } from "./Policy/Step.ts"

const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: () => NoInfer<A>) =>
  Schema.optionalWith(schema, { default: value })

/** `all`, or a date that exists, and if wanted a time with its offset: `2026-01-01`, `2026-01-01T09:00:00Z`. */
const EffectiveFrom = Schema.String.annotations({
  description:
    "Messages of ours from before this instant are never followed up, so that switching on sweeps no old chats. " +
    "all: every message " +
    "counts. Default: the instant at which a policy of this name was first put in force in this ledger."
}).pipe(
  Schema.filter(
    (text) =>
      text === "all" ||
      (Schema.is(NextAllowed.LocalDate)(text.slice(0, 10)) &&
        /^.{10}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) ||
      "Expected a date, a date-time with its offset such as 2026-01-01T09:00:00Z, or all"
  ),
  Schema.compose(Schema.Union(Schema.Literal("all"), Schema.DateTimeUtc))
)

/** Start inclusive, end exclusive; may cross midnight. What is left of the day must not be empty. */
const QuietHours = Schema.Struct({ start: NextAllowed.TimeOfDay, end: NextAllowed.TimeOfDay }).pipe(
  Schema.annotations({
    description: "No follow-up in these hours of the contact's day. The end is exclusive, and may be on the next day."
  }),
  Schema.filter((quiet) => Schema.is(NextAllowed.Window)(complement(quiet)) || "leaves no hour in which to write")
)

/** How long after the contact's last message a channel lets us write. */
const ChannelWindow = Schema.Struct({
  within: DurationText,
  prefer_early: Schema.optional(
    DurationText.annotations({ description: "A step whose instant falls outside comes up to this much earlier." })
  )
})
/**
 * The window of a kind of channel: `within` counts from the contact's last message. The default is none, so a policy
 * states the limits of the channels it uses.
 */
export type ChannelWindow = typeof ChannelWindow.Type

const Cap = Schema.Struct({
  at_most: Schema.Int.pipe(Schema.positive()),
  per: Schema.Union(Schema.Literal("calendar_day"), DurationText).annotations({
    description: "Any such length of time, or any one day where the contact is."
  }),
  per_conversation: Schema.optional(
    Schema.Boolean.annotations({
      description: "true: each conversation counts for itself. Else all conversations of a contact count together."
    })
  )
})
/**
 * A limit of `at_most` follow-ups to a contact per length of time, or per calendar day where the contact is. A step
 * that would exceed it waits for the next opening.
 */
export type Cap = typeof Cap.Type

const AtMost = Schema.Int.pipe(Schema.positive())

/** The default of `reply_within`. */
export const defaultReplyWithin = Duration.days(3)

const Dates = Schema.Array(NextAllowed.LocalDate)

const Words = Schema.Array(
  Schema.String.pipe(
    Schema.filter((word) => StopWords.normalize(word) !== "" || "Expected a word with a letter or digit in it", {
      jsonSchema: {}
    })
  )
)

/** Adds the description that editors show beside a field. */
const said = <A, I>(schema: Schema.Schema<A, I>, description: string) => schema.annotations({ description })

/** All fields but the steps. */
const fields = {
  name: Name,
  /** A version never changes: a changed policy gets the next number. */
  version: Schema.Int.pipe(Schema.positive()),
  match: withDefault(Match, () => ({})),
  effective_from: Schema.optional(EffectiveFrom),
  /** Where it is absent and no other zone is known, the follow-up is held. */
  time_zone: Schema.optional(NextAllowed.Zone),
  country_clocks: withDefault(
    said(
      Schema.Literal("each", "fallback"),
      "Where the clocks of the contact's country differ. each: a follow-up goes out when all of them allow it. " +
        "fallback: the assistant's zone counts, else time_zone."
    ),
    () => "each" as const
  ),
  quiet_hours: Schema.optional(QuietHours),
  weekdays: withDefault(
    said(
      Schema.NonEmptyArray(NextAllowed.Weekday),
      "Days on which follow-ups may go out, where the contact is. Monday is 1."
    ),
    () => [1, 2, 3, 4, 5, 6, 7] as const
  ),
  holidays: withDefault(said(Dates, "Local dates without follow-ups."), () => []),
  holiday_sets: withDefault(
    said(
      // oxlint-disable-next-line no-restricted-properties -- Only countries are keys.
      Schema.Record({ key: Country, value: Dates }),
      "By country: further local dates without follow-ups, for contacts of that country."
    ),
    () => ({})
  ),
  public_holidays: Schema.optional(
    said(
      PublicHolidays.FromPlace,
      "The public holidays of a country, or of a state of it, for all contacts: no follow-ups on them, beside " +
        "`holidays`."
    )
  ),
  spread: Schema.optional(
    said(
      DurationText,
      "What quiet hours or a day off put off is spread over this much of the hours that follow, not sent all at once."
    )
  ),
  /** Where the kind of channel is unknown, the strictest window holds. */
  channel_windows: withDefault(
    said(
      // oxlint-disable-next-line no-restricted-properties -- Only known channels are keys.
      Schema.partial(Schema.Record({ key: Channel, value: ChannelWindow })),
      "By kind of channel: how long after the contact's last message it lets us write."
    ),
    () => ({})
  ),
  caps: withDefault(
    said(
      Schema.Array(Cap),
      "At most so many follow-ups to a contact: in all their chats, on all channels, by all policies together."
    ),
    () => []
  ),
  at_most_per_hour: withDefault(
    said(
      AtMost,
      "So many follow-ups to all contacts together within an hour. Then everything is held until an operator " +
        "resumes it. Default: 300."
    ),
    () => 300
  ),
  at_most_per_day: withDefault(said(AtMost, "The same within 24 hours. Default: 2000."), () => 2000),
  holdout: Schema.optional(
    said(
      Percent,
      "This share of the contacts gets no follow-up by this policy, so that status can compare how many of them reply."
    )
  ),
  reply_within: withDefault(
    said(
      DurationText,
      "With a holdout: a reply counts that comes so soon after a contact's first follow-up was due. Default: 3 days."
    ),
    () => defaultReplyWithin
  ),
  stop_after_unanswered: Schema.optional(
    Schema.Int.pipe(
      Schema.positive({
        title: "After so many cadences in a row that the contact let run to their end, none is begun."
      })
    )
  ),
  opt_out: withDefault(
    said(
      Words,
      "A contact who writes one of these words, and nothing else, is not followed up again. Default: a list in " +
        "many languages. []: none."
    ),
    () => StopWords.optOut
  ),
  opt_in: withDefault(
    said(
      Words,
      "Words by which a contact who opted out wants to be followed up again. Default: a list in many languages."
    ),
    () => StopWords.optIn
  ),
  after_broadcast: withDefault(
    said(
      Schema.Literal("ignore", "follow_up"),
      "What a broadcast is. ignore: no message to follow up, since it awaits no answer. follow_up: a message of " +
        "ours as any other."
    ),
    () => "ignore" as const
  ),
  after_human: withDefault(
    said(
      Schema.Literal("next_episode", "never"),
      "When a chat is followed up again in which a human of the staff wrote. next_episode: once it is nobody's, " +
        "the contact has " +
        "asked again and the assistant has answered. never: not at all."
    ),
    () => "next_episode" as const
  ),
  arm_lead: withDefault(
    said(
      DurationText,
      "How far ahead follow_up_at is set: long enough for a request, short enough that little can happen meanwhile."
    ),
    () => Duration.seconds(15)
  ),
  confirm_after: withDefault(said(DurationText, "How long after its instant a follow-up is looked for."), () =>
    Duration.minutes(1)
  ),
  existing_follow_up: withDefault(
    said(
      Schema.Literal("respect", "replace"),
      "What to do with a follow_up_at that is not ours: leave it alone, or put ours in its place."
    ),
    () => "respect" as const
  )
}

const idOf = ({ name, version }: { readonly name: string; readonly version: number }): string => `${name}@${version}`

/**
 * One version of a follow-up policy, decoded, with the defaults filled in. Built by {@link decode}, which refuses
 * unknown fields. A recorded version never changes: the same name and version with another content is refused (decision
 * 0007).
 */
export class Policy extends Schema.Class<Policy>("Policy")({ ...fields, steps: Steps }) {
  /** `name@version`: what plans and follow-ups are recorded with. */
  get id(): string {
    return idOf(this)
  }
}

/**
 * The same with variants in place of steps. `Decide/Variant.ts` makes of it the {@link Policy} by which a contact is
 * followed up (decision 0022).
 */
export class PolicyWithVariants extends Schema.Class<PolicyWithVariants>("PolicyWithVariants")({
  ...fields,
  variants: said(
    Variants,
    "Cadences side by side, in place of steps. A contact belongs to one of them; status compares how many reply."
  ),
  steps: Schema.optional(
    Schema.Never.annotations({
      message: () => "stands beside variants; give each variant its steps, and take these away"
    })
  )
}) {
  /** `name@version`: what plans and follow-ups are recorded with. */
  get id(): string {
    return idOf(this)
  }
}

/** A policy as its file has it: with steps, or with variants. */
export const AnyPolicy = Schema.Union(Policy, PolicyWithVariants)
/** A policy as its file has it: with steps, or with variants. */
export type AnyPolicy = typeof AnyPolicy.Type

/** The variants of a policy; undefined where it has none. */
export const variantsOf = (policy: AnyPolicy): Variants | undefined =>
  "variants" in policy ? policy.variants : undefined

const complement = (quiet: { readonly start: string; readonly end: string }): NextAllowed.Window => ({
  start: quiet.end,
  end: quiet.start
})

/** Our messages from before this instant are not followed up; undefined where every message counts. */
export const effectiveFrom = (
  { effective_from }: Pick<Policy, "effective_from">,
  first_in_force: DateTime.Utc | undefined
): DateTime.Utc | undefined => (effective_from === "all" ? undefined : (effective_from ?? first_in_force))

/** The hours in which a follow-up may go out: all but the quiet hours. */
export const openHours = (policy: Pick<Policy, "quiet_hours">): NextAllowed.Window =>
  policy.quiet_hours === undefined ? { start: "00:00", end: "24:00" } : complement(policy.quiet_hours)

/** Local dates without follow-ups for a contact of this country. */
export const holidaysOf = (policy: AnyPolicy, country: string | undefined): ReadonlyArray<string> => [
  ...policy.holidays,
  ...(OpenRecord.get(policy.holiday_sets, country ?? "") ?? [])
]

/** The hours and days in which a contact of this country may be written to, by the clocks of this zone. */
export const hoursIn = (policy: AnyPolicy, country: string | undefined, zone: string): NextAllowed.Hours => ({
  zone,
  window: openHours(policy),
  weekdays: policy.weekdays,
  holidays: holidaysOf(policy, country),
  isDayOff: (date) => policy.public_holidays?.nameOn(date) !== undefined
})

/**
 * The window of a channel; undefined where the policy gives it none. For an unknown kind of channel, the shortest
 * window of the policy.
 */
export const channelWindow = (
  { channel_windows }: Pick<Policy, "channel_windows">,
  channel: string | undefined
): ChannelWindow | undefined => {
  if (channel !== undefined) return Object.entries(channel_windows).find(([name]) => name === channel)?.[1]
  return Object.values(channel_windows).reduce<ChannelWindow | undefined>(
    (strictest, window) =>
      window !== undefined && (strictest === undefined || Duration.lessThan(window.within, strictest.within))
        ? window
        : strictest,
    undefined
  )
}

const strictly = { onExcessProperty: "error" } as const

/** Reads a policy with steps. Fails with a parse error whose first issue names the field and the rule. */
export const decode = Schema.decodeUnknown(Policy, strictly)

const decodeWithVariants = Schema.decodeUnknown(PolicyWithVariants, strictly)

/**
 * Reads a policy with steps, or with variants where these are named. Fails with the parse errors of that form alone.
 */
export const decodeAny = (
  input: unknown,
  options?: AST.ParseOptions
): Effect.Effect<AnyPolicy, ParseResult.ParseError> =>
  Predicate.hasProperty(input, "variants") ? decodeWithVariants(input, options) : decode(input, options)

/** The policy in force: the first one, where there are several. */
export class ActivePolicy extends Context.Tag("@effect-invent/follow-up-scheduler/ActivePolicy")<
  ActivePolicy,
  AnyPolicy
>() {}

/**
 * The policies in force after {@link ActivePolicy}, in the order in which a chat is offered to them. None unless
 * provided.
 */
export class FurtherPolicies extends Context.Reference<FurtherPolicies>()(
  "@effect-invent/follow-up-scheduler/FurtherPolicies",
  { defaultValue: (): ReadonlyArray<AnyPolicy> => [] }
) {}

/** The name of a policy, from the id of one of its versions: `quotes` of `quotes@2`. */
export const nameOf = (id: string): string => id.slice(0, id.lastIndexOf("@"))
