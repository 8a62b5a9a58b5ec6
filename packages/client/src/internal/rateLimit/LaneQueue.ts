/**
 * Which call is next: four lanes, first come, first served inside a lane, and no call waits for ever. Pure state: the
 * time is a parameter.
 *
 * The higher lane goes first, except that every tenth turn belongs to the call that has waited longest, if that is
 * longer than `patience`. So a stop overtakes a sweep of thousands, and the sweep keeps a tenth of the quota.
 */

/** From the most to the least urgent. */
export const lanes = ["stop", "verify", "send", "watch"] as const

/** How urgent a call is; the most urgent lane is served first. */
export type Lane = (typeof lanes)[number]

const turnsPerElder = 10

interface Waiter {
  readonly lane: Lane
  readonly since: number
}

/** The calls that wait for a permit. */
export interface Line<A extends Waiter> {
  readonly join: (waiter: A) => void
  /** After being served, or without. */
  readonly leave: (waiter: A, isServed: boolean) => void
  readonly next: (now: number) => A | undefined
  readonly length: () => number
  /** How many would go before one that came now; those that grow old are not distinguished. */
  readonly ahead: (lane: Lane) => number
}

/**
 * Makes an empty queue. A call that has waited for more than `patience` milliseconds gets every tenth turn, whatever
 * its lane.
 */
export const make = <A extends Waiter>(patience: number): Line<A> => {
  const queues = lanes.map(() => new Set<A>())
  let length = 0
  let turnsSinceElder = 0

  const firsts = () =>
    queues.flatMap((queue): ReadonlyArray<A> => {
      const { done, value } = queue.values().next()
      return done === true ? [] : [value]
    })

  const eldest = () =>
    firsts().reduce((a: A | undefined, b) => (a === undefined || b.since < a.since ? b : a), undefined)

  return {
    join: (waiter) => {
      queues[lanes.indexOf(waiter.lane)]!.add(waiter)
      length++
    },
    leave: (waiter, isServed) => {
      if (isServed) turnsSinceElder = waiter === eldest() ? 0 : turnsSinceElder + 1
      if (queues[lanes.indexOf(waiter.lane)]!.delete(waiter)) length--
    },
    next: (now) => {
      const old = turnsSinceElder >= turnsPerElder - 1 ? eldest() : undefined
      return old !== undefined && now - old.since > patience ? old : firsts()[0]
    },
    length: () => length,
    ahead: (lane) => queues.slice(0, lanes.indexOf(lane) + 1).reduce((sum, queue) => sum + queue.size, 0)
  }
}
