/** When the policy lets a contact be written to: asked minute by minute, in the contact's own time zone. */
import * as Option from "effect/Option"
import type { Policy } from "./Policy.ts"
import * as Zone from "./Zone.ts"

const minute = 60_000
const horizon = 9 * 24 * 60

export interface Calendar {
  /** The zone of a contact from this country; none where nobody can tell. */
  readonly zoneOf: (country: string | null) => string | undefined
  /** Why nothing may be sent at this instant to a contact of this country, if so. */
  readonly hindrance: (zone: string, at: number, country: string | null) => string | undefined
  /** `YYYY-MM-DD` where the contact is. */
  readonly dateOf: (zone: string, at: number) => string | undefined
  /** The first instant at or after this one, in whole minutes from it, at which sending is allowed. Looks nine days ahead. */
  readonly firstAllowed: (zone: string, from: number, country: string | null) => number | undefined
}

const isQuiet = ({ quiet_hours: quiet }: Policy, minuteOfDay: number): boolean => {
  if (quiet === undefined) return false
  const { end, start } = quiet
  return start < end ? minuteOfDay >= start && minuteOfDay < end : minuteOfDay >= start || minuteOfDay < end
}

const clockText = (minuteOfDay: number) =>
  [Math.floor(minuteOfDay / 60), minuteOfDay % 60].map((part) => String(part).padStart(2, "0")).join(":")

const judge = (policy: Policy, zone: string, country: string | null, { date, minuteOfDay, weekday }: Zone.LocalTime): string | undefined => {
  const dates = [...policy.holidays, ...(policy.holiday_sets[country?.toUpperCase() ?? ""] ?? [])]
  if (dates.includes(date)) return `${date} in ${zone} is a holiday`
  if (policy.weekdays?.includes(weekday) === false) return `${date} in ${zone} is weekday ${weekday}, not an allowed one`
  return isQuiet(policy, minuteOfDay) ? `${clockText(minuteOfDay)} in ${zone} is in the quiet hours` : undefined
}

/** Remembers what it found out about each minute; otherwise the same as asking anew. */
export const make = (policy: Policy): Calendar => {
  const zones = new Map<string | null, string | undefined>()
  const judges = new Map<string, (at: number) => string | undefined>()

  const judgeOf = (zone: string, country: string | null) => {
    const place = `${zone} ${country ?? ""}`
    const known = judges.get(place)
    if (known !== undefined) return known
    const verdicts = new Map<number, string | undefined>()
    const clock = Zone.clockOf(zone)
    const made = (at: number) => {
      const each = Math.floor(at / minute)
      if (verdicts.has(each)) return verdicts.get(each)
      const verdict = Option.match(clock, {
        onNone: () => `${zone} is no time zone`,
        onSome: (local) => judge(policy, zone, country, local(at))
      })
      verdicts.set(each, verdict)
      return verdict
    }
    judges.set(place, made)
    return made
  }

  return {
    zoneOf: (country) => {
      if (!zones.has(country)) zones.set(country, Option.getOrElse(Zone.ofCountry(country), () => policy.time_zone))
      return zones.get(country)
    },
    hindrance: (zone, at, country) => judgeOf(zone, country)(at),
    dateOf: (zone, at) => Option.getOrUndefined(Option.map(Zone.clockOf(zone), (local) => local(at).date)),
    firstAllowed: (zone, from, country) => {
      const hindrance = judgeOf(zone, country)
      for (let step = 0; step <= horizon; step++) {
        const at = from + step * minute
        if (hindrance(at) === undefined) return at
      }
      return undefined
    }
  }
}
