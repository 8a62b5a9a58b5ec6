/** On which clocks a contact may live, by their country. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as NextAllowed from "../NextAllowed.ts"

interface LocaleWithZones extends Intl.Locale {
  readonly timeZones?: ReadonlyArray<string>
  readonly getTimeZones?: () => ReadonlyArray<string> | undefined
}

const zonesOf = (country: string): ReadonlyArray<string> => {
  const locale: LocaleWithZones = new Intl.Locale(`und-${country}`)
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}

/**
 * The zones that show another clock than each other at some instant of the year, or of the next: the first of each
 * clock.
 */
const differing = (zones: ReadonlyArray<string>, year: number): ReadonlyArray<string> => {
  const from = DateTime.unsafeMake({ year, month: 1, day: 1 })
  const until = DateTime.unsafeMake({ year: year + 2, month: 1, day: 1 })
  const clockOf = (zone: string) => Option.getOrElse(NextAllowed.offsetChanges(zone, from, until), () => zone)
  return Arr.dedupeWith(
    zones.map((zone) => ({ zone, clock: clockOf(zone) })),
    (a, b) => a.clock === b.clock
  ).map(({ zone }) => zone)
}

/** The clocks of each country and year: to compare those of a large country takes some milliseconds. */
const remembered = new Map<string, ReadonlyArray<string>>()

/**
 * The clocks of an ISO 3166 country, each by one of its zones. Zones that show the same time all year are one clock,
 * whatever their names; none where the country is unknown.
 */
export const clocksOf = (country: string | null | undefined, now: DateTime.Utc): ReadonlyArray<string> => {
  if (!country || !/^[A-Za-z]{2}$/.test(country)) return []
  const year = DateTime.getPartUtc(now, "year")
  const key = `${country.toUpperCase()} ${year}`
  const known = remembered.get(key) ?? differing(zonesOf(country.toUpperCase()), year)
  remembered.set(key, known)
  return known
}

/** The zone, if the runtime has it. */
export const known = (zone: string | null | undefined): string | undefined =>
  zone && NextAllowed.isZone(zone) ? zone : undefined
