/** Which time zone a person lives in, as far as what the vendor knows can tell. */
import * as NextAllowed from "./NextAllowed.ts"

interface LocaleWithZones extends Intl.Locale {
  readonly timeZones?: ReadonlyArray<string>
  readonly getTimeZones?: () => ReadonlyArray<string> | undefined
}

/** The runtime takes a quarter of a millisecond to find a country's zones, and they stay the same. */
const remembered = new Map<string, ReadonlyArray<string>>()

const zonesOf = (country: string): ReadonlyArray<string> => {
  const known = remembered.get(country)
  if (known !== undefined) return known
  const locale: LocaleWithZones = new Intl.Locale(`und-${country}`)
  const zones = locale.getTimeZones?.() ?? locale.timeZones ?? []
  remembered.set(country, zones)
  return zones
}

/** The zone of an ISO 3166 country that has just one; a country with several says nothing. */
export const ofCountry = (country: string | null | undefined): string | undefined => {
  if (!country || !/^[A-Za-z]{2}$/.test(country)) return undefined
  const zones = zonesOf(country.toUpperCase())
  return zones.length === 1 ? zones[0] : undefined
}

/** A zone that this machine knows. */
export const known = (zone: string | null | undefined): string | undefined =>
  zone && NextAllowed.isZone(zone) ? zone : undefined
