/**
 * Runs a program in a time of its own: the clock jumps from one sleeper's end to the next, and only when nobody has anything
 * left to do before it. A month takes seconds, and the same program the same course. For programs that wait for their own
 * sleeps and nothing else: no sockets, no processes, no timers of the platform.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as Scheduler from "effect/Scheduler"
import { setImmediate } from "node:timers"

interface Sleeper {
  readonly until: number
  readonly order: number
  readonly wake: () => void
  isCancelled: boolean
}

const isBefore = (a: Sleeper, b: Sleeper) => a.until < b.until || (a.until === b.until && a.order < b.order)

/** A heap: of sleepers that end at the same instant, who lay down first wakes first. */
const makeAgenda = () => {
  const heap: Array<Sleeper> = []
  const swap = (a: number, b: number) => {
    const sleeper = heap[a]!
    heap[a] = heap[b]!
    heap[b] = sleeper
  }
  const sink = (from: number) => {
    for (let at = from, child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, heap[at]!)) return
      swap(at, child)
      at = child
    }
  }
  const take = (): Sleeper | undefined => {
    const [first] = heap
    const last = heap.pop()
    if (last !== undefined && heap.length > 0) {
      heap[0] = last
      sink(0)
    }
    return first
  }
  return {
    add: (sleeper: Sleeper) => {
      let at = heap.push(sleeper) - 1
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(sleeper, heap[parent]!); parent = (at - 1) >> 1) {
        swap(at, parent)
        at = parent
      }
    },
    next: (): Sleeper | undefined => {
      for (let sleeper = take(); sleeper !== undefined; sleeper = take()) if (!sleeper.isCancelled) return sleeper
      return undefined
    }
  }
}

const makeClock = (start: number) => {
  const agenda = makeAgenda()
  let now = start
  let order = 0
  const millis = () => now
  const nanos = () => BigInt(now) * 1_000_000n
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.async((resume) => {
        if (!Duration.isFinite(duration)) return
        const until = now + Math.ceil(Duration.toMillis(duration))
        const sleeper: Sleeper = { until, order: order++, wake: () => resume(Effect.void), isCancelled: false }
        agenda.add(sleeper)
        return Effect.sync(() => void (sleeper.isCancelled = true))
      })
  }
  /** Wakes who sleeps least; false where nobody sleeps. */
  const jump = (): boolean => {
    const sleeper = agenda.next()
    if (sleeper === undefined) return false
    now = sleeper.until
    sleeper.wake()
    return true
  }
  return { clock, jump }
}

const makeScheduler = () => {
  const tasks: Array<() => void> = []
  const scheduler = Scheduler.make(
    (task) => void tasks.push(task),
    () => false
  )
  /** Runs all there is to run, and what follows from it; false where there was nothing. */
  const drain = (): boolean => {
    if (tasks.length === 0) return false
    for (let at = 0; at < tasks.length; at++) tasks[at]!()
    tasks.length = 0
    return true
  }
  return { scheduler, drain }
}

/** Promises take their turns between two of these. */
const turns = 2

/** The program under a clock that begins at `start`. Dies where it waits for what never comes. */
export const run = <A, E, R>(program: Effect.Effect<A, E, R>, start: DateTime.DateTime.Input): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) => {
    const { clock, jump } = makeClock(DateTime.unsafeMake(start).epochMillis)
    const { drain, scheduler } = makeScheduler()
    return Effect.async<A, E>((resume) => {
      const fiber = Runtime.runFork(runtime)(Effect.withClock(program, clock), { scheduler })
      let quiet = 0
      const turn = () => {
        quiet = drain() ? 0 : quiet + 1
        const exit = fiber.unsafePoll()
        if (exit !== null) return resume(exit)
        if (quiet >= turns) {
          if (!jump()) return resume(Effect.dieMessage("The program waits for what never comes"))
          quiet = 0
          drain()
        }
        setImmediate(turn)
      }
      turn()
      return Fiber.interrupt(fiber)
    })
  })
