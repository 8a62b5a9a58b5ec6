/** The intervals, against the examples of the papers. */
import { describe, expect, it } from "@effect/vitest"
import * as Proportion from "../src/Operations/Proportion.ts"

const rounded = ({ high, low }: Proportion.Estimate) => [low.toFixed(4), high.toFixed(4)]
const share = (out: number, of: number) => Proportion.share({ of, out })!

describe("a share", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
  it.each([
    [81, 263, "0.2553", "0.3662"],
    [15, 148, "0.0624", "0.1605"],
    [0, 20, "0.0000", "0.1611"],
    [1, 29, "0.0061", "0.1718"]
  ])("of %i in %i has the interval of the paper", (out, of, low, high) => {
    expect(rounded(share(out, of))).toEqual([low, high])
  })

  it("of all is mirrored, and of nothing there is none", () => {
    expect(share(20, 20)).toMatchObject({ value: 1, high: 1 })
    expect(share(20, 20).low).toBeCloseTo(1 - share(0, 20).high, 12)
    expect(Proportion.share({ of: 0, out: 0 })).toBeUndefined()
  })
})

describe("a difference", () => {
  // Newcombe, "Interval estimation for the difference between independent proportions", 1998, table II, method 10.
  it.each([
    [56, 70, 48, 80, "0.0524", "0.3339"],
    [9, 10, 3, 10, "0.1705", "0.8090"],
    [10, 10, 0, 20, "0.6791", "1.0000"],
    [5, 56, 0, 29, "-0.0381", "0.1926"]
  ])("of %i in %i and %i in %i has the interval of the paper", (a, m, b, n, low, high) => {
    expect(rounded(Proportion.difference(share(a, m), share(b, n)))).toEqual([low, high])
  })

  it("says nothing where its interval holds 0", () => {
    expect(Proportion.holdsZero(Proportion.difference(share(5, 56), share(0, 29)))).toBe(true)
    expect(Proportion.holdsZero(Proportion.difference(share(56, 70), share(48, 80)))).toBe(false)
  })
})
