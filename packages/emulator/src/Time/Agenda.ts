/** The sleepers of a virtual clock, ordered by the instant at which their sleep ends. */
export interface Sleeper {
  /** Epoch milliseconds. */
  readonly until: number
  /** Of two sleeps that end at the same instant, the one that began first ends first. */
  readonly order: number
  readonly wake: () => void
  isCancelled: boolean
}

/** A heap of sleepers: adding one and removing the first cost the logarithm of their number. */
export interface Agenda {
  readonly add: (sleeper: Sleeper) => void
  /** The sleeper whose sleep ends first; undefined where nothing sleeps. */
  readonly first: () => Sleeper | undefined
  /** Removes the sleeper that `first` returns. */
  readonly removeFirst: () => void
}

const isBefore = (a: Sleeper, b: Sleeper) => a.until < b.until || (a.until === b.until && a.order < b.order)

/** A binary heap. A cancelled sleeper stays in it until it would be the first. */
export const make = (): Agenda => {
  const heap: Array<Sleeper> = []
  const swap = (a: number, b: number) => {
    const sleeper = heap[a]!
    heap[a] = heap[b]!
    heap[b] = sleeper
  }
  const sink = () => {
    for (let at = 0, child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, heap[at]!)) return
      swap(at, child)
      at = child
    }
  }
  const removeFirst = () => {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    sink()
  }
  return {
    add: (sleeper) => {
      let at = heap.push(sleeper) - 1
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(sleeper, heap[parent]!); parent = (at - 1) >> 1) {
        swap(at, parent)
        at = parent
      }
    },
    first: () => {
      while (heap[0]?.isCancelled === true) removeFirst()
      return heap[0]
    },
    removeFirst
  }
}
