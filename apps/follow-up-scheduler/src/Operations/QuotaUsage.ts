/** Measures how much of the vendor's quota this process uses, for the page and the metrics. */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Settings from "@effect-invent/client/Settings"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as QuotaShares from "../Ledger/QuotaShares.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Telemetry from "../Telemetry.ts"

/**
 * The state of the quota at one moment, as this process sees it. Requests of other programs with the same key are not
 * counted.
 */
export interface Reading extends RateLimit.Waiting {
  readonly limit: number
  readonly window: Duration.Duration
  /** Requests that were answered within the last window. */
  readonly used: number
  /** Requests under a permit that were not answered yet. */
  readonly reserved: number
}

/** The measured quota: `reading` gives its state now. */
export class QuotaUsage extends Context.Tag("@effect-invent/follow-up-scheduler/Operations/QuotaUsage")<
  QuotaUsage,
  {
    readonly reading: Effect.Effect<Reading>
    /** A name for this process that no other has. */
    readonly process: string
  }
>() {}

const make = (rateLimit: RateLimit.RateLimit["Type"], process: string, { limit, window: per }: RateLimit.Options) => {
  const window = Duration.decode(per)
  const answered: Array<number> = []
  let reserved = 0

  const forget = (now: number) => {
    const first = answered.findIndex((at) => at > now - Duration.toMillis(window))
    answered.splice(0, first === -1 ? answered.length : first)
  }

  const count = <A, E, R>(request: Effect.Effect<A, E, R>, neverLeft: (error: E) => boolean) =>
    Effect.suspend(() => {
      reserved++
      return Effect.onExit(request, (exit) =>
        Effect.map(MonotonicClock.millis, (now) => {
          reserved--
          forget(now)
          if (!(exit._tag === "Failure" && exit.cause._tag === "Fail" && neverLeft(exit.cause.error)))
            answered.push(now)
        })
      )
    })

  const metered: RateLimit.RateLimit["Type"] = {
    ...rateLimit,
    permit: (request, neverLeft) => rateLimit.permit(count(request, neverLeft), neverLeft)
  }
  const reading = Effect.zipWith(rateLimit.waiting, MonotonicClock.millis, (waiting, now): Reading => {
    forget(now)
    return { ...waiting, limit, window, used: answered.length, reserved }
  })
  return Context.make(RateLimit.RateLimit, metered).pipe(Context.add(QuotaUsage, { reading, process }))
}

/** Sets the metrics of the quota every 15 seconds, until it is interrupted. */
export const measuring = Effect.flatMap(QuotaUsage, ({ reading }) =>
  Effect.repeat(Effect.flatMap(reading, Telemetry.quotaMeasured), Schedule.spaced(Telemetry.countEvery))
)

/**
 * Records the share of this process every 5 seconds, until it is interrupted. A file of SQLite has one scheduler only:
 * there nothing is recorded. A failure of the database is logged, and the next record comes at its time.
 */
export const sharing = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { process, reading } = yield* QuotaUsage
  const { record } = QuotaShares.make(sql)
  const once = Effect.flatMap(reading, (share) => record(process, share)).pipe(
    Effect.catchAll((error) => Effect.logDebug("the use of the quota was not recorded", error))
  )
  const recording = Effect.repeat(once, Schedule.spaced(QuotaShares.recordEvery))
  yield* sql.onDialectOrElse({ pg: () => Effect.asVoid(recording), orElse: () => Effect.void })
})

/** Puts the meter around the limiter of the context. */
export const layer = (
  options: RateLimit.Options
): Layer.Layer<QuotaUsage | RateLimit.RateLimit, never, RateLimit.RateLimit> =>
  Layer.effectContext(
    Effect.zipWith(RateLimit.RateLimit, Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER), (rateLimit, random) =>
      make(rateLimit, random.toString(36), options)
    )
  )

/** The same, with the limit that the environment gives. */
export const layerConfig = Layer.unwrapEffect(Effect.map(Settings.rateLimitConfig, layer))
