/**
 * When the next request may leave, so that the vendor's rate limit is used and not hit, whichever of four kinds it is:
 * a fixed window, a sliding log, a token bucket, or a sliding counter (previous window · rest + current window). Pure
 * state: the time is a parameter.
 *
 * The rule. Of each request it is known that the server counted it between its sending and the receipt of its answer.
 * Let C(s) be the requests that were received at s or later or are in flight. A request may leave at t when, for every
 * start s of the server's current window, t − W < s ≤ t, with f = (t − s) / W:
 *
 *     f · C(s) + (1 − f) · C(s − W) + 1 ≤ limit
 *
 * Why no counter refuses. Let a request arrive at t', and let k be the one that left last, at t ≤ t', of all that
 * arrived until then. When the server's window at t' began at s ≤ t, then what counts there as current was received at
 * s or later, what counts as previous at s − W or later, and f has only grown: the sum is at most the one that let k
 * go. When the window began after t, the sum is at most C(s − W) with t − W < s − W ≤ t, and each such count was at
 * most the limit when k left. The phase, the clocks, the latency and the order of arrival play no part, as long as an
 * answer takes less than a window. Why no other model refuses. With s → t − W the rule states that no more than the
 * limit were received in any window or are in flight: so no window of that length, aligned or sliding, ever holds more
 * arrivals, and a bucket never runs dry.
 *
 * Between the steps of C the left side grows with s, so it is enough to look at the steps. Receipts are rounded up to a
 * grid of cells, which errs to the safe side and makes a look cost the same for any limit. The left side never grows
 * with t and grows by exactly one with each request: one look answers for all the requests it leaves room for.
 */

/** Cells in a window: a minute's are 50 ms wide, as if answers took 25 ms longer on average. */
const cellsPerWindow = 1200

/** Receipts are dated this share of a window later: the server's clock may run that much slower than ours. */
const drift = 1e-4

/** Far less than one request, far more than the error of the sums. */
const epsilon = 1e-9

/** Leaves at once after an idle time. The rule alone would allow everything, and then nothing for a whole window. */
const burstOf = (limit: number): number => Math.min(limit, Math.max(10, limit / 10))

/** The rest of the numbers is about 429s; as shares of the limit or of the window. */
const foreign = {
  /** What a 429 takes from the limit, … */
  lost: 0.05,
  /** … what comes back in the first window after it (in n windows: n² times this), … */
  regained: 0.01,
  /** … and what is always left. */
  least: 0.1,
  /** The first pause. It doubles as long as the one request that is tried after it is refused, … */
  firstPause: 0.01,
  /** … up to here. */
  longestPause: 0.125,
  /** How long the others wait for the answer to that request. */
  patience: 0.05
} as const

/** What allows one request. Give it back when the answer came, or when the request never left. */
export interface Permit {
  /** The one request after a pause, before the others follow. */
  readonly isProbe: boolean
}

/** The state of a quota. Times are milliseconds of a clock that never goes back. */
export interface Quota {
  /**
   * A permit, or the milliseconds until it is worth trying again: not a moment too long, unless a permit comes back.
   */
  readonly take: (now: number) => Permit | { readonly wait: number }
  /** How many can be taken now. */
  readonly available: (now: number) => number
  /**
   * The answer came so many milliseconds ago, or will never come. Returns whether it is worth trying before the time
   * that `take` returned.
   */
  readonly received: (permit: Permit, now: number, age?: number) => boolean
  /** The request never left. */
  readonly unused: (permit: Permit) => void
  /** A 429: another program spends the same quota. No request leaves for this many milliseconds at least. */
  readonly refused: (now: number, pause: number) => void
  /** Milliseconds until that many permits could have been taken, if all answers came now. */
  readonly expected: (now: number, permits: number) => number
  readonly save: () => Saved
  /** Goes on from there, with so many in flight. */
  readonly restore: (saved: Saved, inFlight: number) => void
}

/** What is known but for what is in flight, for another process to go on with. The times are of one clock for all. */
export interface Saved {
  /** The newest cell that holds receipts, … */
  readonly newest: number
  /** … and how many each one holds, up to it: a character each, from `0` on. */
  readonly received: string
  readonly base: number
  readonly since: number
  readonly evenly: number
  readonly closedUntil: number
  readonly probedUntil: number
  readonly isProbeDue: boolean
  readonly refusedInARow: number
}

/** The most receipts that one character can encode. */
export const mostPerCell = 0xd7ff - 0x30

/** A time that JSON can hold, too. */
const longAgo = -Number.MAX_VALUE

interface LightEnough {
  readonly at: number
  /** Where the phase begins that makes it so late, in cells. */
  readonly step: number
}

/** What is known about requests that left: when they were received, in cells, for the last two windows. */
const makeHistory = (window: number) => {
  const cells = cellsPerWindow
  const cell = window / cells
  const size = 2 * cells + 2
  const received = new Float64Array(size)
  let newest = 0
  let inFlight = 0

  const cellOf = (now: number) => Math.ceil((now + drift * window) / cell)

  const advance = (now: number) => {
    const passed = cellOf(now) - newest
    if (passed <= 0) return
    newest += passed
    received.copyWithin(0, passed)
    received.fill(0, Math.max(0, size - passed))
  }
  /** Of the last step that is not in the future. */
  const topIndex = (now: number) => Math.floor(now / cell) - newest + size - 1

  return {
    sent: () => {
      inFlight++
    },
    unused: () => {
      inFlight--
    },
    received: (now: number, age: number) => {
      advance(now)
      inFlight--
      const index = size - 1 + cellOf(now - age) - newest
      if (index >= 0) received[index]! += 1
    },
    /** The largest f · C(s) + (1 − f) · C(s − W) of any s. */
    weight: (now: number): number => {
      advance(now)
      const top = topIndex(now)
      let current = inFlight
      for (let i = size - 1; i > top; i--) current += received[i]!
      let previous = current
      for (let i = top; i > top - cells; i--) previous += received[i]!
      let most = previous
      const intoCell = now / cell - Math.floor(now / cell)
      for (let i = top; i > top - cells; i--) {
        current += received[i]!
        previous += received[i - cells]!
        const weight = previous - ((intoCell + top - i) / cells) * (previous - current)
        if (weight > most) most = weight
      }
      return most
    },
    /** From when on the weight is at most `allowed`, whether what is in flight stays there or was answered now. */
    lightEnough: (now: number, allowed: number, isAnswered: boolean): LightEnough => {
      advance(now)
      if (inFlight > allowed && !isAnswered) return { at: Number.POSITIVE_INFINITY, step: Number.POSITIVE_INFINITY }
      const top = topIndex(now)
      let current = isAnswered ? 0 : inFlight
      let previous = inFlight
      let latest = Number.NEGATIVE_INFINITY
      let binding = latest
      for (let i = size - 1 + cells; i > top - cells; i--) {
        if (i < size) current += i === size - 1 && isAnswered ? received[i]! + inFlight : received[i]!
        previous += received[i - cells]!
        // At s itself the weight is `previous`; it falls to `current` in a window, and then no request has this s any
        // more.
        const excess = previous - allowed
        if (excess <= 0 || excess * cells <= (latest - i) * (previous - current)) continue
        const light = i + Math.min(1, excess / (previous - current)) * cells
        if (light <= latest) continue
        latest = light
        binding = i
      }
      return { at: (latest + newest - size + 1) * cell, step: binding + newest - size + 1 }
    },
    /** Whether a receipt now changes the weight for the phase that begins at this step. */
    isAhead: (step: number) => step > newest,
    save: () => {
      let known = ""
      for (let i = received.findIndex((count) => count > 0); i >= 0 && i < size; i++)
        known += String.fromCharCode(received[i]! + 0x30)
      return { newest, received: known }
    },
    restore: (saved: Saved, inFlightThen: number) => {
      newest = saved.newest
      inFlight = inFlightThen
      received.fill(0)
      const first = size - saved.received.length
      for (let i = Math.max(0, first); i < size; i++) received[i] = saved.received.charCodeAt(i - first) - 0x30
    }
  }
}

/**
 * What the vendor leaves us of its limit: less after a 429, and then more and more, until the next one or until it is
 * all.
 */
const makeShare = (limit: number, window: number) => {
  const least = Math.max(1, foreign.least * limit)
  let base = limit
  let since = 0
  const ours = (now: number) => Math.min(limit, base + foreign.regained * limit * ((now - since) / window) ** 2)
  return {
    ours: (now: number) => Math.floor(ours(now) + epsilon),
    refused: (now: number) => {
      base = Math.max(least, ours(now) - Math.max(1, foreign.lost * limit))
      since = now
    },
    save: () => ({ base, since }),
    restore: (saved: Saved) => {
      base = saved.base
      since = saved.since
    }
  }
}

/** Makes a quota of `limit` requests in any `window` of milliseconds, of which none is used. */
export const make = (limit: number, window: number): Quota => {
  const history = makeHistory(window)
  const share = makeShare(limit, window)
  const burst = burstOf(limit)
  const interval = window / limit
  /** With large limits, a cell's worth at a time. */
  const batch = Math.max(1, Math.floor(limit / cellsPerWindow))
  /** How many can leave before the next look, … */
  let room = 0
  /** … and how many more from when on. */
  let promised = 0
  let promise: LightEnough = { at: longAgo, step: longAgo }
  /** When the next one were to leave if all left evenly; the burst may be ahead of it. */
  let evenly = longAgo
  let closedUntil = longAgo
  let isProbeDue = false
  /** While the probe is out, no other request leaves. */
  let probedUntil = longAgo
  let refusedInARow = 0

  const look = (now: number) => {
    if (promised === 0) {
      const ours = share.ours(now)
      promise = history.lightEnough(now, ours - batch, false)
      promised = promise.at > now ? batch : Math.max(batch, Math.floor(ours - history.weight(now) + epsilon))
    }
    if (promise.at > now) return
    room = promised
    promised = 0
  }

  /** When the bucket that smoothes bursts has so many permits. */
  const smooth = (permits: number) => evenly + (permits - burst) * interval

  return {
    take: (now) => {
      const open = Math.max(closedUntil, probedUntil, smooth(1))
      if (open > now) return { wait: open - now }
      if (room < 1) look(now)
      if (room < 1) return { wait: Math.min(promise.at - now, window) }
      room--
      evenly = Math.max(evenly, now) + interval
      history.sent()
      const isProbe = isProbeDue
      isProbeDue = false
      if (isProbe) probedUntil = now + foreign.patience * window
      else refusedInARow = 0
      return { isProbe }
    },
    available: (now) => {
      if (Math.max(closedUntil, probedUntil, smooth(1)) > now) return 0
      if (room < 1) look(now)
      return isProbeDue
        ? Math.min(room, 1)
        : Math.min(room, Math.floor(burst - Math.max(0, evenly - now) / interval + epsilon))
    },
    received: (permit, now, age = 0) => {
      history.received(now, age)
      if (permit.isProbe) probedUntil = longAgo
      const isSooner = history.isAhead(promise.step)
      if (isSooner) promised = 0
      return isSooner || permit.isProbe
    },
    unused: (permit) => {
      history.unused()
      room++
      evenly -= interval
      if (!permit.isProbe) return
      isProbeDue = true
      probedUntil = longAgo
    },
    refused: (now, pause) => {
      // Who was in flight together was refused for the same reason.
      if (now >= Math.max(closedUntil, probedUntil)) {
        share.refused(now)
        const back = Math.min(foreign.firstPause * 2 ** refusedInARow++, foreign.longestPause)
        closedUntil = now + back * window
        isProbeDue = true
        room = 0
        promised = 0
      }
      closedUntil = Math.max(closedUntil, now + pause)
      // What was saved up would come as a burst.
      evenly = Math.max(evenly, closedUntil + (burst - 1) * interval)
    },
    expected: (now, permits) => {
      const ours = share.ours(now)
      const windows = Math.floor((permits - 1) / ours)
      const rest = permits - windows * ours
      const light = history.lightEnough(now, ours - rest, true).at + windows * window
      return Math.max(0, Math.max(closedUntil, smooth(permits), light) - now)
    },
    save: () => ({ ...history.save(), ...share.save(), evenly, closedUntil, probedUntil, isProbeDue, refusedInARow }),
    restore: (saved, inFlight) => {
      history.restore(saved, inFlight)
      share.restore(saved)
      evenly = saved.evenly
      closedUntil = saved.closedUntil
      probedUntil = saved.probedUntil
      isProbeDue = saved.isProbeDue
      refusedInARow = saved.refusedInARow
      room = 0
      promised = 0
    }
  }
}
