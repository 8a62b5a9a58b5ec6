/**
 * The rate limit of several processes that spend one quota, on one machine or on many, through a database that they
 * share: SQLite or PostgreSQL. The rule is that of `RateLimit`, its state is one row, and a permit is given out by one
 * compare-and-set.
 *
 * - Between processes that wait, permits go in turn; inside a process, by lane and in order.
 * - A 429 holds all of them, and one request of one of them tries afterwards.
 * - What a killed process had in flight counts as received one lease after its last report.
 * - While the database does not answer nothing is sent: calls wait for `patience`, and then fail with
 *   `RateLimitUnavailable`.
 *
 * On PostgreSQL the clock is the database's. Give it a `SqlClient` of its own, outside your transactions. On SQLite set
 * `PRAGMA busy_timeout` there to some 100 ms: the driver blocks its whole process while another one writes.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { duration, refuse, whole } from "./internal/pipeline/ValidateOption.ts"
import * as SharedLimiter from "./internal/rateLimit/SharedLimiter.ts"
import * as MonotonicClock from "./internal/pipeline/MonotonicClock.ts"
import { mostPerCell } from "./internal/rateLimit/QuotaModel.ts"
import * as SharedQuotaModel from "./internal/rateLimit/SharedQuotaModel.ts"
import * as RateLimit from "./RateLimit.ts"

/** All processes that share a quota must agree on `name`, `limit` and `window`. */
export interface Options extends RateLimit.Options {
  /** Which quota, if the database holds several. Default: `invent`. */
  readonly name?: string
  /**
   * After how long a silent process is taken for dead, and what it had in flight for received. Longer than a request
   * needs to the vendor at worst, and than a process may stand still. Default: 10 seconds.
   */
  readonly lease?: Duration.DurationInput
  /** How long a call waits for a database that does not answer. Default: 5 seconds. */
  readonly patience?: Duration.DurationInput
}

/** 500 requests a minute, in the row `invent`; 10 seconds of lease, and 5 seconds of patience with the database. */
export const defaults = {
  ...RateLimit.defaults,
  name: "invent",
  lease: Duration.seconds(10),
  patience: Duration.seconds(5)
} as const satisfies Options

interface Row {
  /** Another one with each change. */
  readonly stamp: string
  readonly state: string
}

interface Store {
  /** The row now, and what the common clock shows. */
  readonly read: Effect.Effect<(Row & { readonly clock: number }) | undefined, SqlError>
  /** Whether the row was still as it was found. */
  readonly replace: (found: Row, by: Row) => Effect.Effect<boolean, SqlError>
}

const openStore = (
  name: string
): Effect.Effect<
  Store & { readonly create: (row: Row) => Effect.Effect<void, SqlError> },
  ConfigError.ConfigError,
  SqlClient.SqlClient
> =>
  Effect.flatMap(SqlClient.SqlClient, (client) => {
    const sql = client.withoutTransforms()
    // The clock is looked at last: then it shows no less than to the writer of the row, and time runs at one speed for
    // all.
    const inProcess = Effect.flatMap(
      sql<Row>`SELECT stamp, state FROM effect_invent_rate_limits WHERE name = ${name}`,
      ([row]) => Effect.map(Clock.currentTimeMillis, (clock) => row && { ...row, clock })
    )
    const inDatabase = Effect.map(
      sql<Row & { readonly clock: number }>`
        SELECT stamp, state, extract(epoch FROM clock_timestamp())::float8 * 1000 AS clock
        FROM effect_invent_rate_limits WHERE name = ${name}`,
      ([row]) => row
    )
    const read = sql.onDialectOrElse({ sqlite: () => inProcess, pg: () => inDatabase, orElse: () => undefined })
    if (read === undefined) return Effect.fail(ConfigError.Unsupported(["RateLimitSql"], "needs SQLite or PostgreSQL"))
    return Effect.succeed({
      read,
      replace: (found, by) =>
        Effect.map(
          sql`UPDATE effect_invent_rate_limits SET stamp = ${by.stamp}, state = ${by.state}
            WHERE name = ${name} AND stamp = ${found.stamp} RETURNING stamp`,
          (rows) => rows.length > 0
        ),
      create: ({ stamp, state }) =>
        Effect.zipRight(
          sql`CREATE TABLE IF NOT EXISTS effect_invent_rate_limits
            (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, state TEXT NOT NULL)`,
          sql`INSERT INTO effect_invent_rate_limits (name, stamp, state)
            VALUES (${name}, ${stamp}, ${state}) ON CONFLICT DO NOTHING`
        )
    })
  })

const unavailable = (reason: string) => Effect.fail(new RateLimit.RateLimitUnavailable({ reason }))

/** An error of a connection that failed on several addresses has no message. */
const reasonOf = ({ cause, message }: SqlError) =>
  cause instanceof Error && cause.message !== "" ? cause.message : (message ?? "the database failed")

/** Reads, works out the reply, and writes; from the start when another process wrote in between. */
const exchangeWith = (store: Store, quota: SharedQuotaModel.SharedQuota, nextStamp: () => string) => {
  const exchange = (
    request: SharedQuotaModel.Request
  ): Effect.Effect<SharedQuotaModel.Reply, SqlError | SharedQuotaModel.Unfit | RateLimit.RateLimitUnavailable> =>
    Effect.flatMap(store.read, (found) =>
      found === undefined
        ? unavailable("the row of the quota is gone")
        : Effect.flatMap(MonotonicClock.millis, (now) =>
            Effect.flatMap(quota.answer(found.state, found.clock, now, request), ([reply, state]) =>
              Effect.flatMap(store.replace(found, { stamp: nextStamp(), state }), (isReplaced) =>
                isReplaced ? Effect.succeed(reply) : exchange(request)
              )
            )
          )
    )
  return exchange
}

/**
 * Leaves an effect to itself that takes longer. Most take no time at all, and then a timer would be most of the work;
 * what waits for a dead connection, on the other hand, may not even be interruptible.
 */
const within = <A, E>(
  millis: number,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E | RateLimit.RateLimitUnavailable> =>
  Effect.forkDaemon(effect).pipe(
    Effect.zipLeft(Effect.yieldNow()),
    Effect.flatMap((fiber) =>
      Effect.flatMap(fiber.poll, (exit): Effect.Effect<A, E | RateLimit.RateLimitUnavailable> => {
        if (exit._tag === "Some") return exit.value
        const joined = Effect.timeoutFail(Fiber.join(fiber), {
          duration: millis,
          onTimeout: () => new RateLimit.RateLimitUnavailable({ reason: "the database does not answer" })
        })
        return Effect.onError(joined, () => Fiber.interruptFork(fiber))
      })
    )
  )

/** No two processes have the same, not even when both were started with the same seed. */
const makeName = Effect.map(
  Effect.all([Effect.clock, Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)]),
  ([clock, random]) => `${clock.unsafeCurrentTimeNanos().toString(36)}-${random.toString(36)}`
)

const isNothing = { returned: [], inFlight: 0, pause: undefined, wanted: 0 } satisfies SharedQuotaModel.Request

const check = (options: Options) =>
  Either.all({
    limit: Either.flatMap(whole("INVENT_RATE_LIMIT", options.limit), (limit) =>
      limit <= mostPerCell
        ? Either.right(limit)
        : refuse("INVENT_RATE_LIMIT", `must be at most ${mostPerCell} to be shared`)
    ),
    window: Either.map(duration("INVENT_RATE_WINDOW", options.window, 1), Duration.toMillis),
    maxQueued: whole("rateLimit.maxQueued", options.maxQueued ?? defaults.maxQueued),
    lease: Either.map(duration("rateLimit.lease", options.lease ?? defaults.lease, 1), Duration.toMillis),
    patience: Either.map(duration("rateLimit.patience", options.patience ?? defaults.patience, 1), Duration.toMillis)
  })

/**
 * Fails when the options are out of range, when others use this quota with another limit, or when the database is not
 * there.
 */
export const make = (
  options: Options = defaults
): Effect.Effect<RateLimit.RateLimit["Type"], SqlError | ConfigError.ConfigError, SqlClient.SqlClient | Scope.Scope> =>
  Effect.gen(function* () {
    const terms = yield* check(options)
    const self = yield* makeName
    const quota = SharedQuotaModel.make(terms, self)
    const store = yield* openStore(options.name ?? defaults.name)
    let stamps = 0
    const exchange = exchangeWith(store, quota, () => `${self}.${stamps++}`)
    // PostgreSQL fails when two create the same table at the same time.
    yield* Effect.retry(store.create({ stamp: self, state: quota.unused }), { times: 3 })
    yield* Effect.catchTags(exchange(isNothing), {
      Unfit: ({ reason }) => Effect.fail(ConfigError.InvalidData(["INVENT_RATE_LIMIT"], reason)),
      RateLimitUnavailable: ({ reason }) => Effect.fail(ConfigError.InvalidData(["rateLimit.name"], reason))
    })
    const ask = (request: SharedQuotaModel.Request) =>
      within(terms.patience / 2, exchange(request)).pipe(
        Effect.catchTags({
          SqlError: (error) => unavailable(reasonOf(error)),
          Unfit: ({ reason }) => unavailable(reason)
        }),
        Effect.withTracerEnabled(false)
      )
    return yield* SharedLimiter.make({ ...terms, ask, expected: quota.expected })
  })

/** As `RateLimit.layerMemory`, for all processes that use the same row of the same database. */
export const layerSql = (
  options: Options = defaults
): Layer.Layer<RateLimit.RateLimit, SqlError | ConfigError.ConfigError, SqlClient.SqlClient> =>
  Layer.scoped(RateLimit.RateLimit, make(options))
