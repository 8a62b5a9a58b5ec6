/** A map of a bounded size: a further value drops the one that was kept longest ago. */
export interface BoundedMap<in out K, in out A> {
  readonly keep: (key: K, value: A) => void
  readonly get: (key: K) => A | undefined
  /** Gives the value and drops it. */
  readonly take: (key: K) => A | undefined
  /** Whether a further value drops one. */
  readonly isFull: () => boolean
  /** All values with their keys, the one that was kept longest ago first. */
  readonly all: () => IterableIterator<[K, A]>
}

/** An empty map of at most `atMost` values, in memory. To keep a value again makes it the newest. */
export const make = <K, A>(atMost: number): BoundedMap<K, A> => {
  const values = new Map<K, A>()
  return {
    keep: (key, value) => {
      values.delete(key)
      values.set(key, value)
      const [eldest] = values.keys()
      if (values.size > atMost && eldest !== undefined) values.delete(eldest)
    },
    get: (key) => values.get(key),
    isFull: () => values.size >= atMost,
    all: () => values.entries(),
    take: (key) => {
      const value = values.get(key)
      values.delete(key)
      return value
    }
  }
}
