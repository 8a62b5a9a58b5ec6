/**
 * A running `serve` whose times are short, over a server that shares no code with ours and that a test can break, with
 * a plain listener in place of a chat program and of the receiver of heartbeats.
 */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const key = "inv_key_that_is_secret"
const words = "Do you ship to Malta, asks Ada?"
/** The key, the contact, the chat, and what the contact has written. */
const secrets = /inv_key|ada|Malta/i

const policy = (after: string) => `name: plain
version: 1
effective_from: all
time_zone: UTC
arm_lead: 1 second
confirm_after: 1 second
steps:
  - { after: ${after}, action: schedule_follow_up }
`

/** Takes what is posted; `refusals` of them it answers with 503 first. Counts the heartbeats. */
export const receiver = (refusals: number) =>
  Effect.acquireRelease(
    Effect.async<{
      readonly server: http.Server
      readonly alerts: Array<string>
      readonly beats: () => number
      readonly url: string
    }>((resume) => {
      const alerts: Array<string> = []
      let left = refusals
      let beats = 0
      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          if (request.method === "GET") beats++
          const isRefused = request.method === "POST" && left-- > 0
          if (request.method === "POST" && !isRefused)
            alerts.push((JSON.parse(Buffer.concat(chunks).toString()) as { readonly text: string }).text)
          response.writeHead(isRefused ? 503 : 200).end()
        })
      })
      server.listen(0, "127.0.0.1", () =>
        resume(
          Effect.succeed({
            server,
            alerts,
            beats: () => beats,
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`
          })
        )
      )
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

export const until = (condition: () => boolean) =>
  Effect.repeat(Effect.sync(condition), { schedule: Schedule.spaced("20 millis"), until: (yes) => yes })

interface World {
  broken: NonNullable<PlainVendor.Options["broken"]>
  date: () => string
}

/** The last read before a step, that of the newest chat, is answered when it is let go. */
const makeHold = () => {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let isHolding = false
  const held = (line: string) => {
    if (!line.startsWith("GET /chats/chat_of_ada/state/info")) return undefined
    isHolding = true
    return released
  }
  return { held, isHolding: () => isHolding, release: Effect.sync(() => release()) }
}

export interface Options {
  /** How long after the answer to the contact the follow-up is due. */
  readonly after?: string
  readonly env?: Record<string, string>
  readonly canCrash?: boolean
  /** How many alerts the receiver refuses. */
  readonly refusals?: number
  /** Whether a step that is due waits for the answer to its last read until the test lets it go. */
  readonly isHeld?: boolean
  /** Whether the assistant has not answered yet: until the test writes the answer, no follow-up is due. */
  readonly isUnanswered?: boolean
  /**
   * Where the ledger is, as an option of `serve` and as a layer of the test. Default: a file in the folder of the
   * process.
   */
  readonly ledger?: { readonly args: ReadonlyArray<string>; readonly layer: Layer.Layer<SqlClient.SqlClient, unknown> }
}

/** A service with the chat of one contact, a receiver, and what starts the program between them. */
export const harness = ({
  after = "1 hour",
  env = {},
  isHeld = false,
  isUnanswered = false,
  canCrash = false,
  ledger,
  refusals = 0
}: Options) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy(after))
    const world: World = { broken: () => undefined, date: () => new Date().toUTCString() }
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    const asked: PlainVendor.Written = { by: "contact", at: since, text: words }
    const messages = isUnanswered ? [asked] : [asked, { by: "assistant", at: since, text: "We do." } as const]
    const hold = makeHold()
    const vendor = yield* PlainVendor.serve({
      chats: { chat_of_ada: { messages } },
      since,
      now: () => new Date().toISOString(),
      date: () => world.date(),
      broken: (line) => world.broken(line),
      ...(isHeld && { held: hold.held })
    })
    const { beats, alerts, url } = yield* receiver(refusals)
    const db = ledger?.args ?? ["--db", "a.db"]
    const start = Process.start(
      ["serve", "--policy", "policy.yaml", "--inbox", "--every", "1 second", ...db, "--health-port", "0"],
      {
        cwd,
        canCrash,
        env: {
          INVENT_API_KEY: key,
          INVENT_BASE_URL: vendor.url,
          INVENT_RATE_LIMIT: "1000",
          FOLLOW_UPS_SWEEP_EVERY: "200 millis",
          FOLLOW_UPS_PAUSED_FOR: "1 second",
          FOLLOW_UPS_THROTTLED_FOR: "15 seconds",
          FOLLOW_UPS_ALERT_URL: `${url}/hook`,
          FOLLOW_UPS_HEARTBEAT_URL: `${url}/beat`,
          ...env
        }
      }
    )
    const database: Layer.Layer<SqlClient.SqlClient, unknown> =
      ledger?.layer ?? SqliteClient.layer({ filename: `${cwd}/a.db` })
    const inLedger = <A, E2>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E2>): Effect.Effect<A, unknown> =>
      Effect.provide(Effect.flatMap(SqlClient.SqlClient, use), database)
    const command = (...args: ReadonlyArray<string>) => Process.run([...args, ...db], { cwd })
    return { beats, command, alerts, hold, inLedger, start, vendor, world }
  })

/** The harness with a `serve` on it that is well and has looked at the chat. */
export const serving = (options: Options) =>
  Effect.gen(function* () {
    const started = yield* harness(options)
    const running = yield* started.start
    const [, port = ""] = yield* running.prints(/Health is served at \S+:(\d+)/)
    const get = (path: string) =>
      Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}${path}`).then(async (answer) => ({
          status: answer.status,
          text: await answer.text()
        }))
      )
    yield* Effect.repeat(get("/readyz"), {
      schedule: Schedule.spaced("100 millis"),
      until: ({ status }) => status === 200
    })
    // Until it has looked at the chat: before that, a service that refuses it ends it.
    yield* started.inLedger((sql) =>
      Effect.repeat(sql`SELECT 1 FROM chat_decisions`, {
        schedule: Schedule.spaced("50 millis"),
        until: (rows) => rows.length > 0
      })
    )
    const failedSweeps = () => running.said().split("the sweep tries again").length - 1
    const sweeps = () => started.beats() + failedSweeps()
    /** Waits until it has swept so many times more, well or not. */
    const sweepsAgain = (times: number) =>
      Effect.suspend(() => {
        const before = sweeps()
        return until(() => sweeps() >= before + times)
      })
    return { ...started, get, running, sweepsAgain }
  })

export type Serving = Effect.Effect.Success<ReturnType<typeof serving>>

export interface Fault<R = FileSystem.FileSystem> {
  readonly begin: (serving: Serving) => Effect.Effect<unknown, unknown, R>
  readonly end: (serving: Serving) => Effect.Effect<unknown, unknown, R>
  /** How the text of the alert begins. */
  readonly alert: string
  /** The name by which `/readyz` gives it as a reason; undefined where it goes on being ready. */
  readonly reason?: string
  /**
   * Whether the sweeps fail by it: then `/readyz` reports it after two of them. Otherwise it does when the alert has
   * arrived.
   */
  readonly isSwept?: boolean
}

/** So many more sweeps, in each of which an alert could wrongly be sent a second time. */
const more = 10

/** Begins the fault and ends it: one alert reports its beginning, one its end, and neither contains a name. */
export const isReportedOnce = <R>(serve: Serving, { alert, begin, end, isSwept = false, reason }: Fault<R>) =>
  Effect.gen(function* () {
    yield* begin(serve)
    yield* isSwept ? serve.sweepsAgain(2) : until(() => serve.alerts.length > 0)
    const ready = yield* serve.get("/readyz")
    expect([ready.status, ready.text]).toEqual(
      reason === undefined ? [200, "ready\n"] : [503, expect.stringContaining(`${reason}: ${alert}`)]
    )
    yield* until(() => serve.alerts.length > 0)
    yield* serve.sweepsAgain(more)
    expect(yield* serve.get("/healthz")).toMatchObject({ status: 200 })
    expect(serve.alerts).toHaveLength(1)
    yield* end(serve)
    yield* until(() => serve.alerts.length > 1)
    expect((yield* serve.get("/readyz")).status).toBe(200)
    yield* serve.sweepsAgain(more)
    const over = `No longer: ${alert.charAt(0).toLowerCase()}${alert.slice(1)}`
    expect(serve.alerts.map((text) => text.slice(0, alert.length))).toEqual([alert, over.slice(0, alert.length)])
    for (const text of [...serve.alerts, ready.text]) expect(text).not.toMatch(secrets)
  }).pipe(
    Effect.raceFirst(
      Effect.flatMap(serve.running.ended, ({ code, stderr, stdout }) =>
        Effect.dieMessage(`it ended with ${code}\n${stdout}\n${stderr}`)
      )
    )
  )
