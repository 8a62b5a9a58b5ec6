/** Policies with variants: a contact is followed up by the steps of one of them, which their id and the policy give. */
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Checker from "../src/Checker.ts"
import * as Lines from "./Lines.ts"

const { answered, contact, followUp, iso, reply, until } = Lines

const step = (after: string) => ({ after, action: "schedule_follow_up" })
const variant = (name: string, share: string, ...afters: ReadonlyArray<string>) => ({
  name,
  share,
  steps: afters.map(step)
})
const under = (name: string, ...variants: ReadonlyArray<object>) => ({ name, variants, steps: undefined })

/** The contact of the log is in the variant of the name. */
const soon = under("nudge", variant("soon", "99.99 %", "4 hours"), variant("later", "0.01 %", "1 day"))
const later = under("nudge", variant("soon", "0.01 %", "4 hours"), variant("later", "99.99 %", "1 day"))
/** By their hashes contact_0 is in later, and contact_1 in soon. */
const halves = under("idle", variant("soon", "50 %", "4 hours"), variant("later", "50 %", "1 day"))

/** The contact wrote so many hours after the first answer, and was answered an hour later. */
const asksAgain = (hours: number) => [...contact(iso(`${hours} hours`)), ...reply(iso(`${hours + 1} hours`))]

const [fourHours, tenHours, oneDay] = [iso("4 hours"), iso("10 hours"), iso("24 hours")]

describe("a policy with variants", () => {
  it("is kept where each contact is followed up by the steps of their own", () => {
    expect(Lines.rules([...answered, ...followUp(fourHours), ...until(iso("10 days"))], soon)).toEqual([])
    expect(Lines.rules([...answered, ...followUp(oneDay), ...until(iso("10 days"))], later)).toEqual([])
    const twoSilences = [...answered, ...followUp(fourHours), ...asksAgain(30), ...followUp(iso("35 hours"))]
    expect(Lines.judge(twoSilences, soon)).toMatchObject({ violations: [], chats: 1, followUps: 2, missed: 0 })
  })

  it("is broken by the steps of another, and the violation names the contact's own", () => {
    expect(Lines.judge([...answered, ...followUp(fourHours)], later).violations).toMatchObject([
      { rule: "too_early", detail: "14400000 ms after our message and not 86400000 ms, by the steps of variant later" }
    ])
    const late = Lines.judge([...answered, ...followUp(oneDay)], soon)
    expect(late.violations).toMatchObject([{ rule: "late" }])
    expect(late.late).toMatchObject({ count: 1 })
  })

  it("is broken where one contact is followed up by the steps of two", () => {
    const first = [...answered, ...followUp(fourHours), ...asksAgain(30)]
    const both = [...first, ...followUp(iso("55 hours"))]
    expect(Lines.rules(both, soon)).toEqual(["late"])
    expect(Lines.rules(both, later)).toEqual(["too_early"])
    const otherChat = [...Lines.chat("GB"), ...contact(Lines.before("1 second")), ...reply(iso(0))].map((line) => ({
      ...line,
      chat_id: "chat_2"
    }))
    const inTwoChats = [...answered, ...otherChat, ...followUp(fourHours), ...followUp(oneDay, { chat_id: "chat_2" })]
    expect(Lines.rules(inTwoChats, soon)).toEqual(["late"])
    expect(Lines.rules(inTwoChats, later)).toEqual(["too_early"])
  })

  it("owes a follow-up when the contact's own variant does, and not before", () => {
    const nothing = (at: string) => [...answered, ...until(at)]
    expect(Lines.judge(nothing(tenHours), soon)).toMatchObject({ violations: [{ rule: "missed" }], missed: 1 })
    expect(Lines.judge(nothing(tenHours), later)).toMatchObject({ violations: [], missed: 0 })
    for (const policy of [soon, later]) expect(Lines.rules(nothing(iso("10 days")), policy)).toEqual(["missed"])
  })

  it("gives a contact the variant of their hash, whichever variant the file lists first", () => {
    const reversed = { ...halves, variants: halves.variants.toReversed() }
    for (const policy of [halves, reversed]) {
      expect(Lines.rules([...answered, ...followUp(fourHours)], policy)).toEqual([])
      expect(Lines.rules([...answered, ...followUp(oneDay)], policy)).toEqual(["late"])
      const ofOther = answered.map((line) => ("contact_id" in line ? { ...line, contact_id: "contact_0" } : line))
      expect(Lines.rules([...ofOther, ...followUp(oneDay)], policy)).toEqual([])
      expect(Lines.rules([...ofOther, ...followUp(fourHours)], policy)).toEqual(["too_early"])
    }
  })

  it("allows as many follow-ups as the contact's own variant has steps", () => {
    const one = variant("one", "99.99 %", "4 hours")
    const two = variant("two", "0.01 %", "4 hours", "1 day")
    const both = [...answered, ...followUp(fourHours), ...followUp(iso("28 hours"))]
    expect(Lines.rules(both, under("nudge", one, two))).toEqual(["duplicate"])
    const swapped = under("nudge", { ...one, share: "0.01 %" }, { ...two, share: "99.99 %" })
    expect(Lines.rules(both, swapped)).toEqual([])
  })

  it("leaves out the holdout, whatever the variant", () => {
    const leftOut = { ...soon, holdout: "99.99 %" }
    expect(Lines.rules([...answered, ...until(iso("10 days"))], leftOut)).toEqual([])
    expect(Lines.rules([...answered, ...followUp(fourHours)], leftOut)).toEqual(["to_holdout"])
  })

  it("judges all else as a policy with steps does", () => {
    const quiet = { ...soon, quiet_hours: { start: "15:00", end: "18:00" } }
    expect(Lines.rules([...answered, ...followUp(fourHours)], quiet)).toEqual(["quiet_hours"])
    const waits = [...answered, ...contact(iso("3 hours")), ...followUp(fourHours)]
    expect(Lines.rules(waits, soon)).toEqual(["after_reply"])
    expect(Lines.judge([...answered, ...contact(iso(4 * 3_600_000 - 7)), ...followUp(fourHours)], later)).toMatchObject(
      {
        races: { count: 1, max_ms: 7 }
      }
    )
  })
})

describe("a contact who was merged with one of another variant", () => {
  const merge = (at: string, contact_id: string, source_contact_id: string) => [
    { kind: "merge", at, contact_id, source_contact_id }
  ]
  const intoLater = [...answered, ...merge(iso("1 hour"), "contact_0", "contact_1")]
  const fromLater = [...answered, ...merge(iso("1 hour"), "contact_1", "contact_0")]

  for (const [what, merged] of [
    ["into it", intoLater],
    ["from it", fromLater]
  ] as const) {
    it(`${what}, may get a step of either variant, and no follow-up that is of neither`, () => {
      expect(Lines.rules([...merged, ...followUp(fourHours)], halves)).toEqual([])
      expect(Lines.rules([...merged, ...followUp(oneDay)], halves)).toEqual([])
      expect(Lines.rules([...merged, ...followUp(iso("3 hours"))], halves)).toEqual(["too_early"])
      expect(Lines.rules([...merged, ...followUp(tenHours)], halves)).toHaveLength(1)
    })

    it(`${what}, misses a follow-up only once both variants would have sent one`, () => {
      expect(Lines.rules([...merged, ...until(tenHours)], halves)).toEqual([])
      expect(Lines.rules([...merged, ...until(iso("10 days"))], halves)).toEqual(["missed"])
    })
  }

  it("may go on by the other one from the next silence on", () => {
    const next = [...intoLater, ...followUp(fourHours), ...asksAgain(30)]
    expect(Lines.rules([...next, ...followUp(iso("55 hours"))], halves)).toEqual([])
    expect(Lines.rules([...next, ...followUp(iso("45 hours"))], halves)).toHaveLength(1)
  })

  it("is in no doubt where all their ids are in one variant", () => {
    expect(Lines.rules([...intoLater, ...followUp(oneDay)], soon)).toEqual(["late"])
  })

  it("takes the variants of a third contact, who was merged into the second before", () => {
    const third = [
      ...merge(Lines.before("2 hours"), "contact_2", "contact_0"),
      ...answered,
      ...merge(iso("1 hour"), "contact_1", "contact_2")
    ]
    expect(Lines.rules([...third, ...followUp(oneDay)], halves)).toEqual([])
  })
})

describe("a contact whom the log does not name", () => {
  const unnamed = [...contact(Lines.before("1 second")), ...reply(iso(0))]

  it("is followed up by the steps of one variant in the whole log, whichever it is", () => {
    const first = [...unnamed, ...followUp(fourHours), ...asksAgain(30)]
    expect(Lines.rules([...first, ...followUp(iso("35 hours"))], halves)).toEqual([])
    expect(Lines.rules([...first, ...followUp(iso("55 hours"))], halves)).toHaveLength(1)
    expect(Lines.rules([...unnamed, ...followUp(oneDay)], halves)).toEqual([])
    expect(Lines.rules([...unnamed, ...followUp(tenHours)], halves)).toHaveLength(1)
  })

  it("is owed a follow-up once every variant owes one", () => {
    expect(Lines.rules([...unnamed, ...until(tenHours)], halves)).toEqual([])
    expect(Lines.rules([...unnamed, ...until(iso("10 days"))], halves)).toEqual(["missed"])
  })
})

describe("variants are refused", () => {
  const refusal = (...variants: ReadonlyArray<object>) =>
    Either.getOrThrow(Either.flip(Checker.readPolicy(JSON.stringify({ time_zone: "UTC", variants }))))
  const half = (name: string) => variant(name, "50 %", "4 hours")

  it("in a form that the scheduler refuses", () => {
    expect(refusal(half("a"))).toBe("variants: Expected 2 to 8 variants")
    expect(refusal(half("a"), half("a"))).toBe("variants.1.name: a is the name of variant 1, too")
    expect(refusal(half("a"), variant("b", "40 %", "1 day"))).toBe("variants.1.share: The shares add up to 90 %")
    const closing = { name: "b", share: "50 %", steps: [{ after: "1 day", action: "close" }] }
    expect(refusal(half("a"), closing)).toBe(
      "variants.1.steps.0.action: The first step of a variant writes to the contact"
    )
  })

  it("beside steps", () => {
    const read = Checker.readPolicy(JSON.stringify({ steps: Lines.steps, variants: [half("a"), half("b")] }))
    expect(Either.getOrThrow(Either.flip(read))).toBe("steps: Expected steps or variants, and not both")
  })

  it("with a step that the log does not show", () => {
    const inWords = { name: "b", share: "50 %", steps: [{ after: "1 day", action: "send_message", message: "Hello" }] }
    expect(refusal(half("a"), inWords)).toContain("variants.1.steps.0.action")
  })
})
