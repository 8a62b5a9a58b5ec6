/**
 * Each fault in turn under a running `serve`, and what a supervisor and a person hear of it: over a server that knows no code of
 * ours, a plain listener in place of a chat program, and the built program.
 */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const key = "inv_key_that_is_secret"
const words = "Do you ship to Malta, asks Ada?"

const policy = (after: string) => `name: plain
version: 1
effective_from: all
time_zone: UTC
arm_lead: 1 second
confirm_after: 1 second
steps:
  - { after: ${after}, action: schedule_follow_up }
`

/** Takes what is posted; `refusals` of them it answers with 503 first. */
const receiver = (refusals: number) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: http.Server; readonly heard: Array<string>; readonly url: string }>((resume) => {
      const heard: Array<string> = []
      let left = refusals
      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const isRefused = left-- > 0
          if (!isRefused) heard.push((JSON.parse(Buffer.concat(chunks).toString()) as { readonly text: string }).text)
          response.writeHead(isRefused ? 503 : 200).end()
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` })))
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

const until = (condition: () => boolean) => Effect.repeat(Effect.sync(condition), { schedule: Schedule.spaced("20 millis"), until: (yes) => yes })

interface World {
  broken: ReturnType<NonNullable<PlainVendor.Options["broken"]>>
  date: () => string
}

/** A `serve` whose times are short, over a service that the test can break. */
const serving = ({ after = "1 hour", env = {}, isMortal = false, refusals = 0 }: { after?: string; env?: Record<string, string>; isMortal?: boolean; refusals?: number }) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy(after))
    const world: World = { broken: undefined, date: () => new Date().toUTCString() }
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    const messages = [{ by: "contact", at: since, text: words }, { by: "assistant", at: since, text: "We do." }] as const
    const vendor = yield* PlainVendor.serve({
      chats: { chat_of_ada: { messages } },
      since,
      now: () => new Date().toISOString(),
      date: () => world.date(),
      broken: () => world.broken
    })
    const { heard, url } = yield* receiver(refusals)
    const running = yield* Process.start(["serve", "--policy", "policy.yaml", "--inbox", "--every", "1 second", "--db", "a.db", "--health-port", "0"], {
      cwd,
      isMortal,
      env: {
        INVENT_API_KEY: key,
        INVENT_BASE_URL: vendor.url,
        INVENT_RATE_LIMIT: "1000",
        FOLLOW_UPS_SWEEP_EVERY: "200 millis",
        FOLLOW_UPS_PAUSED_FOR: "1 second",
        FOLLOW_UPS_THROTTLED_FOR: "2 seconds",
        FOLLOW_UPS_ALERT_URL: url,
        ...env
      }
    })
    const [, port = ""] = yield* running.prints(/Health is told at \S+:(\d+)/)
    const ask = (path: string) => Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`).then(async (answer) => ({ status: answer.status, text: await answer.text() })))
    yield* Effect.repeat(ask("/readyz"), { schedule: Schedule.spaced("100 millis"), until: ({ status }) => status === 200 })
    const inLedger = <A, E>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
      Effect.flatMap(SqlClient.SqlClient, use).pipe(Effect.provide(SqliteClient.layer({ filename: `${cwd}/a.db` })))
    // Until it has looked at the chat: before that, a service that refuses it ends it.
    yield* inLedger((sql) => Effect.repeat(sql`SELECT 1 FROM follow_ups`, { schedule: Schedule.spaced("50 millis"), until: (rows) => rows.length > 0 }))
    const command = (...args: ReadonlyArray<string>) => Process.run([...args, "--db", "a.db"], { cwd })
    return { ask, command, heard, inLedger, running, vendor, world }
  })

type Serving = Effect.Effect.Success<ReturnType<typeof serving>>

interface Fault {
  readonly begin: (serving: Serving) => Effect.Effect<unknown, unknown, FileSystem.FileSystem>
  readonly end: (serving: Serving) => Effect.Effect<unknown, unknown, FileSystem.FileSystem>
  /** How what is heard begins. */
  readonly alert: string
  /** The name by which `/readyz` gives it as a reason; undefined where it goes on being ready. */
  readonly reason?: string
  readonly env?: Record<string, string>
}

const breaking = (status: number) => ({ world }: Serving) => Effect.sync(() => void (world.broken = { status, body: "{}" }))
const mending = ({ world }: Serving) => Effect.sync(() => void (world.broken = undefined))
/** Waits until the only follow-up is there. */
const unknown = (status: "planned" | "unknown") => ({ inLedger }: Serving) =>
  inLedger((sql) => Effect.repeat(sql`UPDATE follow_ups SET status = ${status} RETURNING key`, { schedule: Schedule.spaced("50 millis"), until: (rows) => rows.length === 1 }))

const faults: Readonly<Record<string, Fault>> = {
  "the key is revoked": { begin: breaking(401), end: mending, alert: "The service refuses the API key", reason: "key_refused" },
  "the inbox is not answered": { begin: breaking(503), end: mending, alert: "No list of chats was read for 10s", reason: "not_looked", env: { FOLLOW_UPS_LOOK_WITHIN: "10 seconds" } },
  "another program spends the quota": {
    begin: breaking(429),
    end: mending,
    alert: "The service answers with 429"
  },
  "the machine's clock is ten minutes ahead": {
    begin: ({ world }) => Effect.sync(() => void (world.date = () => new Date(Date.now() - 600_000).toUTCString())),
    end: ({ world }) => Effect.sync(() => void (world.date = () => new Date().toUTCString())),
    alert: "This machine's clock is 10m ahead of the server's"
  },
  "an outcome is unknown": { begin: unknown("unknown"), end: unknown("planned"), alert: "Nobody knows of 1 follow-ups whether they were sent" },
  "everything is paused for longer than stated": { begin: ({ command }) => command("pause"), end: ({ command }) => command("resume"), alert: "Everything is paused" },
  "the ledger fails, and is back": {
    begin: ({ inLedger }) => inLedger((sql) => sql`ALTER TABLE follow_ups RENAME TO gone`),
    end: ({ inLedger }) => inLedger((sql) => sql`ALTER TABLE gone RENAME TO follow_ups`),
    alert: "The ledger cannot be used",
    reason: "ledger_failing"
  }
}

// Each has a folder, a service and a process of its own, and waits for most of its time.
describe.concurrent("a person hears once that it began and once that it is over, where", () => {
  for (const [what, { alert, begin, end, env = {}, reason }] of Object.entries(faults)) {
    it.live(what, () =>
      Effect.gen(function* () {
        const serve = yield* serving({ env })
        yield* begin(serve)
        yield* until(() => serve.heard.length > 0)
        const ready = yield* serve.ask("/readyz")
        expect([ready.status, ready.text]).toEqual(reason === undefined ? [200, "ready\n"] : [503, expect.stringContaining(`${reason}: ${alert}`)])
        expect(yield* serve.ask("/healthz")).toMatchObject({ status: 200 })
        yield* end(serve)
        yield* until(() => serve.heard.length > 1)
        expect((yield* serve.ask("/readyz")).status).toBe(200)
        expect(serve.heard.map((text) => text.slice(0, alert.length))).toEqual([alert, `No longer: ${alert.charAt(0).toLowerCase()}${alert.slice(1)}`.slice(0, alert.length)])
        for (const text of serve.heard) expect(text).not.toMatch(/inv_key|ada|Malta/i)
      }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
    )
  }

  it.live("the receiver refuses the first three tries", () =>
    Effect.gen(function* () {
      const serve = yield* serving({ refusals: 3 })
      yield* breaking(401)(serve)
      yield* until(() => serve.heard.length > 0)
      yield* mending(serve)
      yield* until(() => serve.heard.length > 1)
      expect(serve.heard.map((text) => text.slice(0, 10))).toEqual(["The servic", "No longer:"])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})

it.live("a loop that is stuck is told of, and ends the process with 4", () =>
  Effect.gen(function* () {
    const serve = yield* serving({ after: "1 second", isMortal: true, env: { HANGS_AT: "before record", FOLLOW_UPS_SWEEP_SLACK: "0 millis", FOLLOW_UPS_STUCK_AFTER: "3 seconds" } })
    const { code, stderr } = yield* serve.running.ended
    expect([code, stderr]).toEqual([4, expect.stringContaining("has not turned for 3s")])
    expect(serve.heard.map((text) => text.slice(0, 8))).toEqual(["The loop"])
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
