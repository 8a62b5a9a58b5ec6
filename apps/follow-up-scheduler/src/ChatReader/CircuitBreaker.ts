/**
 * Finds out whether the service answers. After {@link tolerated} failures in a row no follow-up is begun and no chat is
 * read, except for one read after each pause, which finds out whether the outage is over. What is under way is still
 * finished; what waits stays due.
 */
import type { RepeatableError } from "@effect-invent/domain/InventError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Telemetry from "../Telemetry.ts"

/** How many failures in a row count as an outage. A refused API key counts as one at once. */
export const tolerated = 10
/** The first pause of an outage. Each further pause is twice as long, up to {@link longestPause}. */
export const shortestPause = Duration.seconds(2)
/** The longest pause between two reads in an outage. */
export const longestPause = Duration.minutes(2)

/** Whether reads of chats may begin. Its state is in memory: each process finds an outage by itself. */
export class CircuitBreaker extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader/CircuitBreaker")<
  CircuitBreaker,
  {
    /** Whether a read may begin. Always true outside an outage; in one, true once after each pause. */
    readonly mayLook: Effect.Effect<boolean>
    /** Waits until a read may begin. */
    readonly turn: Effect.Effect<void>
    /**
     * Runs a read and counts how it ends. A success ends the outage; 5xx, lost or failed connections and timeouts count
     * as failures; a refused key begins an outage at once; other errors change nothing.
     */
    readonly learn: <A, E, R>(look: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  }
>() {}

const failures: ReadonlyArray<unknown> = [
  "ServerFault",
  "ConnectionFailed",
  "ConnectionLost",
  "TimedOut"
] satisfies ReadonlyArray<RepeatableError["_tag"]>

/** Whether the service refuses the key: every other read would fail the same way. */
const isRefusal = (error: unknown): boolean => Predicate.isTagged(error, "Unauthorized")

const isFailure = (error: unknown): boolean => Predicate.hasProperty(error, "_tag") && failures.includes(error._tag)

const setOutage = (isOutage: boolean) => Metric.set(Telemetry.outage, Number(isOutage))

/** Builds a breaker that is closed, and sets the metric `invent.scheduler.outage` to 0. */
export const make = Effect.map(setOutage(false), (): CircuitBreaker["Type"] => {
  let inARow = 0
  let pause = Duration.zero
  let nextAt = 0

  const wait = (now: number, next: Duration.Duration) => {
    pause = Duration.min(next, longestPause)
    nextAt = now + Duration.toMillis(pause)
  }

  const mayLook = Effect.map(MonotonicClock.millis, (now) => {
    if (inARow < tolerated) return true
    if (now < nextAt) return false
    wait(now, Duration.times(pause, 2))
    return true
  })

  const begin = (now: number, words: string) => {
    wait(now, shortestPause)
    return Effect.zipRight(
      setOutage(true),
      Effect.logWarning(`${words}: it is only probed, every 2 s to 2 min, until it answers`)
    )
  }

  const failed = Effect.flatMap(MonotonicClock.millis, (now) => {
    inARow++
    return inARow === tolerated ? begin(now, `the service failed ${tolerated} times in a row`) : Effect.void
  })

  const refused = Effect.flatMap(MonotonicClock.millis, (now) => {
    if (inARow >= tolerated) return Effect.void
    inARow = tolerated
    return begin(now, "the service refuses the API key")
  })

  const answered = Effect.suspend(() => {
    const isOver = inARow >= tolerated
    inARow = 0
    return isOver ? Effect.zipRight(setOutage(false), Effect.logInfo("the service answers again")) : Effect.void
  })

  const turn: Effect.Effect<void> = Effect.flatMap(mayLook, (yes) =>
    yes
      ? Effect.void
      : Effect.flatMap(MonotonicClock.millis, (now) =>
          Effect.sleep(Duration.millis(Math.max(1, nextAt - now))).pipe(Effect.zipRight(turn))
        )
  )

  return {
    mayLook,
    turn,
    learn: (look) =>
      Effect.tapBoth(look, {
        onFailure: (error) => (isRefusal(error) ? refused : isFailure(error) ? failed : Effect.void),
        onSuccess: () => answered
      })
  }
})

/** One breaker for the process. */
export const layer = Layer.effect(CircuitBreaker, make)
