import * as RateLimit from "@effect-invent/client/RateLimit"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SharedLayer from "@effect-invent/test-support/SharedLayer"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Postgres from "./Postgres.ts"
import * as Sockets from "./Sockets.ts"

/** Makes limiters, each with a quota of its own. */
class Store extends Context.Tag("test/Store")<
  Store,
  { readonly make: (options: RateLimit.Options) => Effect.Effect<RateLimit.RateLimit["Type"], unknown, Scope.Scope> }
>() {}

const memory = Layer.succeed(Store, { make: RateLimit.make })

const sql = Layer.effect(
  Store,
  Effect.map(Effect.context<SqlClient.SqlClient>(), (context) => {
    let quotas = 0
    return { make: (options) => Effect.provide(RateLimitSql.make({ ...options, name: `quota ${quotas++}` }), context) }
  })
)

const stores = {
  memory,
  SQLite: Layer.provide(sql, SqliteClient.layer({ filename: ":memory:" })),
  PostgreSQL: sql.pipe(Layer.provide(Postgres.client), Layer.provide(Postgres.layer))
}

const never = () => false
const make = (limit: number, window: Duration.DurationInput, maxQueued = 100) =>
  Effect.flatMap(Store, (store) => Effect.orDie(store.make({ limit, window: Duration.decode(window), maxQueued })))

const recorder = (latency: Duration.DurationInput = 0) => {
  const left: Array<{ readonly name: number; readonly at: number }> = []
  const request = (name: number) =>
    Effect.zipRight(
      Effect.map(Clock.currentTimeMillis, (at) => left.push({ name, at })),
      Effect.sleep(latency)
    )
  return { left, request, names: () => left.map(({ name }) => name) }
}

const waitingIn = (limit: RateLimit.RateLimit["Type"], count: number) =>
  Effect.repeat(Effect.zipRight(Sockets.turns(1), limit.waiting), { until: ({ queued }) => queued === count })

/** A request that is under way until the test ends it: with a limit of one, nothing else leaves meanwhile. */
const underWay = (limit: RateLimit.RateLimit["Type"], request: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const [left, over] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const whole = Effect.zipRight(request, Effect.zipRight(Deferred.succeed(left, undefined), Deferred.await(over)))
    const fiber = yield* Effect.fork(limit.permit(whole, never))
    yield* Deferred.await(left)
    return { end: Effect.zipRight(Deferred.succeed(over, undefined), Fiber.join(fiber)) }
  })

/** What every store must do. Real time passes, so nothing is said of how soon but for what would else take a minute. */
const behavesWell = (store: Layer.Layer<Store, unknown>, name: string) =>
  describe(`a rate limit in ${name}`, () => {
    const scoped = SharedLayer.scopedTester(Layer.orDie(store), 60_000)

    scoped("lets a burst of ten out of twenty go, and not one more", () =>
      Effect.gen(function* () {
        const limit = yield* make(20, "60 seconds")
        const { request, names } = recorder()
        const fibers = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, i) => i),
          (i) => Effect.fork(limit.permit(request(i), never))
        )
        yield* Fiber.joinAll(fibers.slice(0, 10))
        expect(names()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        expect((yield* limit.waiting).queued).toBe(10)
        yield* Fiber.interruptAll(fibers)
        expect((yield* limit.waiting).queued).toBe(0)
      })
    )

    scoped("counts from the answer, and until no counter weighs it any more", () =>
      Effect.gen(function* () {
        const limit = yield* make(1, "400 millis")
        const { left, request } = recorder("300 millis")
        yield* limit.permit(request(0), never)
        yield* limit.permit(request(1), never)
        expect(left[1]!.at - left[0]!.at).toBeGreaterThanOrEqual(300 + 2 * 400)
      })
    )

    scoped("gives the permit of a request that never left to the next one at once", () =>
      Effect.gen(function* () {
        const limit = yield* make(1, "60 seconds")
        const { names, request } = recorder()
        const [isLeaving, refuse] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const refused = Effect.zipRight(
          Deferred.succeed(isLeaving, undefined),
          Effect.zipRight(Deferred.await(refuse), Effect.fail("refused"))
        )
        const first = yield* Effect.fork(Effect.flip(limit.permit(refused, () => true)))
        yield* Deferred.await(isLeaving)
        const second = yield* Effect.fork(limit.permit(request(1), never))
        yield* waitingIn(limit, 1)
        yield* Deferred.succeed(refuse, undefined)
        yield* Fiber.join(second)
        expect(yield* Fiber.join(first)).toBe("refused")
        expect(names()).toEqual([1])
      })
    )

    scoped("forgets the interrupted, and gives their turn to the others", () =>
      Effect.gen(function* () {
        const limit = yield* make(1, "300 millis")
        const { names, request } = recorder()
        const { end } = yield* underWay(limit, request(0))
        const interrupted = yield* Effect.forEach([1, 2, 3], (name) => Effect.fork(limit.permit(request(name), never)))
        const fiber = yield* Effect.fork(limit.permit(request(4), never))
        yield* waitingIn(limit, 4)
        yield* Fiber.interruptAll(interrupted)
        yield* end
        yield* Fiber.join(fiber)
        expect(names()).toEqual([0, 4])
      })
    )

    scoped("serves the lanes in the order of their urgency", () =>
      Effect.gen(function* () {
        const limit = yield* make(1, "100 millis")
        const { names, request } = recorder()
        const { end } = yield* underWay(limit, request(0))
        const lanes: ReadonlyArray<readonly [RateLimit.Lane, number]> = [
          ["watch", 4],
          ["send", 3],
          ["verify", 2],
          ["stop", 1]
        ]
        const fibers = yield* Effect.forEach(lanes, ([lane, name]) =>
          Effect.zipLeft(Effect.fork(RateLimit.withLane(lane)(limit.permit(request(name), never))), Effect.yieldNow())
        )
        yield* waitingIn(limit, 4)
        yield* end
        yield* Fiber.joinAll(fibers)
        expect(names()).toEqual([0, 1, 2, 3, 4])
      })
    )

    scoped("holds everybody while it is paused", () =>
      Effect.gen(function* () {
        const limit = yield* make(100, "60 seconds")
        const { left, request } = recorder()
        const start = yield* Clock.currentTimeMillis
        yield* limit.pause(Duration.seconds(1))
        yield* limit.permit(request(0), never)
        expect(left[0]!.at - start).toBeGreaterThanOrEqual(990)
      })
    )

    scoped("refuses one more than may wait, and says for how long it would have", () =>
      Effect.gen(function* () {
        const limit = yield* make(1, "60 seconds", 2)
        yield* limit.permit(Effect.void, never)
        const fibers = yield* Effect.forEach([1, 2], () => Effect.fork(limit.permit(Effect.void, never)))
        yield* waitingIn(limit, 2)
        const error = yield* Effect.flip(limit.permit(Effect.void, never))
        expect(error).toMatchObject({ _tag: "QueueFull", queued: 2 })
        expect(error._tag === "QueueFull" && Duration.toSeconds(error.expectedWait)).toBeGreaterThan(120)
        yield* Fiber.interruptAll(fibers)
      })
    )
  })

behavesWell(stores.memory, "memory")
behavesWell(stores.SQLite, "SQLite")
Postgres.whereInstalled("a rate limit in PostgreSQL", () => behavesWell(stores.PostgreSQL, "PostgreSQL"))
