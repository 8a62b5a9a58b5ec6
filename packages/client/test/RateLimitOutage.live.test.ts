/** What becomes of calls while the database that their quota is in goes away under them, and when it comes back. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import type * as Settings from "@effect-invent/client/Settings"
import * as Server from "@effect-invent/postgres/Postgres"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Postgres from "./Postgres.ts"
import { models, refusals } from "./Servers.ts"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

const quota = { limit: 40, window: 1000 }
const callers = 20

/** A client that keeps its quota in this database, and when its requests arrived. */
const connect = (
  url: Redacted.Redacted,
  patience: Duration.DurationInput,
  deadlines: Settings.Options["deadlines"] = {}
) =>
  Effect.gen(function* () {
    const arrivals: Array<number> = []
    const { baseUrl } = yield* Sockets.serve((response) => {
      arrivals.push(performance.now())
      response.writeHead(200, { "content-type": "application/json" }).end("[]")
    })
    const rateLimit = RateLimitSql.layerSql({
      limit: quota.limit,
      window: Duration.millis(quota.window),
      lease: "1 seconds",
      patience
    })
    const context = yield* InventClient.layerShared({ apiKey: Redacted.make("key-1"), baseUrl, deadlines }).pipe(
      Layer.provide(Layer.provide(rateLimit, PgClient.layer({ url }))),
      Layer.provide(NodeHttpClient.layerUndici),
      Layer.build
    )
    return { invent: Context.get(context, InventClient.InventClient), arrivals }
  })

/**
 * Callers that call again and again, whatever comes of it; how their calls failed, and how many callers had one that
 * did.
 */
const callOnAndOn = (invent: InventClient.InventClient["Type"]) =>
  Effect.gen(function* () {
    const failures: Array<string> = []
    const failed = new Set<number>()
    const call = (caller: number) =>
      Effect.catchAllCause(calls.Safe(invent), (cause) => {
        const error = Cause.failureOption(cause)
        failed.add(caller)
        failures.push(Option.isSome(error) ? error.value._tag : Cause.pretty(cause))
        return Effect.sleep("10 millis")
      })
    const all = Array.from({ length: callers }, (_, caller) => Effect.forever(call(caller)))
    yield* Effect.forkScoped(Effect.all(all, { concurrency: "unbounded", discard: true }))
    return { failures, failed }
  })

const until = (isSo: () => boolean) =>
  Effect.repeat(Effect.delay(Effect.sync(isSo), "20 millis"), { until: (is) => is })

interface Database {
  readonly url: Redacted.Redacted
  readonly leave: Effect.Effect<void>
  readonly comeBack: Effect.Effect<void>
}

const stopped = Effect.map(Server.make, ({ database, start, stop }) => ({ database, leave: stop, comeBack: start }))

/** It is there, and takes what it is sent, but nothing comes back. */
const silent = Effect.gen(function* () {
  const { database, port } = yield* Server.make
  const way = yield* Sockets.wayTo(port)
  const throughIt = (url: Redacted.Redacted) => Redacted.make(Redacted.value(url).replace(`:${port}/`, `:${way.port}/`))
  return { database: Effect.map(database, throughIt), leave: way.freeze, comeBack: way.thaw }
})

const outages = { "is stopped and started again": stopped, "says nothing for a while": silent }

Postgres.whereInstalled("an outage of PostgreSQL", () => {
  for (const [what, make] of Object.entries(outages)) {
    const database = Effect.flatMap(make, ({ comeBack, database, leave }) =>
      Effect.map(database, (url): Database => ({ url, leave, comeBack }))
    )

    describe(`while the database ${what}`, () => {
      it.scopedLive(
        "calls fail with RateLimitUnavailable, nothing is sent, and then they go on by themselves within the quota",
        () =>
          Effect.gen(function* () {
            const { comeBack, leave, url } = yield* database
            const { arrivals, invent } = yield* connect(url, "500 millis")
            const { failed, failures } = yield* callOnAndOn(invent)
            yield* until(() => arrivals.length >= 2 * quota.limit)
            yield* leave
            // A caller that failed since has no request under way.
            failed.clear()
            yield* until(() => failed.size === callers)
            const before = arrivals.length
            const failuresBefore = failures.length
            yield* until(() => failures.length >= failuresBefore + 2 * callers)
            expect(arrivals.length).toBe(before)
            yield* comeBack
            yield* until(() => arrivals.length >= before + 2 * quota.limit)
            expect(new Set(failures)).toEqual(new Set(["RateLimitUnavailable"]))
            for (const model of Object.values(models))
              expect(
                refusals(
                  arrivals,
                  model(quota, () => 0.5)
                )
              ).toBe(0)
          }),
        120_000
      )

      it.scopedLive(
        "a call with the patience waits, and leaves once when it is back",
        () =>
          Effect.gen(function* () {
            const { comeBack, leave, url } = yield* database
            const { arrivals, invent } = yield* connect(url, "2 minutes")
            yield* leave
            const fiber = yield* Effect.fork(calls.Unsafe(invent))
            yield* Sockets.turns(100)
            expect(arrivals.length).toBe(0)
            yield* comeBack
            yield* Effect.exit(Fiber.join(fiber))
            expect(arrivals.length).toBe(1)
          }),
        120_000
      )

      it.scopedLive(
        "the call's own deadline still holds, and nobody waits for the database when all is over",
        () =>
          Effect.gen(function* () {
            const { leave, url } = yield* database
            const { arrivals, invent } = yield* connect(url, "2 minutes", { total: "300 millis" })
            yield* leave
            expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
              _tag: "TimedOut",
              deadline: "total",
              attempts: 0
            })
            expect(arrivals.length).toBe(0)
          }),
        30_000
      )
    })
  }
})
