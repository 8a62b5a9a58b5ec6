/** Statistics of a handful of measurements on a machine that others use, too. */

export interface Sample {
  readonly median: number
  readonly low: number
  readonly high: number
}

export const sample = (values: ReadonlyArray<number>): Sample => {
  if (values.length === 0) throw new Error("nothing was measured")
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2,
    low: sorted[0]!,
    high: sorted[sorted.length - 1]!
  }
}

/** Of the ratios round by round: what slowed a whole round cancels out. */
export const ratio = (values: ReadonlyArray<number>, to: ReadonlyArray<number>): Sample => {
  if (values.length !== to.length) throw new Error("a ratio is taken of the same rounds")
  return sample(values.map((value, round) => value / to[round]!))
}

/** The median, and the range in which all were. */
export const show = ({ high, low, median }: Sample, digits = 0): string =>
  `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
