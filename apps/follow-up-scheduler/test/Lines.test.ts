import { describe, expect, it } from "@effect/vitest"
import * as Lines from "../src/TerminalText.ts"

const flag = "🇵🇹"
const sri = "ශ්‍රීමතී"

describe("a line for people", () => {
  it("is cut and broken between what a reader sees as characters", () => {
    expect(Lines.cut(flag.repeat(5), 4)).toBe(`${flag}…`)
    expect(Lines.cut(flag.repeat(5), 10)).toBe(flag.repeat(5))
    expect(Lines.wrap(flag.repeat(5), 5)).toEqual([flag.repeat(2), flag.repeat(2), flag])
    expect(Lines.wrap("e\u0301".repeat(5), 2)).toEqual(["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"])
  })

  it("keeps joiners and shows what turns the direction of writing as an error", () => {
    expect(Lines.printable(`${sri} pay \u202Enow`)).toBe(`${sri} pay \uFFFDnow`)
  })
})
