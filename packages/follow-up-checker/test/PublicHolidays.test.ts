/** The public holidays that a policy names by country: on them nothing may be sent, and nothing is owed. */
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Checker from "../src/Checker.ts"
import * as Calendar from "../src/Checker/Calendar.ts"
import * as Lines from "./Lines.ts"

/** A contact in Brazil, whose clocks are judged in São Paulo, was answered at this time of a day there. */
const answeredAt = (day: string, time = "12:00:00") => {
  const at = `${day}T${time}-03:00`
  return [
    { kind: "contact", at, contact_id: "contact_1", blocked: false, unsubscribed: false },
    { kind: "chat", at, chat_id: "chat_1", contact_id: "contact_1", country: "BR" },
    ...Lines.contact(at),
    ...Lines.reply(at)
  ]
}
const followUp = (day: string, time: string) => Lines.followUp(`${day}T${time}-03:00`)
const until = (day: string) => Lines.until(`${day}T12:00:00-03:00`)

const inBrazil = (place: Lines.Line, more: Lines.Line = {}) => ({
  steps: Lines.steps.slice(0, 1),
  time_zone: "America/Sao_Paulo",
  country_clocks: "fallback",
  public_holidays: place,
  ...more
})
const nationwide = inBrazil({ country: "BR" })
const inSaoPaulo = inBrazil({ country: "BR", state: "SP" })

describe("public holidays", () => {
  const christmasEve = answeredAt("2026-12-24", "22:00:00")

  it("allow no follow-up, and name the holiday", () => {
    const { violations } = Lines.judge([...christmasEve, ...followUp("2026-12-25", "02:00:00")], nationwide)
    expect(violations).toMatchObject([
      { rule: "quiet_hours", detail: "2026-12-25 in America/Sao_Paulo is a public holiday: Natal" }
    ])
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-25", "23:59:59")], nationwide)).toEqual(["quiet_hours"])
  })

  it("put the follow-up off to the day after, and owe it then", () => {
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-26", "00:00:00")], nationwide)).toEqual([])
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-26", "00:00:18")], nationwide)).toEqual([])
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-26", "00:00:19")], nationwide)).toEqual(["late"])
    expect(Lines.rules([...christmasEve, ...until("2026-12-25")], nationwide)).toEqual([])
    expect(Lines.rules([...christmasEve, ...until("2026-12-26")], nationwide)).toEqual(["missed"])
  })

  it("of a state hold beside those of its country, and nowhere else", () => {
    // The day of the revolution of 1932 is kept in the state of São Paulo alone.
    const sent = [...answeredAt("2026-07-09", "08:00:00"), ...followUp("2026-07-09", "12:00:00")]
    expect(Lines.rules(sent, nationwide)).toEqual([])
    expect(Lines.rules(sent, inSaoPaulo)).toEqual(["quiet_hours"])
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-25", "02:00:00")], inSaoPaulo)).toEqual(["quiet_hours"])
    const waiting = [...answeredAt("2026-07-09", "08:00:00"), ...until("2026-07-10")]
    expect(Lines.rules(waiting, nationwide)).toEqual(["missed"])
    expect(Lines.rules([...waiting, ...followUp("2026-07-10", "00:00:00")], inSaoPaulo)).toEqual([])
  })

  it("hold beside dates by hand, weekdays and quiet hours", () => {
    const both = inBrazil(
      { country: "BR" },
      { holidays: ["2026-12-26"], weekdays: [1, 2, 3, 4, 5], quiet_hours: { start: "20:00", end: "09:00" } }
    )
    // The 27th is a Sunday.
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-28", "09:00:00")], both)).toEqual([])
    expect(Lines.rules([...christmasEve, ...followUp("2026-12-26", "09:00:00")], both)).toEqual(["quiet_hours"])
  })

  it("hold in every year, and for contacts of every country", () => {
    for (const year of ["2025", "2031"]) {
      const log = [...answeredAt(`${year}-12-25`, "08:00:00"), ...followUp(`${year}-12-25`, "12:00:00")]
      expect(Lines.rules(log, nationwide), year).toEqual(["quiet_hours"])
    }
    const tiradentes = inBrazil({ country: "BR" }, { country_clocks: "each" })
    const inLondon = [...Lines.chat("GB"), ...Lines.reply("2026-04-21T08:00:00Z")]
    expect(Lines.rules([...inLondon, ...Lines.followUp("2026-04-21T12:00:00Z")], tiradentes)).toEqual(["quiet_hours"])
  })

  it("are whole days by the contact's clocks, also where the holiday is a part of a day", () => {
    const policy = Lines.readPolicy({ public_holidays: { country: "IS" } })
    const { hindrance } = Calendar.make(policy)
    const on = (at: string) => hindrance(["Asia/Tokyo"], Date.parse(at), "JP")
    expect(on("2026-12-23T14:59:00Z")).toBeUndefined()
    expect(on("2026-12-23T15:00:00Z")).toContain("2026-12-24 in Asia/Tokyo is a public holiday: Aðfangadagur")
    expect(on("2026-12-26T14:59:00Z")).toContain("public holiday")
    expect(on("2026-12-26T15:00:00Z")).toBeUndefined()
  })

  it("hold on each day of one that lasts several, also into the next year", () => {
    const dates = (country: string, days: ReadonlyArray<string>) => {
      const { hindrance } = Calendar.make(Lines.readPolicy({ public_holidays: { country } }))
      return days.filter((day) => hindrance(["UTC"], Date.parse(`${day}T12:00:00Z`), null) !== undefined)
    }
    const newYearInKorea = ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"]
    expect(dates("KR", newYearInKorea)).toEqual(["2026-02-17", "2026-02-18", "2026-02-19"])
    // In Eswatini Incwala begins on the 28th of December, and lasts six days.
    const turnOfTheYear = ["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]
    expect(dates("SZ", turnOfTheYear)).toEqual(["2026-12-28", "2026-12-31", "2027-01-01", "2027-01-02"])
  })

  it("have 24 hours where the clocks are put back", () => {
    const { hindrance } = Calendar.make(Lines.readPolicy({ public_holidays: { country: "AT" } }))
    const on = (day: string) => hindrance(["Europe/Vienna"], Date.parse(`${day}T12:00:00Z`), "AT")
    // The national day of Austria, on which the clocks went back in 2025.
    expect(on("2025-10-26")).toContain("public holiday")
    expect(on("2025-10-27")).toBeUndefined()
  })

  it("leave out bank and school holidays and observances", () => {
    const { hindrance } = Calendar.make(Lines.readPolicy({ public_holidays: { country: "DE" } }))
    const on = (day: string) => hindrance(["Europe/Berlin"], Date.parse(`${day}T12:00:00Z`), "DE")
    expect(on("2026-12-24")).toBeUndefined()
    expect(on("2026-12-25")).toContain("public holiday")
  })

  it("of a place that the calendar does not know are refused", () => {
    const refusal = (public_holidays: unknown) =>
      Either.getOrThrow(
        Either.flip(Checker.readPolicy(JSON.stringify({ steps: Lines.steps, time_zone: "UTC", public_holidays })))
      )
    const unknown = (what: string) => `The calendar of public holidays does not know the ${what}`
    expect(refusal({ country: "BX" })).toBe(`public_holidays.country: ${unknown("country BX")}`)
    expect(refusal({ country: "br" })).toContain(unknown("country br"))
    expect(refusal({ country: "toString" })).toContain(unknown("country toString"))
    expect(refusal({ country: "BR", state: "sp" })).toBe(`public_holidays.state: ${unknown("state sp of BR")}`)
    expect(refusal({ country: "PT", state: "LX" })).toContain(unknown("state LX of PT"))
    expect(refusal({ country: "DE", state: "BY", region: "B" })).toBe(
      `public_holidays.region: ${unknown("region B of BY")}`
    )
    expect(refusal({ country: "DE", region: "A" })).toContain("public_holidays.region: ")
    expect(refusal(["2026-12-25"])).toMatch(/^public_holidays: /)
  })
})
