/**
 * Checks, before anything is sent, that every step of a policy has an opening. It uses the function that the dispatcher
 * uses, `SendWindow.find`, for conversations that begin at every hour of a week and around every holiday, in the
 * policy's own zone. A policy is refused under which a step would wait longer than `longestWait` beyond its silence, or
 * could never be inside a channel's window (decision 0007).
 */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as SendWindow from "../Decide/SendWindow.ts"
import * as Variant from "../Decide/Variant.ts"
import * as Policy from "../Policy.ts"
import * as AllowedTimes from "../Policy/AllowedTimes.ts"

/** How long hours, holidays and caps may hold a step back beyond its silence. */
export const longestWait = Duration.days(14)

/** Why a policy is refused. */
export interface Problem {
  /** The field of the policy that causes it. */
  readonly path: ReadonlyArray<PropertyKey>
  readonly reason: string
}

interface Start {
  readonly at: DateTime.Utc
  readonly country: string | undefined
  /** The field of the holiday that this start is for, to name it if a step finds no opening. */
  readonly holiday: ReadonlyArray<PropertyKey> | undefined
}

const weekFrom = (now: DateTime.Utc): ReadonlyArray<Start> =>
  Arr.makeBy(7 * 24, (hours) => ({ at: DateTime.add(now, { hours }), country: undefined, holiday: undefined }))

/** From three days before a holiday to its end. */
const around = (
  date: string,
  country: string | undefined,
  holiday: ReadonlyArray<PropertyKey>
): ReadonlyArray<Start> => {
  const midnight = DateTime.unsafeMake(`${date}T00:00:00Z`)
  return Arr.makeBy(16, (count) => ({ at: DateTime.add(midnight, { hours: 6 * (count - 12) }), country, holiday }))
}

/** The dates of the public holidays of a year from now. */
const publicHolidays = ({ public_holidays }: Policy.AnyPolicy, now: DateTime.Utc): ReadonlyArray<string> => {
  const [from, until] = [now, DateTime.add(now, { days: 366 })].map(DateTime.formatIsoDateUtc)
  const year = DateTime.getPartUtc(now, "year")
  const dates = [year - 1, year, year + 1].flatMap((each) => [...(public_holidays?.inYear(each).keys() ?? [])])
  return dates.filter((date) => from !== undefined && until !== undefined && date >= from && date < until)
}

const startsOf = (policy: Policy.AnyPolicy, now: DateTime.Utc): ReadonlyArray<Start> => [
  ...policy.holidays.flatMap((date, index) => around(date, undefined, ["holidays", index])),
  ...publicHolidays(policy, now).flatMap((date) => around(date, undefined, ["public_holidays"])),
  ...Object.entries(policy.holiday_sets).flatMap(([country, dates]) =>
    dates.flatMap((date, index) => around(date, country, ["holiday_sets", country, index]))
  ),
  ...weekFrom(now)
]

/**
 * Takes the steps of a cadence that nobody interrupts. Gives the index of the first step without an opening in time;
 * undefined where all have one.
 */
const walk = (policy: Policy.Policy, { at: start, country }: Start, channel: string | undefined) => {
  const sent: Array<DateTime.Utc> = []
  for (const [index, step] of policy.steps.entries()) {
    const since = sent.at(-1) ?? start
    const window = SendWindow.find({
      policy,
      step,
      country,
      channel,
      since,
      sent,
      sentElsewhere: [],
      zones: [policy.time_zone ?? "UTC"],
      last_contact_message_at: start,
      muted_until: undefined,
      soonest: since,
      seed: ""
    })
    if (window._tag !== "Open") return { index }
    const latest = DateTime.addDuration(DateTime.addDuration(since, step.after), longestWait)
    if (DateTime.greaterThan(window.at, latest)) return { index }
    sent.push(window.at)
  }
  return undefined
}

/** The field of the policy without which the step would have an opening. */
const blame = (policy: Policy.Policy, start: Start, index: number): Problem => {
  const isOpenWithout = (without: Partial<Policy.Policy>) =>
    walk(new Policy.Policy({ ...policy, ...without }), start, "") === undefined
  const days = Duration.toDays(longestWait)
  if (isOpenWithout({ caps: [] })) {
    return { path: ["steps", index], reason: `the caps hold it back for more than ${days} days beyond its silence` }
  }
  return start.holiday !== undefined && isOpenWithout({ holidays: [], holiday_sets: {}, public_holidays: undefined })
    ? { path: start.holiday, reason: `leaves step ${index + 1} no opening within ${days} days beyond its silence` }
    : { path: ["steps", index], reason: `has no opening within ${days} days beyond its silence` }
}

const hoursFlaw = (policy: Policy.Policy, starts: ReadonlyArray<Start>): Problem | undefined => {
  for (const start of starts) {
    // An unknown channel has no window.
    const stuck = walk(policy, start, "")
    if (stuck !== undefined) return blame(policy, start, stuck.index)
  }
  return undefined
}

/** The first step that is outside a channel's window for every start. */
const windowFlaw = (policy: Policy.Policy, starts: ReadonlyArray<Start>): Problem | undefined => {
  for (const channel of Object.keys(policy.channel_windows)) {
    if (policy.match.channels?.some((matched) => matched === channel) === false) continue
    const reached = Math.max(...starts.map((start) => walk(policy, start, channel)?.index ?? policy.steps.length))
    const within = AllowedTimes.channelWindow(policy, channel)?.within
    if (reached < policy.steps.length && within !== undefined) {
      return {
        path: ["steps", reached],
        reason: `is never inside the window of ${channel}, ${Duration.format(within)} from the contact's message`
      }
    }
  }
  return undefined
}

/** The code by which a country is known that this one stands for; undefined where it is no country. */
const countryOf = (code: string): string | undefined => {
  const { region = code } = new Intl.Locale(`und-${code}`)
  const name = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" }).of(region)
  return name === undefined || region === "ZZ" ? undefined : region
}

/** Codes that are no country's, so that no contact is of it: `UK` for `GB`. */
const countryProblems = ({ holiday_sets, match }: Policy.AnyPolicy): ReadonlyArray<Problem> => {
  const named = [
    ...(match.countries ?? []).map((code, index) => ({ code, path: ["match", "countries", index] })),
    ...Object.keys(holiday_sets).map((code) => ({ code, path: ["holiday_sets", code] }))
  ]
  return named.flatMap(({ code, path }) => {
    const right = countryOf(code)
    if (right === code) return []
    const meant = right === undefined ? "" : `; did you mean ${right}?`
    return [{ path, reason: `${code} is the code of no country by ISO 3166${meant}` }]
  })
}

/**
 * What is wrong with a policy from this instant on: each code that is no country's, and the first problem of its first
 * variant without an opening.
 */
export const problems = (policy: Policy.AnyPolicy, now: DateTime.Utc): ReadonlyArray<Problem> => [
  ...countryProblems(policy),
  ...Arr.fromNullable(firstProblem(policy, now))
]

/** The first problem of a policy from this instant on, of its first variant that has one; undefined where none has. */
export const firstProblem = (policy: Policy.AnyPolicy, now: DateTime.Utc): Problem | undefined => {
  const starts = startsOf(policy, DateTime.max(now, Policy.effectiveFrom(policy, undefined) ?? now))
  const isWithVariants = Policy.variantsOf(policy) !== undefined
  for (const [index, each] of Variant.policiesOf(policy).entries()) {
    const problem = hoursFlaw(each, starts) ?? windowFlaw(each, starts)
    if (problem === undefined) continue
    const isOfStep = isWithVariants && problem.path[0] === "steps"
    return isOfStep ? { ...problem, path: ["variants", index, ...problem.path] } : problem
  }
  return undefined
}
