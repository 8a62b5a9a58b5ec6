/**
 * Runs a program to its end in virtual time: events in order, all fibers settled between two of them, no real timer. A
 * thousand times faster than stepping the TestClock, and the same every time.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scheduler from "effect/Scheduler"

interface Event {
  readonly at: number
  readonly wake: () => void
}

const makeAgenda = () => {
  const events: Array<Event> = []
  return {
    add: (event: Event) => {
      let low = 0
      let high = events.length
      while (low < high) {
        const middle = (low + high) >> 1
        // The next event is the last entry; of equal ones the first added comes first.
        if (events[middle]!.at > event.at) low = middle + 1
        else high = middle
      }
      events.splice(low, 0, event)
    },
    next: () => events.pop()
  }
}

const makeScheduler = () => {
  const tasks: Array<() => void> = []
  return {
    scheduler: Scheduler.make(
      (task) => {
        tasks.push(task)
      },
      () => false
    ),
    settle: () => {
      for (let i = 0; i < tasks.length; i++) tasks[i]!()
      tasks.length = 0
    }
  }
}

/**
 * Runs a program under a wall clock that it can set so far ahead, or back; the monotone one goes on. Returns when it
 * ended.
 */
export const withSteps = <A, E, R>(
  program: (stepTo: (millis: number) => void) => Effect.Effect<A, E, R>
): Effect.Effect<number, E, R> =>
  Effect.flatMap(Effect.clock, (monotone) => {
    let step = 0
    const stepping: Clock.Clock = {
      ...monotone,
      unsafeCurrentTimeMillis: () => monotone.unsafeCurrentTimeMillis() + step,
      currentTimeMillis: Effect.map(monotone.currentTimeMillis, (now) => now + step)
    }
    return Effect.zipRight(
      Effect.withClock(
        program((millis) => void (step = millis)),
        stepping
      ),
      monotone.currentTimeMillis
    )
  })

/** The program's success. Throws when it fails, dies, or waits for what never comes. */
export const run = <A, E>(program: Effect.Effect<A, E>): A => {
  let now = 0
  const agenda = makeAgenda()
  const { scheduler, settle } = makeScheduler()
  const millis = () => now
  const nanos = () => BigInt(Math.floor(now * 1e6))
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.async((resume) => {
        let isCancelled = false
        const wake = () => {
          if (!isCancelled) resume(Effect.void)
        }
        agenda.add({ at: now + Duration.toMillis(duration), wake })
        return Effect.sync(() => {
          isCancelled = true
        })
      })
  }
  const fiber = Effect.runFork(Effect.withClock(program, clock), { scheduler })
  settle()
  for (let event = agenda.next(); event !== undefined; event = agenda.next()) {
    now = event.at
    event.wake()
    settle()
  }
  const exit = Option.getOrThrowWith(
    Option.fromNullable(fiber.unsafePoll()),
    () => new Error("the program waits for ever")
  )
  return Exit.getOrElse(exit, (cause) => {
    throw new Error(String(cause))
  })
}
