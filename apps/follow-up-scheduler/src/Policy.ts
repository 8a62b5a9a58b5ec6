/**
 * A follow-up policy as data: which chats it is for, after how much silence which step follows, and when a customer may be
 * written to. It is written as YAML or JSON and refused, with the field and the rule, when anything in it is wrong.
 */
import * as OpenRecord from "@effect-invent/domain/OpenRecord"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as NextAllowed from "./NextAllowed.ts"
import { Amount } from "./Policy/DurationText.ts"
import { Country, Match } from "./Policy/Match.ts"
import { Channel, Steps } from "./Policy/Step.ts"
import * as StopWords from "./Policy/StopWords.ts"

export { isWriting, type Step } from "./Policy/Step.ts"

const withDefault = <A, I>(schema: Schema.Schema<A, I>, value: () => NoInfer<A>) => Schema.optionalWith(schema, { default: value })

/** A date that exists, and if wanted a time with its offset: `2026-01-01`, `2026-01-01T09:00:00Z`. */
const EffectiveFrom = Schema.String.annotations({
  description: "Messages of ours from before this instant are never followed up, so that switching on sweeps no old chats."
}).pipe(
  Schema.filter(
    (text) =>
      (Schema.is(NextAllowed.LocalDate)(text.slice(0, 10)) && /^.{10}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) ||
      "Expected a date, or a date-time with its offset such as 2026-01-01T09:00:00Z"
  ),
  Schema.compose(Schema.DateTimeUtc)
)

/** Start inclusive, end exclusive; may cross midnight. What is left of the day must not be empty. */
const QuietHours = Schema.Struct({ start: NextAllowed.TimeOfDay, end: NextAllowed.TimeOfDay }).pipe(
  Schema.annotations({ description: "No follow-up in these hours of the contact's day. The end is exclusive, and may be on the next day." }),
  Schema.filter((quiet) => Schema.is(NextAllowed.Window)(complement(quiet)) || "leaves no hour in which to write")
)

/** How long after the contact's last message a channel lets us write. */
const ChannelWindow = Schema.Struct({
  within: Amount,
  prefer_early: Schema.optional(Amount.annotations({ description: "A step whose instant falls outside comes up to this much earlier." }))
})
export type ChannelWindow = typeof ChannelWindow.Type

const Cap = Schema.Struct({
  at_most: Schema.Int.pipe(Schema.positive()),
  per: Schema.Union(Schema.Literal("calendar_day"), Amount).annotations({
    description: "Any such length of time, or any one day where the contact is."
  })
})
export type Cap = typeof Cap.Type

const name = Schema.String.pipe(
  Schema.pattern(/^[a-z0-9][a-z0-9-]{0,63}$/, { message: () => "Expected lower-case letters, digits and dashes" })
)

const Dates = Schema.Array(NextAllowed.LocalDate)

const Words = Schema.Array(
  Schema.String.pipe(
    Schema.filter((word) => StopWords.normalize(word) !== "" || "Expected a word with a letter or digit in it", { jsonSchema: {} })
  )
)

/** What editors show beside a field. */
const said = <A, I>(schema: Schema.Schema<A, I>, description: string) => schema.annotations({ description })

export class Policy extends Schema.Class<Policy>("Policy")({
  name,
  /** A version never changes: what is changed gets the next number. */
  version: Schema.Int.pipe(Schema.positive()),
  match: withDefault(Match, () => ({})),
  effective_from: Schema.optional(EffectiveFrom),
  /** Without it, an unknown zone holds the follow-up. */
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
    said(Schema.NonEmptyArray(NextAllowed.Weekday), "Days on which follow-ups may go out, where the contact is. Monday is 1."),
    () => [1, 2, 3, 4, 5, 6, 7] as const
  ),
  holidays: withDefault(said(Dates, "Local dates without follow-ups."), () => []),
  holiday_sets: withDefault(
    // oxlint-disable-next-line no-restricted-properties -- Only countries are keys.
    said(Schema.Record({ key: Country, value: Dates }), "By country: further local dates without follow-ups, for contacts of that country."),
    () => ({})
  ),
  spread: Schema.optional(
    said(Amount, "What quiet hours or a day off put off is spread over this much of the hours that follow, not sent all at once.")
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
  caps: withDefault(said(Schema.Array(Cap), "At most so many messages of ours in a conversation."), () => []),
  stop_after_unanswered: Schema.optional(
    Schema.Int.pipe(
      Schema.positive({ title: "After so many cadences in a row that the contact let run to their end, none is begun." })
    )
  ),
  opt_out: withDefault(
    said(Words, "A contact who writes one of these words, and nothing else, is not followed up again. Default: a list in many languages. []: none."),
    () => StopWords.optOut
  ),
  opt_in: withDefault(
    said(Words, "Words by which a contact who opted out wants to be followed up again. Default: a list in many languages."),
    () => StopWords.optIn
  ),
  arm_lead: withDefault(
    said(Amount, "How far ahead follow_up_at is set: long enough for a request, short enough that little can happen meanwhile."),
    () => Duration.seconds(15)
  ),
  confirm_after: withDefault(said(Amount, "How long after its instant a follow-up is looked for."), () => Duration.minutes(1)),
  existing_follow_up: withDefault(
    said(Schema.Literal("respect", "replace"), "What to do with a follow_up_at that is not ours: leave it alone, or put ours in its place."),
    () => "respect" as const
  ),
  steps: Steps
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

/** Local dates without follow-ups for a contact of this country. */
export const holidaysOf = (policy: Policy, country: string | undefined): ReadonlyArray<string> => [
  ...policy.holidays,
  ...(OpenRecord.get(policy.holiday_sets, country ?? "") ?? [])
]

/** The window of a channel; of an unknown one, the strictest. */
export const channelWindow = ({ channel_windows }: Policy, channel: string | undefined): ChannelWindow | undefined => {
  if (channel !== undefined) return Object.entries(channel_windows).find(([name]) => name === channel)?.[1]
  return Object.values(channel_windows).reduce<ChannelWindow | undefined>(
    (strictest, window) =>
      window !== undefined && (strictest === undefined || Duration.lessThan(window.within, strictest.within)) ? window : strictest,
    undefined
  )
}

/** Fails with a parse error whose first issue names the field and the rule. */
export const decode = Schema.decodeUnknown(Policy, { onExcessProperty: "error" })

/** The policy in force. */
export class ActivePolicy extends Context.Tag("@effect-invent/follow-up-scheduler/ActivePolicy")<ActivePolicy, Policy>() {}
