import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Graphemes from "../src/Graphemes.ts"

const family = "👩‍👩‍👧‍👦"
const flag = "🇵🇹"

describe("the beginning of a text", () => {
  it("is whole where there is room, and ends before what has none left", () => {
    expect(Graphemes.cut("Ada", 3)).toBe("Ada")
    expect(Graphemes.cut("Adam", 3)).toBe("Ada")
    expect(Graphemes.cut(`${flag}${flag}`, flag.length + 2)).toBe(flag)
    expect(Graphemes.cut(`Ada ${family}`, 4 + family.length - 1)).toBe("Ada ")
    expect(Graphemes.cut(`Ada ${family}`, 4 + family.length)).toBe(`Ada ${family}`)
    expect(Graphemes.cut("e\u0301e\u0301", 3)).toBe("e\u0301")
    expect(Graphemes.cut("", 0)).toBe("")
  })

  it("has as many clusters as their sizes leave room for", () => {
    expect(Graphemes.take(`${family}${flag}${flag}`, 2, () => 1)).toBe(`${family}${flag}`)
  })

  it("of a long text is found without looking at all of it", { timeout: 5000 }, () => {
    expect(Graphemes.cut("🇵🇹".repeat(1_000_000), 10)).toBe("🇵🇹🇵🇹")
  })
})

it("the end of a text begins with a whole cluster", () => {
  expect(Graphemes.takeEnd("Ada", 2)).toBe("da")
  expect(Graphemes.takeEnd("Ada", 3)).toBe("Ada")
  expect(Graphemes.takeEnd(`${family} Ada`, 4 + family.length - 1)).toBe(" Ada")
  expect(Graphemes.takeEnd(`e\u0301 Ada`, 5)).toBe(" Ada")
})

it("both are whole clusters of the text, and never longer than they may be", () => {
  const text = FastCheck.string({ unit: "grapheme", maxLength: 60 })
  FastCheck.assert(
    FastCheck.property(text, FastCheck.nat(60), (text, longest) => {
      const [start, end] = [Graphemes.cut(text, longest), Graphemes.takeEnd(text, longest)]
      expect(text.startsWith(start)).toBe(true)
      expect(text.endsWith(end)).toBe(true)
      expect(Math.max(start.length, end.length)).toBeLessThanOrEqual(longest)
      const segments = Array.from(new Intl.Segmenter("en").segment(text), ({ index }) => index).concat(text.length)
      expect(segments).toContain(start.length)
      expect(segments).toContain(text.length - end.length)
    })
  )
})
