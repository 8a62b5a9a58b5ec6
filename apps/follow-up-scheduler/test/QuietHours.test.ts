import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as NextAllowed from "../src/NextAllowed.ts"
import * as Policy from "../src/Policy.ts"
import * as AllowedTimes from "../src/Policy/AllowedTimes.ts"
import * as QuietHours from "../src/operatorPage/QuietHours.ts"
import * as Build from "./Build.ts"

const { after, day, minute } = Build

const told = (policy: Policy.Policy, zone: string, from: string, to: string, country?: string) =>
  QuietHours.between(policy, { zones: [zone], country }, DateTime.unsafeMake(from), DateTime.unsafeMake(to)).map(
    (stretch) => `${DateTime.formatIso(stretch.from).slice(0, 16)} ${DateTime.formatIso(stretch.to).slice(0, 16)}`
  )

const nights = Build.policy({ quiet_hours: { start: "21:00", end: "09:00" } })

describe("quiet hours on the time line", () => {
  it("are the nights of the contact's zone, the first cut off where the line begins", () => {
    expect(told(nights, "Asia/Tokyo", "2026-07-15T12:30:00Z", "2026-07-17T00:00:00Z")).toEqual([
      "2026-07-15T12:30 2026-07-16T00:00",
      "2026-07-16T12:00 2026-07-17T00:00"
    ])
  })

  it("are an hour longer or shorter when the clocks change in the night", () => {
    expect(told(nights, "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([
      "2026-10-24T19:00 2026-10-25T08:00"
    ])
    expect(told(nights, "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toEqual([
      "2026-03-28T20:00 2026-03-29T07:00"
    ])
  })

  it("take in days off as a whole", () => {
    const policy = Build.policy({
      quiet_hours: { start: "21:00", end: "09:00" },
      weekdays: [1, 2, 3, 4, 5],
      holidays: ["2026-07-17"]
    })
    expect(told(policy, "UTC", "2026-07-16T12:00:00Z", "2026-07-20T12:00:00Z")).toEqual([
      "2026-07-16T21:00 2026-07-20T09:00"
    ])
  })

  it("take in the holidays of the contact's country, and of no other", () => {
    const policy = Build.policy({ holiday_sets: { IE: ["2026-08-03"] } })
    const holiday = ["2026-08-02T23:00 2026-08-03T23:00"]
    expect(told(policy, "Europe/Dublin", "2026-08-02T00:00:00Z", "2026-08-05T00:00:00Z", "IE")).toEqual(holiday)
    expect(told(policy, "Europe/London", "2026-08-02T00:00:00Z", "2026-08-05T00:00:00Z", "GB")).toEqual([])
  })

  it("are all the time where no zone is known: the follow-up is held", () => {
    for (const zones of [[], ["Mars/Olympus_Mons"], ["UTC", "Mars/Olympus_Mons"]]) {
      const between = QuietHours.between(nights, { zones, country: undefined }, after(0), after(day))
      expect(between).toEqual([{ from: after(0), to: after(day) }])
    }
  })

  it("are none without a rule", () => {
    expect(told(Build.policy(), "UTC", "2026-07-15T00:00:00Z", "2026-07-18T00:00:00Z")).toEqual([])
  })

  it("hold exactly the minutes in which nothing may go out", () => {
    const clock = FastCheck.tuple(FastCheck.nat(23), FastCheck.nat(59)).map(
      ([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`
    )
    const zones = FastCheck.constantFrom("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham")
    FastCheck.assert(
      FastCheck.property(clock, clock, zones, FastCheck.nat(2 * 1440 - 1), (start, end, zone, offset) => {
        FastCheck.pre(start !== end)
        const policy = Build.policy({ quiet_hours: { start, end } })
        const stretches = QuietHours.between(policy, { zones: [zone], country: undefined }, Build.start, after(2 * day))
        const at = after(offset * minute)
        const isQuiet = stretches.some(
          ({ from, to }) => at.epochMillis >= from.epochMillis && at.epochMillis < to.epochMillis
        )
        const open = NextAllowed.nextAllowed({ zone, window: AllowedTimes.openHours(policy), from: at })
        expect(isQuiet).toBe(!(Option.isSome(open) && open.value.epochMillis === at.epochMillis))
      }),
      { numRuns: 300 }
    )
  })
})
