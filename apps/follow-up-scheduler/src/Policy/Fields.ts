/**
 * The fields of a policy file, with their defaults and the descriptions that editors show. What a field means for a
 * chat is in `Decide`.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as NextAllowed from "../NextAllowed.ts"
import { DurationText } from "./DurationText.ts"
import { Country, Match } from "./Match.ts"
import { Name } from "./Name.ts"
import { Percent } from "./Percent.ts"
import * as PublicHolidays from "./PublicHolidays.ts"
import { Channel } from "./Step.ts"
import * as StopWords from "./StopWords.ts"

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
  Schema.filter(
    ({ end, start }) => Schema.is(NextAllowed.Window)({ start: end, end: start }) || "leaves no hour in which to write"
  )
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

const AtMost = Schema.Int.pipe(Schema.positive({ message: () => "Expected a whole number above 0" }))

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
export const described = <A, I>(schema: Schema.Schema<A, I>, description: string) => schema.annotations({ description })

/** All fields of a policy but its steps. */
export const fields = {
  name: Name,
  /** A version never changes: a changed policy gets the next number. */
  version: Schema.Int.pipe(Schema.positive()),
  match: withDefault(Match, () => ({})),
  effective_from: Schema.optional(EffectiveFrom),
  /** Where it is absent and no other zone is known, the follow-up is held. */
  time_zone: Schema.optional(NextAllowed.Zone),
  country_clocks: withDefault(
    described(
      Schema.Literal("each", "fallback"),
      "Where the clocks of the contact's country differ. each: a follow-up goes out when all of them allow it. " +
        "fallback: the assistant's zone counts, else time_zone."
    ),
    () => "each" as const
  ),
  quiet_hours: Schema.optional(QuietHours),
  weekdays: withDefault(
    described(
      Schema.NonEmptyArray(NextAllowed.Weekday),
      "Days on which follow-ups may go out, where the contact is. Monday is 1."
    ),
    () => [1, 2, 3, 4, 5, 6, 7] as const
  ),
  holidays: withDefault(described(Dates, "Local dates without follow-ups."), () => []),
  holiday_sets: withDefault(
    described(
      // oxlint-disable-next-line no-restricted-properties -- Only countries are keys.
      Schema.Record({ key: Country, value: Dates }),
      "By country: further local dates without follow-ups, for contacts of that country."
    ),
    () => ({})
  ),
  public_holidays: Schema.optional(
    described(
      PublicHolidays.FromPlace,
      "The public holidays of a country, or of a state of it, for all contacts: no follow-ups on them, beside " +
        "`holidays`."
    )
  ),
  spread: Schema.optional(
    described(
      DurationText,
      "What quiet hours or a day off put off is spread over this much of the hours that follow, not sent all at once."
    )
  ),
  /** Where the kind of channel is unknown, the strictest window holds. */
  channel_windows: withDefault(
    described(
      // oxlint-disable-next-line no-restricted-properties -- Only known channels are keys.
      Schema.partial(Schema.Record({ key: Channel, value: ChannelWindow })),
      "By kind of channel: how long after the contact's last message it lets us write."
    ),
    () => ({})
  ),
  caps: withDefault(
    described(
      Schema.Array(Cap),
      "At most so many follow-ups to a contact: in all their chats, on all channels, by all policies together."
    ),
    () => []
  ),
  at_most_per_hour: withDefault(
    described(
      AtMost,
      "So many follow-ups to all contacts together within an hour. Then everything is held until an operator " +
        "resumes it. Default: 300."
    ),
    () => 300
  ),
  at_most_per_day: withDefault(described(AtMost, "The same within 24 hours. Default: 2000."), () => 2000),
  holdout: Schema.optional(
    described(
      Percent,
      "This share of the contacts gets no follow-up by this policy, so that status can compare how many of them reply."
    )
  ),
  reply_within: withDefault(
    described(
      DurationText,
      "With a holdout: a reply counts that comes so soon after a contact's first follow-up was due. Default: 3 days."
    ),
    () => defaultReplyWithin
  ),
  stop_after_unanswered: Schema.optional(
    Schema.Int.pipe(
      Schema.positive({
        message: () => "Expected a whole number above 0",
        title: "After so many cadences in a row that the contact let run to their end, none is begun."
      })
    )
  ),
  opt_out: withDefault(
    described(
      Words,
      "A contact who writes one of these words, and nothing else, is not followed up again. Default: a list in " +
        "many languages. []: none."
    ),
    () => StopWords.optOut
  ),
  opt_in: withDefault(
    described(
      Words,
      "Words by which a contact who opted out wants to be followed up again. Default: a list in many languages."
    ),
    () => StopWords.optIn
  ),
  after_broadcast: withDefault(
    described(
      Schema.Literal("ignore", "follow_up"),
      "What a broadcast is. ignore: no message to follow up, since it awaits no answer. follow_up: a message of " +
        "ours as any other."
    ),
    () => "ignore" as const
  ),
  after_human: withDefault(
    described(
      Schema.Literal("next_episode", "never"),
      "When a chat is followed up again in which a human of the staff wrote. next_episode: once nobody is assigned, " +
        "the contact has " +
        "asked again and the assistant has answered. never: not at all."
    ),
    () => "next_episode" as const
  ),
  arm_lead: withDefault(
    described(
      DurationText,
      "How far ahead follow_up_at is set: long enough for a request, short enough that little can happen meanwhile."
    ),
    () => Duration.seconds(15)
  ),
  confirm_after: withDefault(described(DurationText, "How long after its instant a follow-up is looked for."), () =>
    Duration.minutes(1)
  ),
  existing_follow_up: withDefault(
    described(
      Schema.Literal("respect", "replace"),
      "What to do with a follow_up_at that is not ours: leave it alone, or put ours in its place."
    ),
    () => "respect" as const
  )
}
