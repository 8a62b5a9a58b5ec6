/** Which time zone a person lives in, as far as what the vendor knows can tell. */
import * as NextAllowed from "./NextAllowed.ts"

interface LocaleWithZones extends Intl.Locale {
  readonly timeZones?: ReadonlyArray<string>
  readonly getTimeZones?: () => ReadonlyArray<string> | undefined
}

const zonesOf = (country: string): ReadonlyArray<string> => {
  const locale: LocaleWithZones = new Intl.Locale(`und-${country}`)
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
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
