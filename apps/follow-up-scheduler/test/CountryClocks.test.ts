/**
 * A contact's country as clocks: zones that show the same time are one, and where they differ the hours hold on each.
 */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Decide from "../src/Decide.ts"
import * as QuietHours from "../src/operatorPage/QuietHours.ts"
import * as ContactTimeZone from "../src/Decide/ContactTimeZone.ts"
import * as Build from "./Build.ts"

const { after, chat, day, hour, message, minute, policy } = Build

const clocks = (country: string | undefined, at = "2026-07-15T00:00:00Z") =>
  ContactTimeZone.clocksOf(country, DateTime.unsafeMake(at))
const quiet = { quiet_hours: { start: "20:00", end: "09:00" } }

/** What is decided at this instant about a silence that has lasted for a week. */
const decide = (fields: Readonly<Record<string, unknown>>, country: string, at: string, zone?: string) => {
  const now = DateTime.unsafeMake(at)
  const begun = now.epochMillis - Build.start.epochMillis - 7 * day
  const silent = chat({
    country,
    zone,
    last_contact_message_at: after(begun - minute),
    messages: [message("contact", begun - minute), message("assistant", begun)]
  })
  const decision = Decide.decide({
    policy: policy({ arm_lead: "1 second", ...quiet, ...fields }),
    chat: silent,
    taken: [],
    now
  })
  return decision._tag === "Wait" ? `waits until ${DateTime.formatIso(decision.until)}` : decision._tag
}

describe("the clocks of a country", () => {
  it("are one where its zones show the same time all year, whatever they are called", () => {
    // Büsingen is a German village in Switzerland; Argentina has twelve zones.
    for (const country of ["DE", "GB", "JP", "FR", "AR", "de"]) expect(clocks(country)).toHaveLength(1)
    expect(clocks("DE")).toEqual(["Europe/Berlin"])
  })

  it("are several where they differ at any time of the year", () => {
    expect(clocks("PT")).toHaveLength(2)
    expect(clocks("NZ")).toHaveLength(2)
    // Arizona has the clocks of Denver in winter, and of Los Angeles in summer.
    expect(clocks("US")).toHaveLength(8)
  })

  it("are those of the year that matters", () => {
    expect(clocks("KZ", "2020-07-15T00:00:00Z")).toHaveLength(2)
    expect(clocks("KZ", "2026-07-15T00:00:00Z")).toHaveLength(1)
  })

  it("are unknown for what is no country", () => {
    for (const nonsense of [undefined, "", "ZZ", "Portugal"]) expect(clocks(nonsense)).toEqual([])
  })
})

describe("quiet hours", () => {
  it("are those of Berlin for a contact in Germany, whatever the policy's own zone", () => {
    const auckland = { time_zone: "Pacific/Auckland" }
    expect(decide(auckland, "DE", "2026-07-15T02:00:00Z")).toBe("waits until 2026-07-15T07:00:00.000Z")
    expect(decide(auckland, "DE", "2026-07-15T12:00:00Z")).toBe("Act")
    expect(decide(auckland, "DE", "2026-07-15T18:00:00Z")).toBe("waits until 2026-07-16T07:00:00.000Z")
  })

  it("hold on each clock of a country that has several: nobody there is written to at night", () => {
    const lisbon = { time_zone: "Europe/Lisbon" }
    // Lisbon is at UTC+1 in summer, the Azores at UTC: nine in the morning comes an hour later there.
    expect(decide(lisbon, "PT", "2026-07-15T08:30:00Z")).toBe("waits until 2026-07-15T09:00:00.000Z")
    expect(decide(lisbon, "PT", "2026-07-15T10:00:00Z")).toBe("Act")
    expect(decide(lisbon, "PT", "2026-07-15T19:30:00Z")).toBe("waits until 2026-07-16T09:00:00.000Z")
  })

  it("hold on each clock from New York to Honolulu", () => {
    expect(decide({}, "US", "2026-07-15T15:00:00Z")).toBe("waits until 2026-07-15T19:00:00.000Z")
    expect(decide({}, "US", "2026-07-15T20:00:00Z")).toBe("Act")
  })

  it("are the assistant's or the policy's where the policy sets that for a country of several clocks, and for no other", () => {
    const fallback = { country_clocks: "fallback", time_zone: "Europe/Lisbon" }
    expect(decide(fallback, "PT", "2026-07-15T08:30:00Z")).toBe("Act")
    expect(decide(fallback, "US", "2026-07-15T08:30:00Z")).toBe("Act")
    expect(decide(fallback, "US", "2026-07-15T08:30:00Z", "America/New_York")).toBe(
      "waits until 2026-07-15T13:00:00.000Z"
    )
    expect(decide(fallback, "JP", "2026-07-15T13:00:00Z")).toBe("waits until 2026-07-16T00:00:00.000Z")
    expect(decide({ country_clocks: "fallback", time_zone: undefined }, "US", "2026-07-15T08:30:00Z")).toBe("Skip")
  })

  it("that leave no hour on all clocks at once are an opening that never comes", () => {
    // From UTC-11 to UTC+12.
    expect(decide({ quiet_hours: { start: "10:00", end: "09:00" } }, "UM", "2026-07-15T08:30:00Z")).toBe("Skip")
  })

  it("are shown by the operator page where any clock of the country has them", () => {
    const stretches = QuietHours.between(
      policy(quiet),
      { zones: ContactTimeZone.clocksOf("PT", Build.start), country: "PT" },
      after(0),
      after(day)
    )
    expect(stretches.map(({ from, to }) => [DateTime.formatIso(from), DateTime.formatIso(to)])).toEqual([
      ["2026-07-15T19:00:00.000Z", "2026-07-16T09:00:00.000Z"]
    ])
  })
})

it("weekdays, holidays and caps by the calendar day hold on each clock, too", () => {
  const thursdays = { quiet_hours: undefined, weekdays: [4] }
  // In New York it is Thursday at 04:00 UTC, in Honolulu at 10:00.
  expect(decide(thursdays, "US", "2026-07-16T04:00:00Z")).toBe("waits until 2026-07-16T10:00:00.000Z")
  const now = DateTime.unsafeMake("2026-07-16T05:00:00Z")
  const at = now.epochMillis - Build.start.epochMillis
  const sent = Build.taken({ follow_up_at: after(at - 2 * hour), anchor_id: Build.messageId("an earlier one") })
  const silent = chat({
    country: "US",
    messages: [message("contact", at - 3 * hour), message("assistant", at - 90 * minute)]
  })
  const capped = policy({ arm_lead: "1 second", caps: [{ at_most: 1, per: "calendar_day" }] })
  expect(Decide.decide({ policy: capped, chat: silent, taken: [sent], now })).toMatchObject({
    _tag: "Wait",
    reason: "capped",
    until: DateTime.unsafeMake("2026-07-16T09:59:59Z")
  })
})
