/**
 * Whether the service answers. After some failures in a row it is left alone, twice as long each time, and then one look asks
 * whether it is over. What is under way is seen through all the same; what waits stays due, and loses nothing but time.
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

/** So many failures in a row are an outage; that the key is refused is one at once. */
export const tolerated = 10
export const shortestPause = Duration.seconds(2)
export const longestPause = Duration.minutes(2)

export class CircuitBreaker extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader/CircuitBreaker")<
  CircuitBreaker,
  {
    /** Whether a look may begin: always, but for one at a time in an outage. */
    readonly mayLook: Effect.Effect<boolean>
    /** Waits until it may. */
    readonly turn: Effect.Effect<void>
    /** Learns from how a look ends. */
    readonly learn: <A, E, R>(look: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  }
>() {}

const failures: ReadonlyArray<unknown> = ["ServerFault", "ConnectionFailed", "ConnectionLost", "TimedOut"] satisfies ReadonlyArray<RepeatableError["_tag"]>

/** No other look would be answered otherwise. */
const isRefusal = (error: unknown): boolean => Predicate.isTagged(error, "Unauthorized")

const isFailure = (error: unknown): boolean => Predicate.hasProperty(error, "_tag") && failures.includes(error._tag)

const tell = (isOutage: boolean) => Metric.set(Telemetry.outage, Number(isOutage))

export const make = Effect.map(tell(false), (): CircuitBreaker["Type"] => {
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
    return Effect.zipRight(tell(true), Effect.logWarning(`${words}: it is left alone, and asked now and then`))
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
    return isOver ? Effect.zipRight(tell(false), Effect.logInfo("the service answers again")) : Effect.void
  })

  const turn: Effect.Effect<void> = Effect.flatMap(mayLook, (yes) =>
    yes
      ? Effect.void
      : Effect.flatMap(MonotonicClock.millis, (now) => Effect.zipRight(Effect.sleep(Duration.millis(Math.max(1, nextAt - now))), turn))
  )

  return {
    mayLook,
    turn,
    learn: (look) => Effect.tapBoth(look, { onFailure: (error) => (isRefusal(error) ? refused : isFailure(error) ? failed : Effect.void), onSuccess: () => answered })
  }
})

export const layer = Layer.effect(CircuitBreaker, make)
