/** The public holidays that a policy names by country. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as Decide from "../src/Decide.ts"
import * as Variant from "../src/Decide/Variant.ts"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Ledger from "../src/Ledger.ts"
import * as Preview from "../src/Operations/Preview.ts"
import * as PolicyDiff from "../src/Policies/PolicyDiff.ts"
import * as PolicyFile from "../src/Policies/PolicyFile.ts"
import * as PolicyVersions from "../src/Policies/PolicyVersions.ts"
import { Policy } from "../src/Policy.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const { hour, message, messageId, second } = Build

const yaml = (public_holidays: string, more = "") => `name: nudge
version: 1
time_zone: America/Sao_Paulo
quiet_hours: { start: "20:00", end: "09:00" }
steps:
  - { after: 4 hours, action: schedule_follow_up }
${more}public_holidays: ${public_holidays}
`
const parse = (...text: Parameters<typeof yaml>) =>
  Effect.map(PolicyFile.parse(yaml(...text), "nudge.yaml"), (policy) => Variant.policiesOf(policy)[0])
const refusal = (...text: Parameters<typeof yaml>) => Effect.map(Effect.flip(parse(...text)), ({ message }) => message)

/** A Friday, noon in São Paulo: our answer, after which the contact is silent. */
const answered = DateTime.unsafeMake("2026-12-24T15:00:00Z")
const sinceStart = (instant: DateTime.Utc) => instant.epochMillis - Build.start.epochMillis

const decideAt = (policy: Policy, now: DateTime.Utc) => {
  const asked = message("contact", sinceStart(answered) - second)
  const answer = message("assistant", sinceStart(answered), { id: messageId("answer") })
  const chat = Build.chat({ zone: "America/Sao_Paulo", messages: [asked, answer] })
  return Decide.decide({ policy, chat, taken: [], now, first_in_force: undefined })
}

describe("public holidays", () => {
  it.effect("put a follow-up off to the day after, and preview names the holiday", () =>
    Effect.gen(function* () {
      const policy = yield* parse("{ country: BR, state: SP }")
      const evening = DateTime.add(answered, { millis: 9 * hour })
      const decision = decideAt(policy, evening)
      expect(decision).toMatchObject({ _tag: "Wait", reason: "quiet_hours", holiday: "Natal" })
      const prospect = Preview.of(ChatId.make("chat_1"), { policy, decision })
      expect(prospect.why).toBe("it is night, or a day off, where the customer is (Natal)")
      expect(prospect.at).toEqual(DateTime.unsafeMake("2026-12-26T12:00:00Z"))
    })
  )

  it.effect("are another thing than a night", () =>
    Effect.gen(function* () {
      const policy = yield* parse("{ country: BR, state: SP }")
      const decision = decideAt(policy, DateTime.unsafeMake("2026-12-27T02:00:00Z"))
      expect(decision).toMatchObject({ _tag: "Wait", reason: "quiet_hours" })
      expect(decision).not.toHaveProperty("holiday")
    })
  )

  it.effect("go on in the next year where one of several days does", () =>
    Effect.gen(function* () {
      const { public_holidays } = yield* parse("{ country: SZ }")
      const days = ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"].map((date) => public_holidays?.nameOn(date))
      expect(days).toEqual(["Incwala", "New Year's Day", "Incwala", undefined])
    })
  )

  it.effect("are those of every year that a clock can show, and a jump of the clock changes none", () =>
    Effect.gen(function* () {
      const { public_holidays } = yield* parse("{ country: BR, state: SP }")
      for (const year of ["2026", "2031", "1999", "2026"]) {
        expect(public_holidays?.nameOn(`${year}-12-25`)).toBe("Natal")
        expect(public_holidays?.nameOn(`${year}-12-26`)).toBeUndefined()
      }
      expect(public_holidays?.nameOn("2026-04-03")).toBe("Sexta-Feira Santa")
      for (const date of ["0000-12-25", "+275760-09-13", "-000001-01-01", "", "__proto__"])
        expect(public_holidays?.nameOn(date)).toBeUndefined()
    })
  )

  it.effect("of a state are beside those of its country, and beside dates by hand", () =>
    Effect.gen(function* () {
      const [country, state] = [yield* parse("{ country: BR }"), yield* parse("{ country: BR, state: SP }")]
      expect(country.public_holidays?.nameOn("2026-07-09")).toBeUndefined()
      expect(state.public_holidays?.nameOn("2026-07-09")).toBe("Revolução Constitucionalista")
      const both = yield* parse("{ country: BR }", 'holidays: ["2026-12-26"]\n')
      const decision = decideAt(both, DateTime.add(answered, { millis: 9 * hour }))
      expect(decision).toMatchObject({ until: DateTime.unsafeMake("2026-12-27T12:00:00Z") })
    })
  )

  it.effect("leave out what is no public holiday, and count a part of a day as a day", () =>
    Effect.gen(function* () {
      const { public_holidays } = yield* parse("{ country: IS }")
      expect(public_holidays?.nameOn("2026-12-24")).toBe("Aðfangadagur")
      const germany = yield* parse("{ country: DE }")
      expect(germany.public_holidays?.nameOn("2026-12-24")).toBeUndefined()
    })
  )

  it.effect.each([
    [
      "{ country: BX }",
      "line 7, column 29: public_holidays.country: The calendar of public holidays does not know the country BX"
    ],
    ["{ country: br }", "the country br; did you mean BR?"],
    ["{ country: Brasil }", "the country Brasil; did you mean BR?"],
    ["{ country: __proto__ }", "the country __proto__"],
    ["{ country: BR, state: sp }", "does not know the state sp: there are AC, "],
    ["{ country: BR, state: sp }", "did you mean SP?"],
    ["{ country: BR, state: São Paulo }", "did you mean SP?"],
    ["{ country: PT, state: LX }", "the state LX, and no state there is"],
    ["{ country: DE, state: BY, region: B }", "the region B: there are A, KATH, EVANG; did you mean A?"],
    ["{ contry: BR }", "did you mean country?"],
    ["{ country: '' }", "public_holidays.country: "],
    ["[2026-12-25]", "public_holidays: "]
  ] as const)("of %s are refused with the line", ([place, words]) =>
    Effect.gen(function* () {
      const said = yield* refusal(place)
      expect(said).toMatch(/^policy nudge\.yaml, line 7, column \d+: /)
      expect(said).toContain(words)
    })
  )

  it.effect("are written as they were read, and survive the record of the version", () =>
    Effect.gen(function* () {
      const policy = yield* parse("{ country: BR, state: SP }")
      const written = yield* Schema.encode(Policy)(policy)
      expect(written.public_holidays).toEqual({ country: "BR", state: "SP" })
      yield* PolicyVersions.record(policy)
      yield* PolicyVersions.record(yield* parse("{ country: BR, state: SP }"))
      const found = Option.getOrThrow(yield* PolicyVersions.find("nudge@1"))
      expect(found.public_holidays?.nameOn("2026-12-25")).toBe("Natal")
      expect(PolicyDiff.between(policy, found)).toEqual([])
      const other = yield* Effect.flip(PolicyVersions.record(yield* parse("{ country: BR, state: RJ }")))
      expect(other.message).toContain("on record with other public_holidays")
    }).pipe(Effect.provide(Layer.provideMerge(Ledger.layer, Databases.sqlite)))
  )

  it.effect("that leave a step without an opening are refused", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Build.start.epochMillis)
      // 25 December 2026 and 1 January 2027 are Fridays.
      const read = yield* Effect.either(parse("{ country: BR }", "weekdays: [5]\n"))
      expect(Either.isLeft(read) && read.left.message).toMatch(
        /^policy nudge\.yaml, line 8, column 18: public_holidays: /
      )
    })
  )
})
