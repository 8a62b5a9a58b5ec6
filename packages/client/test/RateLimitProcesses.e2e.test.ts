import * as RateLimiter from "@effect-invent/emulator/RateLimiter"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Postgres from "./Postgres.ts"
import * as Sockets from "./Sockets.ts"

/**
 * Slow enough that a machine where what is due comes 100 ms late loses a percent, and a very busy one the rest. What the
 * limiter itself leaves unused is measured in virtual time, in `RateLimitSql.test.ts`.
 */
const quota = { limit: 120, window: 4000 }
const leastUse = 0.9
const lease = 3000
const models = ["fixed", "sliding", "bucket", "counter"] as const

interface Arrival {
  readonly at: number
  readonly sender: string
  readonly refusedBy: ReadonlyArray<RateLimiter.Model>
}

const refusing = (limiters: ReadonlyArray<RateLimiter.RateLimiter["Type"]>) =>
  limiters.filter(({ check }) => !Effect.runSync(check("us")).allowed).map(({ limit }) => limit.model)

/** A vendor that has all four kinds of rate limit at once, each with windows of its own. */
const vendor = Effect.gen(function* () {
  const arrivals: Array<Arrival> = []
  const limiters = models.map((model, i) => RateLimiter.make({ ...quota, window: `${quota.window} millis`, model, phase: (i * quota.window) / models.length }))
  const { baseUrl } = yield* Sockets.serve((response, request) => {
    const refusedBy = refusing(limiters)
    arrivals.push({ at: performance.now(), sender: (request.headers.authorization ?? "").replace("Bearer ", ""), refusedBy })
    response.writeHead(refusedBy.length === 0 ? 200 : 429, { "content-type": "application/json" }).end("[]")
  })
  return { baseUrl, arrivals }
})

const program = fileURLToPath(new URL("Sender.mjs", import.meta.url))

interface Sender {
  readonly name: string
  readonly process: ChildProcess
  readonly errors: () => string
}

const start = (options: { readonly name: string; readonly baseUrl: string; readonly database: string; readonly calls: number }) =>
  Effect.acquireRelease(
    Effect.sync((): Sender => {
      const given = JSON.stringify({ ...options, ...quota, lease })
      const child = spawn(process.execPath, [program, given], { stdio: ["ignore", "inherit", "pipe"], env: {} })
      let errors = ""
      child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()))
      return { name: options.name, process: child, errors: () => errors }
    }),
    (sender) => kill(sender)
  )

const errorsOf = (senders: ReadonlyArray<Sender>) => senders.map(({ errors }) => errors()).join("")

const kill = ({ process }: Sender) =>
  Effect.async<void>((resume) => {
    if (process.exitCode !== null || process.signalCode !== null) return resume(Effect.void)
    process.once("exit", () => resume(Effect.void))
    process.kill("SIGKILL")
  })

const windows = (count: number) => Effect.sleep(count * quota.window)

/** Looks at one window after the other until one is used well, and tells how well, and who sent how much of all. */
const observe = (arrivals: ReadonlyArray<Arrival>) =>
  Effect.gen(function* () {
    const first = arrivals.length
    const aWindow = Effect.gen(function* () {
      const [before, from] = [arrivals.length, performance.now()]
      yield* windows(1)
      const allowed = ((performance.now() - from) / quota.window) * quota.limit
      return (arrivals.length - before) / allowed
    })
    const used = yield* Effect.repeat(aWindow, { until: (used) => used >= leastUse, times: 9 })
    const seen = arrivals.slice(first)
    return { used, shareOf: (name: string) => seen.filter(({ sender }) => sender === name).length / seen.length }
  })

const share = (database: string, count: number) =>
  Effect.gen(function* () {
    const { arrivals, baseUrl } = yield* vendor
    const senders = yield* Effect.forEach(Array.from({ length: count }, (_, i) => `sender-${i}`), (name) =>
      start({ name, baseUrl, database, calls: Math.ceil(80 / count) })
    )
    const haveAllStarted = () => new Set(arrivals.map(({ sender }) => sender)).size === count
    const isOver = Effect.sync(() => haveAllStarted() || senders.some(({ errors }) => errors() !== ""))
    yield* Effect.repeat(Effect.delay(isOver, "100 millis"), { until: (isOver) => isOver })
    expect(errorsOf(senders)).toBe("")

    yield* windows(2)
    const together = yield* observe(arrivals)
    expect(together.used).toBeGreaterThanOrEqual(leastUse)
    for (const { name } of senders) expect(together.shareOf(name), name).toBeGreaterThanOrEqual(0.5 / count)

    const [victim, ...others] = senders
    yield* kill(victim!)
    expect(victim!.process.signalCode).toBe("SIGKILL")
    yield* Effect.sleep(lease)
    yield* windows(2)
    const without = yield* observe(arrivals)
    expect(without.used).toBeGreaterThanOrEqual(leastUse)
    expect(without.shareOf(victim!.name)).toBe(0)
    for (const { name } of others) expect(without.shareOf(name), name).toBeGreaterThanOrEqual(0.5 / others.length)

    expect(errorsOf(senders)).toBe("")
    expect(arrivals.filter(({ refusedBy }) => refusedBy.length > 0)).toEqual([])
  })

const file = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rate-limit-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
).pipe(Effect.map((folder) => join(folder, "quota.db")))

const promise = "get no 429 from any kind of server, use the quota, share it fairly, and again after one of them is killed with -9"

// Both wait most of the time.
describe.concurrent("processes that share a quota through SQLite", () => {
  it.scopedLive(`(8 of them) ${promise}`, () => Effect.flatMap(file, (database) => share(database, 8)), 300_000)
})

Postgres.whereInstalled("processes that share a quota through PostgreSQL", () => {
  describe.concurrent("processes that share a quota through PostgreSQL", () => {
    it.scopedLive(
      `(4 of them) ${promise}`,
      () =>
        Effect.flatMap(Postgres.Postgres, ({ url }) => share(Redacted.value(url), 4)).pipe(
          Effect.provide(Layer.provideMerge(Postgres.client, Postgres.layer))
        ),
      300_000
    )
  })
})
