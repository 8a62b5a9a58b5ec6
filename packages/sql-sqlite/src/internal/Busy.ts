/**
 * Waits for the lock of another connection. SQLite's own waiting keeps the event loop from everything else, so it is
 * short; after it the statement is run again by the clock, and the program goes on meanwhile.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { hasCode, ResultCode } from "../SqliteError.ts"

/** The longest wait within SQLite. */
export const longestBlock = Duration.millis(10)

const firstPause = Duration.millis(10)
const longestPause = Duration.millis(100)

/** What a transaction has read is no longer the latest: it would be refused for ever, and has to begin anew. */
const isOutdated = (error: SqlError) => hasCode(error, ResultCode.BusySnapshot)

const isBusy = (error: SqlError) => hasCode(error, ResultCode.Busy) && !isOutdated(error)

/**
 * Runs what failed because of another connection's lock again, until `timeout` has passed. `pause` is how it waits in
 * between.
 */
export const patiently =
  (timeout: Duration.Duration, pause: (duration: Duration.Duration) => Effect.Effect<void> = Effect.sleep) =>
  <A, R>(run: Effect.Effect<A, SqlError, R>): Effect.Effect<A, SqlError, R> => {
    const again = (error: SqlError, until: bigint, wait: Duration.Duration): Effect.Effect<A, SqlError, R> =>
      Effect.flatMap(Clock.currentTimeNanos, (now) => {
        if (!isBusy(error) || now >= until) return Effect.fail(error)
        return pause(Duration.min(wait, Duration.nanos(until - now))).pipe(
          Effect.zipRight(run),
          Effect.catchAll((error) => again(error, until, Duration.min(Duration.times(wait, 2), longestPause)))
        )
      })
    const nanos = BigInt(Math.ceil(Duration.toMillis(timeout) * 1e6))
    return Effect.catchAll(run, (error) =>
      isBusy(error)
        ? Effect.flatMap(Clock.currentTimeNanos, (now) => again(error, now + nanos, firstPause))
        : Effect.fail(error)
    )
  }
