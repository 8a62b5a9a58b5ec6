import * as RateLimit from "@effect-invent/client/RateLimit"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { beforeAll, describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { scale } from "../../../tools/properties/Seed.ts"
import { it } from "../../../tools/testing/it.ts"
import { models, randomOf, refusals, use, vendor } from "./Servers.ts"
import * as Vendor from "./Vendor.ts"
import * as VirtualTime from "./VirtualTime.ts"

const never = () => false
const database = SqliteClient.layer({ filename: ":memory:" })
const everyMinute = { limit: vendor.limit, window: Duration.millis(vendor.window) }
const narrow = { limit: 1, window: Duration.seconds(60) }

/**
 * With one request a minute, the next may go when a sliding counter has forgotten the last, or up to a grid of 50 ms
 * later.
 */
const twoWindows = 120_000
const grid = 50

interface Arrival {
  readonly at: number
  readonly sender: number
}

/** A database that takes its time: before each statement is executed, and after. */
const far = (random: () => number) =>
  Layer.map(database, (context) => {
    const near = Context.get(context, SqlClient.SqlClient)
    const way = Effect.suspend(() => Effect.sleep(10 * random()))
    const statement = (text: TemplateStringsArray, ...values: ReadonlyArray<string>) =>
      Effect.zipRight(way, Effect.zipLeft(near(text, ...values), way))
    const sql = Object.assign(statement, near, { withoutTransforms: () => sql }) as unknown as SqlClient.SqlClient
    return Context.make(SqlClient.SqlClient, sql)
  })

/** When the requests of several senders reach the server, each with so many calls. */
const arrivals = (calls: ReadonlyArray<number>, seed: number, isFar: boolean): ReadonlyArray<Arrival> => {
  const random = randomOf(seed)
  const latency = Effect.suspend(() => Effect.sleep(10 + random() * 290))
  const arrived: Array<Arrival> = []
  const send = (sender: number, count: number) =>
    Effect.gen(function* () {
      yield* Effect.sleep(1000 * random())
      const limit = yield* RateLimitSql.make(everyMinute)
      const arrive = Effect.map(Clock.currentTimeMillis, (at) => arrived.push({ at, sender }))
      const request = limit.permit(Effect.zipRight(latency, Effect.zipRight(arrive, latency)), never)
      yield* Effect.replicateEffect(request, count, { concurrency: "unbounded", discard: true })
    })
  VirtualTime.run(
    Effect.forEach(calls, (count, sender) => send(sender, count), { concurrency: "unbounded", discard: true }).pipe(
      Effect.scoped,
      Effect.provide(isFar ? far(random) : database)
    )
  )
  return arrived
}

const phases = 10 * scale

describe("senders that share 500 requests a minute, one-way latency of 10 to 300 ms", () => {
  const total = scale === 1 ? 2000 : 3000
  const shared = (senders: number) => Array.from({ length: senders }, () => total / senders)
  const crowds: Record<string, ReadonlyArray<number>> = {
    "two of them": shared(2),
    "four of them": shared(4),
    "eight of them": shared(8),
    "four of them, with a database far away": shared(4),
    "one of them with little to send": [total - 100, 100]
  }
  describe.each(Object.entries(crowds))("%s", (name, calls) => {
    let arrived: ReadonlyArray<Arrival> = []
    beforeAll(() => {
      arrived = arrivals(calls, calls.length, name.endsWith("far away"))
    }, 120_000)
    const times = () => arrived.map(({ at }) => at)

    for (const [kind, model] of Object.entries(models)) {
      it(`get no 429 from ${kind}, wherever its windows begin`, () => {
        expect(arrived.length).toBe(calls.reduce((sum, count) => sum + count))
        const random = randomOf(1)
        for (let phase = 0; phase < phases; phase++)
          expect(refusals(times(), model(vendor, random)), `phase ${phase}`).toBe(0)
      })
    }

    it("use at least 98 % of the quota from the third minute on", () => {
      expect(use(times())).toBeGreaterThanOrEqual(0.98)
    })

    if (!name.startsWith("one")) {
      it("each get their share of it, but for a few percent", () => {
        // The first burst is for who comes first.
        const early = arrived.slice(100, 0.7 * total)
        calls.forEach((_, sender) => {
          const own = early.filter((arrival) => arrival.sender === sender).length
          expect(Math.abs((own * calls.length) / early.length - 1), `sender ${sender}`).toBeLessThan(0.05)
        })
      })
    } else {
      it("and then the other one gets the rest", () => {
        const last = arrived.findLastIndex(({ sender }) => sender === 1)
        expect(last).toBeLessThan(300)
      })
    }
  })
})

const recorder = () => {
  const left: Array<{ readonly name: string; readonly at: number }> = []
  const request = (name: string) => Effect.map(Clock.currentTimeMillis, (at) => void left.push({ name, at }))
  return { left, request, times: () => left.map(({ at }) => at), names: () => left.map(({ name }) => name) }
}

describe("a shared rate limit", () => {
  it("holds everybody after a 429 that one of them got, and then one request of one of them tries", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const [a, b] = yield* Effect.all([RateLimitSql.make(everyMinute), RateLimitSql.make(everyMinute)])
      yield* b.permit(request("b"), never)
      yield* a.pause(Duration.seconds(10))
      yield* Effect.sleep(1)
      const call = (limit: RateLimit.RateLimit["Type"], name: string) =>
        limit.permit(Effect.zipLeft(request(name), Effect.sleep("2 seconds")), never)
      yield* Effect.all([call(a, "a"), call(b, "b"), call(a, "a"), call(b, "b")], { concurrency: "unbounded" })
    })
    VirtualTime.run(Effect.provide(Effect.scoped(program), database))
    const [, probe, ...others] = left
    expect(probe!.at).toBeGreaterThanOrEqual(10_000)
    expect(probe!.at).toBeLessThan(11_000)
    expect(others.length).toBe(3)
    for (const { at } of others) expect(at).toBeGreaterThanOrEqual(probe!.at + 2000)
    expect(others.at(-1)!.at).toBeLessThan(15_000)
  })

  it("counts what is in flight as received when its layer is released, and lets go of who waits", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const a = yield* Scope.extend(RateLimitSql.make(narrow), scope)
      const b = yield* RateLimitSql.make(narrow)
      yield* Effect.fork(a.permit(Effect.never, never))
      yield* Effect.sleep("1 seconds")
      const waiter = yield* Effect.fork(Effect.exit(a.permit(request("a"), never)))
      yield* Effect.sleep("2 seconds")
      yield* Scope.close(scope, Exit.void)
      const exit = yield* Fiber.join(waiter)
      const late = yield* Effect.exit(a.permit(request("a"), never))
      yield* b.permit(request("b"), never)
      return [exit, late]
    })
    const exits = VirtualTime.run(Effect.provide(Effect.scoped(program), database))
    const closed = Exit.fail(new RateLimit.RateLimitUnavailable({ reason: "the rate limit was closed" }))
    expect(exits).toEqual([closed, closed])
    expect(left.length).toBe(1)
    expect(left[0]!.at).toBeGreaterThanOrEqual(3000 + twoWindows)
    expect(left[0]!.at).toBeLessThanOrEqual(3000 + twoWindows + 2 * grid)
  })

  for (const lease of [1000, 10_000]) {
    it(`takes what a process had in flight for received after a lease of ${lease} ms`, () => {
      const { left, request } = recorder()
      const program = Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const a = yield* RateLimitSql.make({ ...narrow, lease })
        const scope = yield* Scope.make()
        const b = yield* Scope.extend(RateLimitSql.make({ ...narrow, lease }), scope)
        yield* Effect.fork(b.permit(Effect.never, never))
        yield* Effect.sleep(1)
        // What is written after this, nobody ever sees: as if b had been killed.
        const [row] = yield* sql<{
          readonly stamp: string
          readonly state: string
        }>`SELECT stamp, state FROM effect_invent_rate_limits`
        yield* Scope.close(scope, Exit.void)
        yield* sql`UPDATE effect_invent_rate_limits SET stamp = ${row!.stamp}, state = ${row!.state}`
        yield* a.permit(request("a"), never)
      })
      VirtualTime.run(Effect.provide(Effect.scoped(program), database))
      expect(left[0]!.at).toBeGreaterThanOrEqual(lease + twoWindows)
      expect(left[0]!.at).toBeLessThan(lease + twoWindows + 2000)
    })
  }

  it("keeps the permits of a request that takes far longer than a lease", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const [a, b] = yield* Effect.all([RateLimitSql.make(narrow), RateLimitSql.make(narrow)])
      yield* Effect.fork(a.permit(Effect.sleep("5 minutes"), never))
      yield* Effect.sleep(1)
      yield* b.permit(request("b"), never)
    })
    VirtualTime.run(Effect.provide(Effect.scoped(program), database))
    expect(left[0]!.at).toBeGreaterThanOrEqual(300_000 + twoWindows)
    expect(left[0]!.at).toBeLessThan(300_000 + twoWindows + 2000)
  })

  it("is not fooled by a step of the wall clock", () => {
    const program = VirtualTime.withSteps((stepTo) =>
      Effect.gen(function* () {
        const limit = yield* RateLimitSql.make(narrow)
        yield* limit.permit(Effect.void, never)
        stepTo(-3_600_000)
        yield* limit.permit(Effect.void, never)
        stepTo(3_600_000)
        yield* limit.permit(Effect.void, never)
      })
    )
    const end = VirtualTime.run(Effect.provide(Effect.scoped(program), database))
    expect(end).toBeGreaterThanOrEqual(2 * twoWindows)
    expect(end).toBeLessThan(2 * twoWindows + 3000)
  })

  it("keeps quotas of different names apart", () => {
    const program = Effect.gen(function* () {
      const [a, b] = yield* Effect.all([RateLimitSql.make(narrow), RateLimitSql.make({ ...narrow, name: "another" })])
      yield* a.permit(Effect.void, never)
      yield* b.permit(Effect.void, never)
      return yield* Clock.currentTimeMillis
    })
    expect(VirtualTime.run(Effect.provide(Effect.scoped(program), database))).toBeLessThan(1000)
  })

  it("refuses to share a quota that others use with another limit, and takes it over when they are gone, as if it had been used up", () => {
    const other = { limit: 2, window: Duration.seconds(60) }
    const program = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const a = yield* Scope.extend(RateLimitSql.make(narrow), scope)
      yield* Effect.fork(a.permit(Effect.never, never))
      yield* Effect.sleep(1)
      const refused = yield* Effect.flip(RateLimitSql.make(other))
      yield* Scope.close(scope, Exit.void)
      const b = yield* RateLimitSql.make(other)
      yield* b.permit(Effect.void, never)
      return { refused, at: yield* Clock.currentTimeMillis }
    })
    const { at, refused } = VirtualTime.run(Effect.provide(Effect.scoped(program), database))
    expect(String(refused)).toContain("1 requests in 60000 ms")
    expect(at).toBeGreaterThanOrEqual(60_000)
    expect(at).toBeLessThan(twoWindows)
  })

  const wrong: ReadonlyArray<readonly [string, Partial<RateLimitSql.Options>]> = [
    ["INVENT_RATE_LIMIT", { limit: 0 }],
    ["INVENT_RATE_LIMIT", { limit: 100_000 }],
    ["INVENT_RATE_WINDOW", { window: Duration.zero }],
    ["rateLimit.maxQueued", { maxQueued: 1.5 }],
    ["rateLimit.lease", { lease: Duration.infinity }],
    ["rateLimit.patience", { patience: -1 }]
  ]
  for (const [name, options] of wrong) {
    it.scoped(`refuses ${JSON.stringify(options)}, and says that it is ${name}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(RateLimitSql.make({ ...everyMinute, ...options }))
        expect(error).toMatchObject({ _op: "InvalidData", path: [name] })
      }).pipe(Effect.provide(database))
    )
  }
})

describe("a client on a shared rate limit", () => {
  it.scoped("waits for the requests of another client, too", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(database)
      const shared = Layer.provide(RateLimitSql.layerSql(narrow), Layer.succeedContext(context))
      const a = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
      const b = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
      yield* Vendor.within(0, Vendor.calls.Safe(a.invent))
      yield* Vendor.within("3 minutes", Vendor.calls.Safe(b.invent))
      expect(a.seen.length).toBe(1)
      expect(b.seen[0]!.at - a.seen[0]!.at).toBeGreaterThanOrEqual(twoWindows)
    })
  )
})

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rate-limit-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A file, as two processes have it open: the limiter's and another one's. */
const files = Effect.gen(function* () {
  const folder = yield* temporary
  const client = SqliteClient.layer({ filename: join(folder, "quota.db"), busyTimeout: 0 })
  const open = Effect.map(Layer.build(Layer.fresh(client)), Context.get(SqlClient.SqlClient))
  return { ours: yield* open, theirs: yield* open }
})

/** A file with pages so small that a row can take several. */
const crammed = Effect.gen(function* () {
  const folder = yield* temporary
  const context = yield* Layer.build(SqliteClient.layer({ filename: join(folder, "quota.db"), journalMode: "DELETE" }))
  const ours = Context.get(context, SqlClient.SqlClient)
  yield* ours`PRAGMA page_size = 512`
  return ours
})

describe("while the database does not answer", () => {
  for (const patience of [1000, 5000]) {
    it.scoped(
      `a call waits ${patience} ms and fails with RateLimitUnavailable; nothing is sent, and later calls go on`,
      () =>
        Effect.gen(function* () {
          const { ours, theirs } = yield* files
          const shared = Layer.provide(
            RateLimitSql.layerSql({ ...everyMinute, patience }),
            Layer.succeed(SqlClient.SqlClient, ours)
          )
          const { invent, seen } = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
          yield* theirs`BEGIN EXCLUSIVE`
          const fiber = yield* Effect.fork(Effect.flip(Vendor.calls.Unsafe(invent)))
          yield* TestClock.adjust(patience - 1)
          expect(yield* Vendor.isOver(fiber)).toBe(false)
          yield* TestClock.adjust(1001)
          expect(yield* Fiber.join(fiber)).toMatchObject({
            _tag: "RateLimitUnavailable",
            attempts: 0,
            reason: "database is locked"
          })
          const next = yield* Vendor.within("1 seconds", Effect.flip(Vendor.calls.Safe(invent)))
          expect(next._tag).toBe("RateLimitUnavailable")
          yield* theirs`ROLLBACK`
          expect(seen.length).toBe(0)
          yield* Vendor.within("1 seconds", Vendor.calls.Safe(invent))
          expect(seen.length).toBe(1)
        })
    )
  }

  it.scoped("the call's own deadline still holds", () =>
    Effect.gen(function* () {
      const { ours, theirs } = yield* files
      const shared = Layer.provide(RateLimitSql.layerSql(everyMinute), Layer.succeed(SqlClient.SqlClient, ours))
      const { invent } = yield* Vendor.connect(() => Vendor.json([]), { deadlines: { total: "2 seconds" } }, shared)
      yield* theirs`BEGIN EXCLUSIVE`
      const error = yield* Vendor.within("2 seconds", Effect.flip(Vendor.calls.Safe(invent)))
      expect(error).toMatchObject({ _tag: "TimedOut", deadline: "total" })
      yield* theirs`ROLLBACK`
    })
  )

  const hindrances = {
    "may not be written": { hinder: "PRAGMA query_only = 1", clear: "PRAGMA query_only = 0", reason: /readonly/ },
    "has no room left": { hinder: "PRAGMA max_page_count = 1", clear: "PRAGMA max_page_count = 100000", reason: /full/ }
  }
  for (const [name, { clear, hinder, reason }] of Object.entries(hindrances)) {
    it.scoped(`because it ${name}, calls fail and are not sent, and later calls go on`, () =>
      Effect.gen(function* () {
        const ours = yield* crammed
        const shared = Layer.provide(RateLimitSql.layerSql(everyMinute), Layer.succeed(SqlClient.SqlClient, ours))
        const { invent, seen } = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
        yield* Vendor.within("1 seconds", Vendor.calls.Safe(invent))
        yield* ours.unsafe(hinder)
        // What is known of ten seconds takes another page than what is known of a second.
        const all = Effect.replicateEffect(Effect.either(Vendor.calls.Safe(invent)), 100, { concurrency: 1 })
        const ends = yield* Vendor.within("3 minutes", all)
        const errors = ends.flatMap((end) => (Either.isLeft(end) ? [end.left] : []))
        expect(errors.length).toBeGreaterThan(0)
        for (const error of errors)
          expect(error).toMatchObject({ _tag: "RateLimitUnavailable", reason: expect.stringMatching(reason) })
        expect(seen.length).toBe(1 + ends.length - errors.length)
        yield* ours.unsafe(clear)
        yield* Vendor.within("1 seconds", Vendor.calls.Safe(invent))
      })
    )
  }

  const damages: Record<string, string> = {
    "is not what was written": "UPDATE effect_invent_rate_limits SET stamp = 'x', state = '{}'",
    "is gone": "DELETE FROM effect_invent_rate_limits",
    "has no table any more": "DROP TABLE effect_invent_rate_limits"
  }
  for (const [name, statement] of Object.entries(damages)) {
    it.scoped(`or what it holds ${name}, calls fail and nothing is sent`, () =>
      Effect.gen(function* () {
        const { ours, theirs } = yield* files
        const shared = Layer.provide(RateLimitSql.layerSql(everyMinute), Layer.succeed(SqlClient.SqlClient, ours))
        const { invent, seen } = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
        yield* theirs.unsafe(statement)
        const error = yield* Vendor.within("7 seconds", Effect.flip(Vendor.calls.Safe(invent)))
        expect(error._tag).toBe("RateLimitUnavailable")
        expect(seen.length).toBe(0)
      })
    )
  }

  it.scoped("because it is in a transaction of the caller's own, the call fails instead of waiting for itself", () =>
    Effect.gen(function* () {
      const { ours } = yield* files
      const shared = Layer.provide(RateLimitSql.layerSql(everyMinute), Layer.succeed(SqlClient.SqlClient, ours))
      const { invent, seen } = yield* Vendor.connect(() => Vendor.json([]), {}, shared)
      const error = yield* Vendor.within("10 seconds", Effect.flip(ours.withTransaction(Vendor.calls.Safe(invent))))
      expect(error).toMatchObject({ _tag: "RateLimitUnavailable", reason: "the database does not answer" })
      expect(seen.length).toBe(0)
    })
  )
})
