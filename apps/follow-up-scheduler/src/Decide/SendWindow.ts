/**
 * Finds when a step may be taken: after its silence, in the hours of the contact's day, before the channel closes,
 * within the caps, and not too late. Pure. The dispatcher, the preview and `Feasibility` use the same function
 * (decision 0007).
 */
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as NextAllowed from "../NextAllowed.ts"
import * as Policy from "../Policy.ts"
import * as AllowedTimes from "../Policy/AllowedTimes.ts"

/** All that decides when one step may be taken. */
export interface Input {
  readonly policy: Policy.Policy
  readonly step: Policy.Step
  /** Where the contact may be: the hours must allow it on each of these clocks. */
  readonly zones: Arr.NonEmptyReadonlyArray<string>
  readonly country: string | undefined
  readonly channel: string | undefined
  readonly last_contact_message_at: DateTime.Utc | undefined
  readonly muted_until: DateTime.Utc | undefined
  /** When the silence began. */
  readonly since: DateTime.Utc
  /** When our messages in this conversation were sent that count towards the caps. */
  readonly sent: ReadonlyArray<DateTime.Utc>
  /**
   * When our messages to the same contact in other conversations were sent. Caps with `per_conversation` ignore them.
   */
  readonly sentElsewhere: ReadonlyArray<DateTime.Utc>
  /** The step is not taken before this instant, whatever the policy says. */
  readonly soonest: DateTime.Utc
  /**
   * Decides where in the policy's `spread` the step comes. The id of the conversation, so that the answer stays the
   * same.
   */
  readonly seed: string
}

/** The result of {@link find}. */
export type SendWindow = Data.TaggedEnum<{
  /** `at`: the first instant at which the step may be taken, in whole seconds. `heldBackBy`: why it is not sooner. */
  Open: {
    readonly at: DateTime.Utc
    readonly heldBackBy: "muted" | "capped" | "quiet_hours" | "silence"
    /** Held back by `quiet_hours`: the first public holiday on the way, by its name. */
    readonly holiday?: string | undefined
  }
  /** The step is later than its `lateness` allows, and `beyond` is `skip`: the caller tries the next step. */
  TooLate: {}
  /**
   * `outside_window`: the channel closes first. `no_opening`: nothing is allowed within the 9 days that are searched.
   */
  None: { readonly reason: "outside_window" | "no_opening" }
}>
/** Constructors of the type of this name, by tag. */
export const SendWindow = Data.taggedEnum<SendWindow>()

const day = Duration.days(1)
/**
 * `shift` tries at most this many days for the step's time of day; after them, the next opening at any time is taken.
 */
const longestShift = 14

/**
 * The instant, rounded up to a whole second: a server may store whole seconds only, and would give another instant
 * back.
 */
export const wholeSecond = (instant: DateTime.Utc): DateTime.Utc =>
  DateTime.unsafeMake(Math.ceil(instant.epochMillis / 1000) * 1000)

const latest = (first: DateTime.Utc, ...others: ReadonlyArray<DateTime.Utc>): DateTime.Utc =>
  others.reduce((a, b) => DateTime.max(a, b), first)

/**
 * The first instant at which this cap allows another message, by its length of time; empty for caps per calendar day.
 */
const rollingRelease = (cap: Policy.Cap, sent: ReadonlyArray<DateTime.Utc>): ReadonlyArray<DateTime.Utc> => {
  if (cap.per === "calendar_day") return []
  const decisive = sent.toSorted((a, b) => b.epochMillis - a.epochMillis)[cap.at_most - 1]
  return decisive === undefined ? [] : [DateTime.addDuration(decisive, cap.per)]
}

/** Local dates on which this cap allows no other message; empty for caps by a length of time. */
const fullDates = (cap: Policy.Cap, sent: ReadonlyArray<DateTime.Utc>, zone: string): ReadonlyArray<string> => {
  if (cap.per !== "calendar_day") return []
  const dates = sent.flatMap((at) =>
    Option.map(DateTime.makeZoned(at, { timeZone: zone }), DateTime.formatIsoDate).pipe(Option.toArray)
  )
  return dates.filter(
    (date, index) => dates.indexOf(date) === index && dates.filter((other) => other === date).length >= cap.at_most
  )
}

/**
 * The end of the channel window; undefined where the step writes nothing or the channel has no window. The beginning of
 * 1970 for a contact who never wrote, so that no message is sent to them.
 */
const closesAt = ({ channel, last_contact_message_at, policy, step }: Input): DateTime.Utc | undefined => {
  const window = Policy.isWriting(step) ? AllowedTimes.channelWindow(policy, channel) : undefined
  if (window === undefined) return undefined
  return last_contact_message_at === undefined
    ? DateTime.unsafeMake(0)
    : DateTime.addDuration(last_contact_message_at, window.within)
}

/**
 * Finds the first instant at which a step may be taken.
 *
 * The search begins when the silence of `after` is over, the mute has ended and each rolling cap allows a message,
 * whichever is last. From there it takes the first minute that the hours, weekdays and holidays of the policy allow on
 * the clocks of all `zones`. A date on which a cap per calendar day is full counts as a holiday. What hours or days put
 * off is moved further by up to `spread`. Where that is after the channel window, `prefer_early` lets the step come
 * before its silence is over. Where `soonest` is later than that, the step's `lateness` decides.
 *
 * Each search reaches 9 days ahead. Caps and channel windows hold for steps that write, not for `snooze`, `close` and
 * `assign`.
 */
export const find = (input: Input): SendWindow => {
  const { country, muted_until, policy, sent, sentElsewhere, since, soonest, step, zones } = input
  const caps = Policy.isWriting(step) ? policy.caps : []
  const counted = (cap: Policy.Cap) => (cap.per_conversation === true ? sent : [...sent, ...sentElsewhere])
  const holidays = AllowedTimes.holidaysOf(policy, country)
  const hours = zones.map((zone) => AllowedTimes.hoursIn(policy, country, zone))
  const fullIn = (zone: string) => caps.flatMap((cap) => fullDates(cap, counted(cap), zone))
  const capped = hours.map((rule) => ({ ...rule, holidays: [...holidays, ...fullIn(rule.zone)] }))
  const isFull = capped.some((rule) => rule.holidays.length > holidays.length)
  const allowed = (from: DateTime.Utc) => NextAllowed.nextAllowedByEach(capped, wholeSecond(from))

  const silentUntil = DateTime.addDuration(since, step.after)
  const released = caps.flatMap((cap) => rollingRelease(cap, counted(cap)))
  const unmuted = latest(silentUntil, ...(muted_until === undefined ? [] : [muted_until]))
  const from = latest(unmuted, ...released)
  const closes = closesAt(input)
  const isShut = (opening: Option.Option<DateTime.Utc>) =>
    closes !== undefined && !Option.exists(opening, (at) => DateTime.lessThan(at, closes))

  const regular = Option.map(allowed(from), (at) =>
    DateTime.greaterThan(at, wholeSecond(from)) ? spread(input, at, allowed) : at
  )
  const early = AllowedTimes.channelWindow(policy, input.channel)?.prefer_early
  const isEarly = early !== undefined && isShut(regular)
  const ideal = isEarly
    ? allowed(
        latest(
          DateTime.subtractDuration(silentUntil, early),
          since,
          ...(muted_until === undefined ? [] : [muted_until]),
          ...released
        )
      )
    : regular

  if (Option.isNone(ideal)) return SendWindow.None({ reason: closes === undefined ? "no_opening" : "outside_window" })
  const opening = inTime(input, ideal.value, allowed)
  if (opening === "late") return SendWindow.TooLate()
  if (isShut(opening)) return SendWindow.None({ reason: "outside_window" })
  if (Option.isNone(opening)) return SendWindow.None({ reason: "no_opening" })

  const at = opening.value
  const heldBackBy = () => {
    if (DateTime.greaterThan(unmuted, DateTime.max(silentUntil, soonest))) return "muted"
    const begins = wholeSecond(DateTime.max(unmuted, soonest))
    if (DateTime.lessThanOrEqualTo(at, begins)) return "silence"
    if (caps.length === 0) return "quiet_hours"
    const uncapped = NextAllowed.nextAllowedByEach(hours, begins)
    const isBefore = Option.exists(uncapped, (without) => DateTime.lessThan(without, at))
    return isBefore && (released.length > 0 || isFull) ? "capped" : "quiet_hours"
  }
  const reason = heldBackBy()
  const holiday = reason === "quiet_hours" ? holidayBetween(input, DateTime.max(unmuted, soonest), at) : undefined
  return SendWindow.Open({ at, heldBackBy: reason, ...(holiday !== undefined && { holiday }) })
}

/** The first public holiday on which the one instant is, or a day after it and before the other one. */
const holidayBetween = ({ policy, zones }: Input, from: DateTime.Utc, until: DateTime.Utc): string | undefined => {
  const { public_holidays } = policy
  if (public_holidays === undefined) return undefined
  const dates = zones.flatMap((zone) => {
    const dateOf = (at: DateTime.Utc) =>
      Option.map(DateTime.makeZoned(at, { timeZone: zone }), DateTime.formatIsoDate).pipe(Option.toArray)
    const days = Math.floor(DateTime.distance(from, until) / Duration.toMillis(day))
    return Arr.makeBy(days + 1, (count) => dateOf(DateTime.addDuration(from, Duration.times(day, count)))).flat()
  })
  return dates.toSorted().flatMap((date) => public_holidays.nameOn(date) ?? [])[0]
}

/**
 * The opening from `soonest` on, by the step's `lateness`. The days of `shift` are calendar days, of 23 to 25 hours.
 */
const inTime = (
  { soonest, step: { lateness }, zones }: Input,
  ideal: DateTime.Utc,
  allowed: (from: DateTime.Utc) => Option.Option<DateTime.Utc>
): Option.Option<DateTime.Utc> | "late" => {
  const opening = allowed(DateTime.max(ideal, soonest))
  if (lateness === undefined || lateness.beyond === "send") return opening
  const isInTimeFor = (instant: DateTime.Utc) => (open: DateTime.Utc) =>
    DateTime.lessThanOrEqualTo(open, DateTime.addDuration(instant, lateness.limit))
  if (!Option.exists(opening, (open) => !isInTimeFor(ideal)(open))) return opening
  if (lateness.beyond === "skip") return "late"
  const days = Math.max(1, Math.floor(DateTime.distance(ideal, soonest) / Duration.toMillis(day)))
  for (let count = days; count <= days + longestShift; count++) {
    const shifted = NextAllowed.daysLater(zones[0], ideal, count)
    const open = Option.flatMap(shifted, (shifted) =>
      Option.filter(allowed(DateTime.max(shifted, soonest)), isInTimeFor(shifted))
    )
    if (Option.isSome(open)) return open
  }
  return opening
}

/**
 * An instant within the policy's spread after an opening; the opening itself where the hours end before that instant.
 */
const spread = (
  { policy, seed }: Input,
  at: DateTime.Utc,
  allowed: (from: DateTime.Utc) => Option.Option<DateTime.Utc>
): DateTime.Utc => {
  if (policy.spread === undefined) return at
  const seconds = Math.floor(Duration.toSeconds(policy.spread))
  const later = DateTime.add(at, { seconds: Math.abs(Hash.string(seed)) % (seconds + 1) })
  return Option.exists(allowed(later), (open) => DateTime.Equivalence(open, later)) ? later : at
}
