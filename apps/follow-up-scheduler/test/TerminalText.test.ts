import { describe, expect, it } from "@effect/vitest"
import * as TerminalText from "../src/TerminalText.ts"

const flag = "🇵🇹"
const sri = "ශ්‍රීමතී"

describe("a line for people", () => {
  it("is cut and broken between what a reader sees as characters", () => {
    expect(TerminalText.cut(flag.repeat(5), 4)).toBe(`${flag}…`)
    expect(TerminalText.cut(flag.repeat(5), 10)).toBe(flag.repeat(5))
    expect(TerminalText.wrap(flag.repeat(5), 5)).toEqual([flag.repeat(2), flag.repeat(2), flag])
    expect(TerminalText.wrap("e\u0301".repeat(5), 2)).toEqual(["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"])
  })

  it("keeps joiners and shows what turns the direction of writing as an error", () => {
    expect(TerminalText.printable(`${sri} pay \u202Enow`)).toBe(`${sri} pay \uFFFDnow`)
  })
})
