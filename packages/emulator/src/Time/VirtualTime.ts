/**
 * Runs a program under a virtual clock. The clock moves only when no fiber of the program has anything left to do at
 * the current instant, and then to the end of the next sleep. A month takes seconds, a busy machine makes the program
 * slower and not later, and the same program takes the same course each time.
 *
 * The program sees sleeps, other fibers and promises. Work that waits for anything else, such as a socket, a file or a
 * process, is wrapped in {@link outside}: the clock stands still until it has ended.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { setImmediate } from "node:timers"
import * as InProcessBridge from "../Http/InProcessBridge.ts"
import * as Agenda from "./Agenda.ts"

const TypeId: unique symbol = Symbol.for("@effect-invent/emulator/VirtualTime")

/** One piece of outside work. */
interface Work {
  readonly begin: () => void
}

interface VirtualClock extends Clock.Clock {
  readonly [TypeId]: {
    /** Queues the work, which begins when the program is quiet and no other outside work is under way. */
    readonly enter: (work: Work) => void
    /** Ends the work, or removes it from the queue. */
    readonly leave: (work: Work) => void
    /** Calls back when the program is quiet. */
    readonly onQuiet: (resume: () => void) => void
    /** Whether the clock moves with the machine's clock from now on. */
    readonly setRealTime: (isReal: boolean) => void
  }
}

const isVirtual = (clock: Clock.Clock): clock is VirtualClock => TypeId in clock

/** Event-loop turns without a task after which the program is quiet. Promises run between two turns. */
const quietTurns = 2

/** The longest wait of the platform's timers. */
const longestWait = 2 ** 31 - 1

/** Decides what happens when the program is quiet. `wake` schedules another turn of the event loop. */
const makeDriver = (start: number, machine: Clock.Clock, wake: () => void) => {
  const agenda = Agenda.make()
  const queue: Array<Work> = []
  const waitingForQuiet: Array<() => void> = []
  let order = 0
  let virtualNow = start
  let current: Work | undefined
  /**
   * The machine's monotonic time at which the virtual clock showed `virtualNow`; undefined unless both move together.
   */
  let realSince: number | undefined
  let timer: Fiber.RuntimeFiber<void> | undefined

  const machineMillis = () => Number(machine.unsafeCurrentTimeNanos() / 1_000_000n)
  const millis = () => (realSince === undefined ? virtualNow : virtualNow + machineMillis() - realSince)
  const moveTo = (instant: number) => {
    virtualNow = instant
    if (realSince !== undefined) realSince = machineMillis()
  }

  const sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.async((resume) => {
      if (!Duration.isFinite(duration)) return
      const until = millis() + Math.ceil(Duration.toMillis(duration))
      const sleeper: Agenda.Sleeper = { until, order: order++, wake: () => resume(Effect.void), isCancelled: false }
      agenda.add(sleeper)
      if (realSince !== undefined) wake()
      return Effect.sync(() => void (sleeper.isCancelled = true))
    })

  /** Wakes the next sleeper, or in real time waits until its sleep ends. False where nothing can happen any more. */
  const jump = (): boolean => {
    const sleeper = agenda.first()
    if (sleeper === undefined) return realSince !== undefined
    const left = realSince === undefined ? 0 : sleeper.until - millis()
    if (left > 0) {
      timer = Effect.zipRight(machine.sleep(Duration.millis(Math.min(left, longestWait))), Effect.sync(wake)).pipe(
        Effect.runFork
      )
      return true
    }
    agenda.removeFirst()
    moveTo(Math.max(sleeper.until, millis()))
    sleeper.wake()
    wake()
    return true
  }

  /** False where the program waits for what never comes. */
  const onQuietProgram = (): boolean => {
    timer?.unsafeInterruptAsFork(FiberId.none)
    if (current !== undefined) return true
    const resume = waitingForQuiet.shift()
    if (resume !== undefined) {
      resume()
      wake()
      return true
    }
    current = queue.shift()
    if (current === undefined) return jump()
    current.begin()
    wake()
    return true
  }

  const nanos = () => BigInt(millis()) * 1_000_000n
  const clock: VirtualClock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep,
    [TypeId]: {
      enter: (work) => {
        queue.push(work)
        wake()
      },
      leave: (work) => {
        if (current === work) current = undefined
        else if (queue.includes(work)) queue.splice(queue.indexOf(work), 1)
        wake()
      },
      onQuiet: (resume) => {
        waitingForQuiet.push(resume)
        wake()
      },
      setRealTime: (isReal) => {
        virtualNow = millis()
        realSince = isReal ? machineMillis() : undefined
        wake()
      }
    }
  }
  return { clock, onQuietProgram }
}

/** Runs the tasks of all fibers in the order in which they were scheduled. */
const makeScheduler = (wake: () => void) => {
  const tasks: Array<() => void> = []
  const scheduler = Scheduler.make(
    (task) => {
      tasks.push(task)
      wake()
    },
    () => false
  )
  /** Runs all tasks, and those that they schedule; false where there was none. */
  const drain = (): boolean => {
    if (tasks.length === 0) return false
    for (let at = 0; at < tasks.length; at++) tasks[at]!()
    tasks.length = 0
    return true
  }
  return { scheduler, drain }
}

/** The program under a clock that begins at `start`. Dies where the program waits for what never comes. */
export const run = <A, E, R>(program: Effect.Effect<A, E, R>, start: DateTime.DateTime.Input): Effect.Effect<A, E, R> =>
  Effect.zipWith(Effect.runtime<R>(), Effect.clock, (runtime, machine) =>
    Effect.async<A, E>((resume) => {
      let quiet = 0
      let isAwake = false
      let isOver = false
      const nextTurn = () => {
        if (isAwake || isOver) return
        isAwake = true
        setImmediate(turn)
      }
      const wake = () => {
        quiet = 0
        nextTurn()
      }
      const end = (result: Effect.Effect<A, E>) => {
        isOver = true
        resume(result)
      }
      const { clock, onQuietProgram } = makeDriver(DateTime.unsafeMake(start).epochMillis, machine, wake)
      const { drain, scheduler } = makeScheduler(wake)
      const turn = () => {
        isAwake = false
        const isQuiet = !drain()
        const exit = fiber.unsafePoll()
        if (exit !== null) return end(exit)
        if (!isQuiet || ++quiet < quietTurns) return nextTurn()
        if (!onQuietProgram()) return end(Effect.dieMessage("The program waits for what never comes"))
        drain()
      }
      const fiber = Runtime.runFork(runtime)(Effect.withClock(program, clock), { scheduler })
      wake()
      return Fiber.interrupt(fiber)
    })
  ).pipe(Effect.flatten)

/**
 * Work that waits for something other than the program's own fibers. In a program under {@link run} it begins when the
 * program is quiet, one at a time in the order of the calls. The clock stands still until it has ended, and its result
 * arrives when the program is quiet again. So the program's course does not depend on how long the work takes. Work
 * that itself sleeps, or does other outside work, would never end. Under any other clock this is the work itself.
 */
export const outside = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => {
    if (!isVirtual(clock)) return work
    const { enter, leave, onQuiet } = clock[TypeId]
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        let begin = () => {}
        const turn: Work = { begin: () => begin() }
        const entered = Effect.async<void>((resume) => {
          begin = () => resume(Effect.void)
          enter(turn)
        })
        const settled = Effect.async<void>((resume) => onQuiet(() => resume(Effect.void)))
        return Effect.zipRight(entered, work).pipe(
          restore,
          Effect.ensuring(Effect.sync(() => leave(turn))),
          Effect.exit,
          Effect.zipLeft(restore(settled)),
          Effect.flatten
        )
      })
    )
  })

/** The layer, built and closed {@link outside}: for servers, files and databases. */
export const layerOutside = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
  Layer.scopedContext(
    Effect.acquireRelease(Scope.make(), (scope, exit) => outside(Scope.close(scope, exit))).pipe(
      Effect.flatMap((scope) => outside(Layer.buildWithScope(layer, scope)))
    )
  )

/**
 * While it runs, the clock moves with the machine's clock: for people who watch. Under any other clock it is the effect
 * itself.
 */
export const inRealTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.clockWith((clock) => {
    if (!isVirtual(clock)) return effect
    const setRealTime = (isReal: boolean) => Effect.sync(() => clock[TypeId].setRealTime(isReal))
    return Effect.acquireUseRelease(
      setRealTime(true),
      () => effect,
      () => setRealTime(false)
    )
  })

/**
 * Sends the requests of the given `HttpClient` {@link outside}, each with its whole answer: over real sockets, one at a
 * time. The server may be part of the same program, as long as it answers without sleeping.
 */
export const layerHttpClient: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.transform((answer, request) =>
      outside(
        Effect.flatMap(answer, (response) =>
          Effect.map(response.arrayBuffer, (body) => InProcessBridge.whole(request, response, new Uint8Array(body)))
        )
      )
    )
  )
)
