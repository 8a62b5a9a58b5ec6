/**
 * Intervals for shares and their difference, which hold for small numbers and for shares near 0 and 1, too. Pure.
 *
 * Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927; R. G. Newcombe,
 * "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10.
 */

/** A share, and the interval that holds the true one with a probability of 95 %. From 0 to 1; a difference, from -1. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** So many of so many. */
export interface Count {
  readonly of: number
  readonly out: number
}

/** The 97.5th percentile of the normal distribution, for two-sided intervals of 95 %. */
const z = 1.959963984540054

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/**
 * The share and its Wilson score interval, without continuity correction; undefined where there is nothing to count.
 */
export const share = ({ of, out }: Count): Estimate | undefined => {
  if (of === 0) return undefined
  const value = out / of
  const scale = 1 + z ** 2 / of
  const centre = (value + z ** 2 / (2 * of)) / scale
  const half = (z * Math.sqrt((value * (1 - value)) / of + z ** 2 / (4 * of ** 2))) / scale
  return { value, low: clamp(centre - half), high: clamp(centre + half) }
}

/** How much more the first share is than the second, with Newcombe's interval from their Wilson intervals. */
export const difference = (first: Estimate, second: Estimate): Estimate => {
  const value = first.value - second.value
  const below = Math.hypot(first.value - first.low, second.high - second.value)
  const above = Math.hypot(first.high - first.value, second.value - second.low)
  return { value, low: Math.max(-1, value - below), high: Math.min(1, value + above) }
}

/** Whether an interval says nothing about the sign of a difference. */
export const holdsZero = ({ high, low }: Estimate): boolean => low <= 0 && high >= 0
