import * as RetryAfter from "@effect-invent/client/RetryAfter"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"

const now = Date.UTC(2026, 10, 21, 12, 0, 0)

/** Milliseconds to wait, or undefined when the header is ignored. */
const wait = (header: string | undefined, at = now): number | undefined =>
  Option.getOrUndefined(Option.map(RetryAfter.parse(header, at), Duration.toMillis))

describe("Retry-After", () => {
  it("reads a whole number of seconds", () => {
    expect(wait("0")).toBe(0)
    expect(wait("1")).toBe(1000)
    expect(wait("120")).toBe(120_000)
    expect(wait("007")).toBe(7000)
  })

  it("keeps a wait without end inside what a date can hold", () => {
    for (const header of ["999999999999999", "9".repeat(400)]) {
      const millis = wait(header)!
      expect(millis).toBeGreaterThan(Duration.toMillis("36500 days"))
      expect(Number.isNaN(new Date(now + millis).getTime())).toBe(false)
    }
  })

  it("reads the three date forms of RFC 9110", () => {
    for (const header of [
      "Sat, 21 Nov 2026 12:01:30 GMT",
      "Saturday, 21-Nov-26 12:01:30 GMT",
      "Sat Nov 21 12:01:30 2026"
    ]) {
      expect(wait(header), header).toBe(90_000)
      expect(wait(` ${header}\t `), `blanks around ${header}`).toBe(90_000)
    }
    expect(wait(" 120 ")).toBe(120_000)
  })

  it("reads a day of one digit in the oldest form with its blank", () => {
    expect(wait("Sun Nov  1 00:00:05 2026", Date.UTC(2026, 10, 1))).toBe(5000)
  })

  it("takes a date in the past for no wait", () => {
    for (const header of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
      "Sun, 31 Dec 1950 00:00:00 GMT",
      "Sat, 21 Nov 2026 12:00:00 GMT"
    ]) {
      expect(wait(header), header).toBe(0)
    }
  })

  it("places a two-digit year at most 50 years ahead", () => {
    const dayBefore = Date.UTC(2076, 10, 20)
    expect(wait("Friday, 20-Nov-76 00:00:00 GMT")).toBe(dayBefore - now)
    // The same digits two days later would be more than 50 years ahead, so they are in the past: 1976.
    expect(wait("Monday, 22-Nov-76 00:00:00 GMT")).toBe(0)
    expect(wait("Sunday, 22-Nov-76 00:00:00 GMT")).toBe(undefined)
  })

  it("lets a two-digit year cross into the next century", () => {
    const newYearsEve = Date.UTC(2099, 11, 31, 23, 59, 50)
    expect(wait("Friday, 01-Jan-00 00:00:00 GMT", newYearsEve)).toBe(10_000)
    expect(wait("Saturday, 01-Jan-00 00:00:20 GMT", Date.UTC(2000, 0, 1))).toBe(20_000)
  })

  it("reads a leap second", () => {
    expect(wait("Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2016, 11, 31, 23, 59, 0))).toBe(60_000)
  })

  it("knows which years have a 29 February", () => {
    expect(wait("Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 28))).toBe(86_400_000)
    expect(wait("Sun, 29 Feb 2026 00:00:00 GMT", Date.UTC(2026, 1, 28))).toBe(undefined)
    expect(wait("Mon, 29 Feb 2100 00:00:00 GMT", Date.UTC(2100, 1, 28))).toBe(undefined)
  })

  const ignored: Record<string, string | undefined> = {
    "an absent header": undefined,
    "an empty header": "",
    "a negative number": "-1",
    "a signed number": "+1",
    "a decimal": "1.5",
    "an exponent": "1e3",
    hexadecimal: "0x10",
    "a unit": "120s",
    "digits that are not ASCII": "١٢٠",
    "two numbers": "1, 2",
    words: "soon",
    "an ISO date": "2026-11-21T12:01:30Z",
    "a wrong weekday": "Sun, 21 Nov 2026 12:01:30 GMT",
    "a wrong weekday in the second form": "Sunday, 21-Nov-26 12:01:30 GMT",
    "a wrong weekday in the third form": "Sun Nov 21 12:01:30 2026",
    "31 February": "Tue, 31 Feb 2026 00:00:00 GMT",
    "31 April": "Fri, 31 Apr 2026 00:00:00 GMT",
    "day zero": "Sat, 00 Nov 2026 12:01:30 GMT",
    "hour 24": "Sat, 21 Nov 2026 24:00:00 GMT",
    "minute 60": "Sat, 21 Nov 2026 12:60:00 GMT",
    "second 61": "Sat, 21 Nov 2026 12:01:61 GMT",
    "lower case": "sat, 21 nov 2026 12:01:30 gmt",
    "upper case": "SAT, 21 NOV 2026 12:01:30 GMT",
    "a zone other than GMT": "Sat, 21 Nov 2026 12:01:30 UTC",
    "an offset": "Sat, 21 Nov 2026 12:01:30 +0000",
    "no zone": "Sat, 21 Nov 2026 12:01:30",
    "a day of one digit": "Sun, 1 Nov 2026 12:01:30 GMT",
    "a long weekday in the first form": "Saturday, 21 Nov 2026 12:01:30 GMT",
    "a short weekday in the second form": "Sat, 21-Nov-26 12:01:30 GMT"
  }

  for (const [what, header] of Object.entries(ignored)) {
    it(`is ignored when it is ${what}`, () => {
      expect(wait(header)).toBe(undefined)
    })
  }

  it("gives back any second from 1970 to 2100 exactly", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 0, max: Date.UTC(2100, 11, 31, 23, 59, 59) / 1000 }), (second) => {
        expect(wait(new Date(second * 1000).toUTCString(), 0)).toBe(second * 1000)
      }),
      { numRuns: 2000 }
    )
  })

  it("gives back any second of the next 49 years from its two-digit year", () => {
    const names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    const rfc850 = (date: Date) => {
      const [, day, month, year, time] = date.toUTCString().split(" ")
      return `${names[date.getUTCDay()]}, ${day}-${month}-${year!.slice(2)} ${time} GMT`
    }
    const moments = FastCheck.integer({ min: 0, max: Date.UTC(2100, 0, 1) / 1000 })
    const ahead = FastCheck.integer({ min: 0, max: 49 * 365 * 86_400 })
    FastCheck.assert(
      FastCheck.property(moments, ahead, (moment, seconds) => {
        const header = rfc850(new Date((moment + seconds) * 1000))
        expect(wait(header, moment * 1000), header).toBe(seconds * 1000)
      }),
      { numRuns: 2000 }
    )
  })
})
