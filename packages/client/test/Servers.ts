/**
 * The four kinds of rate limit that servers have, written once more and in the simplest way, to judge the times of
 * requests by.
 */

/** Whether a server with its own idea of a rate limit accepts a request that arrives now. */
export type Server = (now: number) => boolean

export interface Quota {
  readonly limit: number
  readonly window: number
}

export type Model = (quota: Quota, random: () => number) => Server

export const models: Record<string, Model> = {
  "a fixed window": ({ limit, window }, random) => {
    const phase = random() * window
    let current = -1
    let count = 0
    return (now) => {
      const index = Math.floor((now + phase) / window)
      if (index !== current) {
        current = index
        count = 0
      }
      return ++count <= limit
    }
  },
  "a sliding log": ({ limit, window }) => {
    const log: Array<number> = []
    return (now) => {
      while (log.length > 0 && log[0]! <= now - window) log.shift()
      return log.push(now) <= limit
    }
  },
  "a token bucket": ({ limit, window }) => {
    let tokens = limit
    let last = 0
    return (now) => {
      tokens = Math.min(limit, tokens + ((now - last) * limit) / window)
      last = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    }
  },
  "a sliding counter": ({ limit, window }, random) => {
    const phase = random() * window
    let current = -1
    let count = 0
    let previous = 0
    return (now) => {
      const position = (now + phase) / window
      const index = Math.floor(position)
      if (index !== current) {
        previous = index === current + 1 ? count : 0
        current = index
        count = 0
      }
      const weighed = previous * (1 - (position - index)) + count + 1
      if (weighed > limit) return false
      count++
      return true
    }
  }
}

/** A small generator of random numbers (mulberry32), so that a seed determines the whole run. */
export const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How many of the requests a server refuses. */
export const refusals = (times: ReadonlyArray<number>, server: Server): number =>
  times.filter((at) => !server(at)).length

/** What the vendor says of itself. */
export const vendor: Quota = { limit: 500, window: 60_000 }

/** The share of the quota that is used from the third minute to the last full one. */
export const use = (times: ReadonlyArray<number>): number => {
  const full = Math.floor(Math.max(...times) / vendor.window)
  const used = times.filter((at) => at >= 2 * vendor.window && at < full * vendor.window)
  return used.length / ((full - 2) * vendor.limit)
}
