/** What each that keeps waits can do, with the same precision. */

/** How often each of them looks for what is due. */
export const precision = 1000

/** How many waits are handed over at a time, and how many are woken at a time. */
export const concurrency = 8

export interface Wait {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Kept {
  /** Returns when it would survive the end of the process. */
  readonly enqueue: (wait: Wait) => Promise<void>
}

/** `onWake` is called for each that is due, with the instant at which it was. */
export type Open = (database: string, onWake: (at: number) => void) => Promise<Kept>

export interface JobStore {
  readonly id: string
  readonly name: string
  readonly store: "sqlite" | "postgres"
  readonly load: () => Promise<{ readonly open: Open }>
}

/** Hands all of them over. */
export const enqueueAll = async ({ enqueue }: Kept, waits: ReadonlyArray<Wait>): Promise<void> => {
  let next = 0
  const carrier = async () => {
    while (next < waits.length) await enqueue(waits[next++]!)
  }
  await Promise.all(Array.from({ length: concurrency }, carrier))
}
