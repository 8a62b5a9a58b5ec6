import { describe, expect, it } from "vitest"
import * as Statistics from "../src/Statistics.ts"

describe("Statistics", () => {
  it("takes the middle of an odd number of values, and the range of all", () => {
    expect(Statistics.sample([9, 1, 5])).toEqual({ median: 5, low: 1, high: 9 })
  })

  it("takes the mean of the two in the middle of an even number", () => {
    expect(Statistics.sample([10, 1, 4, 3])).toEqual({ median: 3.5, low: 1, high: 10 })
  })

  it("sorts by number and leaves what it was given as it was", () => {
    const values = [100, 9, 20]
    expect(Statistics.sample(values).median).toBe(20)
    expect(values).toEqual([100, 9, 20])
  })

  it("takes ratios round by round, so that a slow round counts for nothing", () => {
    expect(Statistics.ratio([20, 2000, 22], [10, 1000, 11])).toEqual({ median: 2, low: 2, high: 2 })
  })

  it("refuses no measurements, and rounds that do not match", () => {
    expect(() => Statistics.sample([])).toThrow("nothing was measured")
    expect(() => Statistics.ratio([1, 2], [1])).toThrow("same rounds")
  })

  it("shows the median with its range", () => {
    expect(Statistics.show({ median: 1.234, low: 1, high: 2.5 }, 2)).toBe("1.23 (1.00–2.50)")
  })
})
