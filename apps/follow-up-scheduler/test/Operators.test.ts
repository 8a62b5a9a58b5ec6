import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Operators from "../src/operatorPage/Operators.ts"

const [first, second] = ["correct-horse-battery", "staple-of-horses-2"]

const parsed = (text: string) =>
  Either.map(Operators.parse(text), (operators) =>
    operators.map(({ name, right, token }) => [name, right, Redacted.value(token)])
  )

const read = (env: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(Operators.config, ConfigProvider.fromMap(new Map(Object.entries(env))))

describe("the tokens of the page", () => {
  it("are one a line, with a name and a right; comments, empty lines and ends of lines of Windows are no matter", () => {
    expect(parsed(`# the day shift\r\n\r\nAnna Müller : change : ${first}\r\n__proto__:read:${second}\n`)).toEqual(
      Either.right([
        ["Anna Müller", "change", first],
        ["__proto__", "read", second]
      ])
    )
  })

  it("may be several of one name, and may have colons", () => {
    expect(parsed(`Anna:change:${first}:2\nAnna:read:${first}:1`)).toEqual(
      Either.right([
        ["Anna", "change", `${first}:2`],
        ["Anna", "read", `${first}:1`]
      ])
    )
  })

  const notALine = "line 1 is not NAME:read:TOKEN or NAME:change:TOKEN"
  const wrong: ReadonlyArray<readonly [what: string, text: string, why: string]> = [
    ["nothing", "", "has no line NAME:read:TOKEN or NAME:change:TOKEN"],
    ["only a comment", "# nobody", "has no line NAME:read:TOKEN or NAME:change:TOKEN"],
    ["a token alone", first, notALine],
    ["no name", `:read:${first}`, notALine],
    ["a right that there is not", `Anna:admin:${first}`, notALine],
    ["a right that every object has", `Anna:toString:${first}`, notALine],
    ["a name that turns the direction of writing", `An\u202Ena:read:${first}`, notALine],
    ["a name with a zero byte", `An\0na:read:${first}`, notALine],
    ["a name of 10,000 characters", `${"a".repeat(10_000)}:read:${first}`, notALine],
    ["a short token", "Anna:read:short", "line 1 has a token of less than 16 visible ASCII characters"],
    ["a token with a space", `Anna:read:${first} more`, "line 1 has a token of less than 16 visible ASCII characters"],
    ["a token twice", `Anna:read:${first}\nBen:change:${first}`, "line 2 repeats the token of another line"]
  ]
  for (const [what, text, why] of wrong)
    it(`are refused with the number of the line, and without the token: ${what}`, () => {
      expect(parsed(text)).toEqual(Either.left(why))
    })

  it.effect("are those of both settings; the single one has no name and may change everything", () =>
    Effect.gen(function* () {
      expect(yield* read({})).toEqual([])
      const operators = yield* read({ FOLLOW_UPS_PAGE_TOKENS: `Anna:read:${first}`, FOLLOW_UPS_TOKEN: second })
      const found = (token: string) =>
        Option.map(Operators.find(operators, `Bearer ${token}`), ({ name, right }) => [name, right])
      expect(found(first)).toEqual(Option.some(["Anna", "read"]))
      expect(found(second)).toEqual(Option.some([undefined, "change"]))
      expect(found("")).toEqual(Option.none())
      expect(Operators.find(operators, undefined)).toEqual(Option.none())
      expect(Operators.find(operators, first)).toEqual(Option.none())
    })
  )
})
