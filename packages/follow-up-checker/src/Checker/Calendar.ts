/** When the policy lets a contact be written to: checked minute by minute, in the contact's own time zone. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { AnyPolicy } from "./Policy.ts"
import * as PublicHolidays from "./PublicHolidays.ts"
import * as Zone from "./Zone.ts"

const minute = 60_000
const horizon = 9 * 24 * 60

/**
 * The clocks of a policy: in which zones a contact may live, and when they may be written to there. Instants are epoch
 * milliseconds.
 */
export interface Calendar {
  /**
   * The zones by whose clocks a contact from this country may be written to, all at once; none where it is unknown.
   */
  readonly zonesOf: (country: string | null, at: number) => ReadonlyArray<string>
  /** Why nothing may be sent at this instant to a contact of this country who lives in one of these zones, if so. */
  readonly hindrance: (zones: ReadonlyArray<string>, at: number, country: string | null) => string | undefined
  /** `YYYY-MM-DD` in a zone. */
  readonly dateOf: (zone: string, at: number) => string | undefined
  /**
   * Whether the clocks of one of these zones came to the time that they showed at `due`, or skipped it, between two
   * instants.
   */
  readonly passed: (zones: ReadonlyArray<string>, due: number, from: number, until: number) => boolean
  /**
   * The first instant at or after this one, in whole minutes from it, at which sending is allowed. Looks nine days
   * ahead.
   */
  readonly firstAllowed: (zones: ReadonlyArray<string>, from: number, country: string | null) => number | undefined
}

const memoize = <K, V>(compute: (key: K) => V): ((key: K) => V) => {
  const answers = new Map<K, V>()
  return (key) => {
    const known = answers.get(key)
    if (known !== undefined || answers.has(key)) return known as V
    const answer = compute(key)
    answers.set(key, answer)
    return answer
  }
}

const isQuiet = ({ quiet_hours: quiet }: AnyPolicy, minuteOfDay: number): boolean => {
  if (quiet === undefined) return false
  const { end, start } = quiet
  return start < end ? minuteOfDay >= start && minuteOfDay < end : minuteOfDay >= start || minuteOfDay < end
}

const clockText = (minuteOfDay: number) =>
  [Math.floor(minuteOfDay / 60), minuteOfDay % 60].map((part) => String(part).padStart(2, "0")).join(":")

type HolidayOn = (date: string) => string | undefined

const judge = (
  policy: AnyPolicy,
  publicHolidayOn: HolidayOn,
  zone: string,
  country: string | null,
  { date, minuteOfDay, weekday }: Zone.LocalTime
): string | undefined => {
  const dates = [...policy.holidays, ...(policy.holiday_sets[country?.toUpperCase() ?? ""] ?? [])]
  if (dates.includes(date)) return `${date} in ${zone} is a holiday`
  const publicHoliday = publicHolidayOn(date)
  if (publicHoliday !== undefined) return `${date} in ${zone} is a public holiday: ${publicHoliday}`
  if (policy.weekdays?.includes(weekday) === false)
    return `${date} in ${zone} is weekday ${weekday}, not an allowed one`
  return isQuiet(policy, minuteOfDay) ? `${clockText(minuteOfDay)} in ${zone} is in the quiet hours` : undefined
}

/** Caches the result for each minute; otherwise the same as computing it anew. */
export const make = (policy: AnyPolicy): Calendar => {
  const { public_holidays: place } = policy
  const publicHolidayOn: HolidayOn = place === undefined ? () => undefined : PublicHolidays.of(place)
  const hasOneClock = memoize((key: string) => {
    const [country = "", year] = key.split(" ")
    return Zone.showTheSame(Zone.ofCountry(country), Number(year))
  })
  const zonesOf = (country: string | null, at: number): ReadonlyArray<string> => {
    const zones = Zone.ofCountry(country)
    const isPlain =
      zones.length > 0 &&
      (policy.country_clocks === "each" ||
        hasOneClock(`${country} ${DateTime.getPartUtc(DateTime.unsafeMake(at), "year")}`))
    return isPlain ? zones : policy.time_zone === undefined ? [] : [policy.time_zone]
  }
  const clocks = memoize((zone: string) =>
    Option.map(Zone.clockOf(zone), (local) => memoize((minutes: number) => local(minutes * minute)))
  )
  const local = (zone: string, at: number) => Option.map(clocks(zone), (local) => local(Math.floor(at / minute)))
  const judges = memoize((country: string | null) =>
    memoize((zone: string) =>
      memoize((minutes: number) =>
        Option.match(local(zone, minutes * minute), {
          onNone: () => `${zone} is no time zone`,
          onSome: (time) => judge(policy, publicHolidayOn, zone, country, time)
        })
      )
    )
  )
  const judgeOf = (zones: ReadonlyArray<string>, country: string | null) => {
    const verdicts = zones.map(judges(country))
    return (at: number) => {
      for (const verdict of verdicts) {
        const hindrance = verdict(Math.floor(at / minute))
        if (hindrance !== undefined) return hindrance
      }
      return undefined
    }
  }

  const passedIn =
    (due: number, from: number, until: number) =>
    (zone: string): boolean =>
      Option.exists(local(zone, due), (wanted) => {
        const shown = (at: number) => Option.getOrUndefined(local(zone, at))
        for (let at = until; at >= from - minute; at -= minute) {
          const [now, before] = [shown(at), shown(at - minute)]
          if (now === undefined || before === undefined) return false
          const last = before.date === now.date ? before.minuteOfDay : -1
          if (last < wanted.minuteOfDay && wanted.minuteOfDay <= now.minuteOfDay) return true
        }
        return false
      })

  return {
    zonesOf,
    hindrance: (zones, at, country) => judgeOf(zones, country)(at),
    dateOf: (zone, at) => Option.getOrUndefined(Option.map(local(zone, at), ({ date }) => date)),
    passed: (zones, due, from, until) => zones.some(passedIn(due, from, until)),
    firstAllowed: (zones, from, country) => {
      const hindrance = judgeOf(zones, country)
      for (let step = 0; step <= horizon; step++) {
        const at = from + step * minute
        if (hindrance(at) === undefined) return at
      }
      return undefined
    }
  }
}
