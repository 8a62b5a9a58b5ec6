import * as RateLimiter from "@effect-invent/emulator/RateLimiter"
import * as MachineTime from "@effect-invent/test-support/MachineTime"
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

/** What the limiter itself leaves unused is measured in virtual time, in `RateLimitSql.test.ts`. */
const quota = { limit: 120, window: 4000 }
const leastUse = 0.9
/** The windows that are looked at until one is used that well, and shared that fairly. */
const windows = 15
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
  const limiters = models.map((model, i) =>
    RateLimiter.make({ ...quota, window: `${quota.window} millis`, model, phase: (i * quota.window) / models.length })
  )
  const { baseUrl } = yield* Sockets.serve((response, request) => {
    const refusedBy = refusing(limiters)
    arrivals.push({
      at: performance.now(),
      sender: (request.headers.authorization ?? "").replace("Bearer ", ""),
      refusedBy
    })
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

const start = (options: {
  readonly name: string
  readonly baseUrl: string
  readonly database: string
  readonly calls: number
}) =>
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

/**
 * How much of its quota a window used, and how much of that each sender had; the window lasts as long as this machine's
 * timers say.
 */
const aWindow = (arrivals: ReadonlyArray<Arrival>) =>
  Effect.gen(function* () {
    const machine = yield* MachineTime.make
    const first = arrivals.length
    yield* Effect.sleep(quota.window)
    const seen = arrivals.slice(first)
    const shareOf = ({ name }: Sender) => seen.filter(({ sender }) => sender === name).length / seen.length
    return { used: seen.length / ((machine.elapsed() / quota.window) * quota.limit), shareOf }
  }).pipe(Effect.scoped)

/** Looks at one window after the other until these senders, and no others, use one well and share it fairly. */
const shareWell = (arrivals: ReadonlyArray<Arrival>, senders: ReadonlyArray<Sender>, others: ReadonlyArray<Sender>) =>
  Effect.gen(function* () {
    const isFair = (shareOf: (sender: Sender) => number) =>
      senders.every((sender) => shareOf(sender) >= 0.5 / senders.length) &&
      others.every((sender) => shareOf(sender) === 0)
    const last = yield* Effect.repeat(aWindow(arrivals), {
      until: ({ shareOf, used }) => used >= leastUse && isFair(shareOf),
      times: windows - 1
    })
    expect(last.used).toBeGreaterThanOrEqual(leastUse)
    for (const sender of senders) expect(last.shareOf(sender), sender.name).toBeGreaterThanOrEqual(0.5 / senders.length)
    for (const sender of others) expect(last.shareOf(sender), sender.name).toBe(0)
  })

const share = (database: string, count: number) =>
  Effect.gen(function* () {
    const { arrivals, baseUrl } = yield* vendor
    const senders = yield* Effect.forEach(
      Array.from({ length: count }, (_, i) => `sender-${i}`),
      (name) => start({ name, baseUrl, database, calls: Math.ceil(80 / count) })
    )
    const haveAllStarted = () => new Set(arrivals.map(({ sender }) => sender)).size === count
    const isOver = Effect.sync(() => haveAllStarted() || senders.some(({ errors }) => errors() !== ""))
    yield* Effect.repeat(Effect.delay(isOver, "100 millis"), { until: (isOver) => isOver })
    expect(errorsOf(senders)).toBe("")

    yield* shareWell(arrivals, senders, [])
    const [victim, ...others] = senders
    yield* kill(victim!)
    expect(victim!.process.signalCode).toBe("SIGKILL")
    yield* shareWell(arrivals, others, [victim!])

    expect(errorsOf(senders)).toBe("")
    expect(arrivals.filter(({ refusedBy }) => refusedBy.length > 0)).toEqual([])
  })

const file = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rate-limit-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
).pipe(Effect.map((folder) => join(folder, "quota.db")))

const promise =
  "get no 429 from any kind of server, use the quota, share it fairly, and again after one of them is killed with -9"

// Both wait most of the time.
describe.concurrent("processes that share a quota", () => {
  it.scopedLive(`through SQLite (8 of them) ${promise}`, () => Effect.flatMap(file, (database) => share(database, 8)))

  Postgres.whereInstalled("through PostgreSQL", () => {
    it.scopedLive(`(4 of them) ${promise}`, () =>
      Effect.flatMap(Postgres.Postgres, ({ url }) => share(Redacted.value(url), 4)).pipe(
        Effect.provide(Layer.provideMerge(Postgres.client, Postgres.layer))
      )
    )
  })
})
