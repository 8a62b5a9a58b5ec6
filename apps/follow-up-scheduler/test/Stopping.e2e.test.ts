import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as Stop from "../src/Stop.ts"
import * as Process from "./Process.ts"

const policy = "name: nudge\nversion: 1\nsteps:\n  - after: 1 second\n    action: schedule_follow_up\narm_lead: 30 seconds\n"
const answerDelay = 1500
const token = "t0ken, of the collector"

interface Request {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Listens on loopback and remembers what came. */
const listen = (answer: (request: Request, response: http.ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly requests: ReadonlyArray<Request>; readonly server: http.Server }>((resume) => {
      const requests: Array<Request> = []
      const server = http.createServer((incoming, response) => {
        const chunks: Array<Buffer> = []
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
        incoming.on("end", () => {
          const { headers, method = "", url = "" } = incoming
          const request = { at: performance.now(), method, path: url, headers, body: Buffer.concat(chunks).toString() }
          requests.push(request)
          answer(request, response)
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })))
    }),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

/** Between the scheduler and the service: some answers take their time, or never come. */
const slowly = (target: string, isSlow: (body: string) => boolean, delay: number) =>
  listen(({ body, headers, method, path }, response) => {
    const isHeld = isSlow(body)
    const onward = http.request(`${target}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks: Array<Buffer> = []
      answer.on("data", (chunk: Buffer) => chunks.push(chunk))
      const { "transfer-encoding": _, ...kept } = answer.headers
      const reply = () => response.writeHead(answer.statusCode ?? 502, kept).end(Buffer.concat(chunks))
      answer.on("end", () => (!isHeld ? reply() : Number.isFinite(delay) && setTimeout(reply, delay)))
    })
    onward.end(body)
  })

const emulator = Emulator.layerServer({ script: () => ({ _tag: "Text", text: "Hello!" }), replyDelay: Duration.millis(50), runDelay: Duration.millis(50) })

/** Starts the program with a follow-up due; goes on once the first slow answer is under way. */
const started = (command: "run" | "serve", isSlow: (body: string) => boolean, { delay = answerDelay, env = {} }: { readonly delay?: number; readonly env?: Record<string, string> } = {}) =>
  Effect.gen(function* () {
    const { apiKey, url, world } = yield* Emulator.Emulator
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    const key = Redacted.value(apiKey("scheduler"))
    const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
    yield* files.writeFileString(`${cwd}/ids.txt`, `${chat.id}\n`)
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
    yield* Effect.sleep("1500 millis")

    let isUnderWay = false
    const service = yield* slowly(
      url,
      (body) => {
        const yes = isSlow(body)
        isUnderWay ||= yes
        return yes
      },
      delay
    )
    const args = ["--policy", "policy.yaml", "--chats", "ids.txt"]
    const running = yield* Process.start([command, ...args], { cwd, env: { INVENT_API_KEY: key, INVENT_BASE_URL: service.url, ...env } })
    yield* Effect.repeat(Effect.sync(() => isUnderWay), { until: (yes) => yes, schedule: Schedule.spaced("20 millis") })
    /** What a pass over the service itself makes of what was left. */
    const again = Process.run(["run", ...args], { cwd, env: { INVENT_API_KEY: key, INVENT_BASE_URL: url } })
    const story = Effect.map(Process.run(["explain", chat.id], { cwd }), ({ stdout }) => stdout)
    return { again, key, running, service, story }
  })

/** Tells it to stop, which it must within 10 s, in good order, and without another request. */
const stopped = (...how: Parameters<typeof started>) =>
  Effect.gen(function* () {
    const { running, service, story, ...rest } = yield* started(...how)
    const requests = service.requests.length
    const told = performance.now()
    running.process.kill("SIGTERM")
    const { code, stderr } = yield* running.ended
    expect({ code, stderr }).toEqual({ code: 143, stderr: "" })
    expect(performance.now() - told).toBeLessThan(10_000)
    expect(service.requests.slice(requests).map(({ method, path }) => `${method} ${path}`)).toEqual([])
    return { ...rest, story: yield* story }
  })

const live = (name: string, test: Effect.Effect<void, unknown, Emulator.Emulator | NodeContext.NodeContext | Scope.Scope>) =>
  it.live(name, () => test.pipe(Effect.scoped, Effect.provide(Layer.merge(emulator, NodeContext.layer))))

describe("told to stop", () => {
  live("it records the answer it waits for, and ends with 143",
    Effect.gen(function* () {
      const { story } = yield* stopped("run", (body) => body.includes("follow_up_at"))
      expect(story).toContain("about to set follow_up_at")
      expect(story).toContain("the server confirmed follow_up_at")
    })
  )

  live("it begins nothing that it would have begun after the answer it waits for",
    Effect.gen(function* () {
      let reads = 0
      // The first one is the look that plans it, the second the one that decides again.
      const { story } = yield* stopped("run", (body) => body === "{}" && ++reads === 2)
      expect(story).toContain("planned step 1")
      expect(story).not.toContain("about to set follow_up_at")
    })
  )

  for (const command of ["run", "serve"] as const) {
    live(`${command} does not wait for a network that hangs: the intent is on record, and the next pass goes on from it`,
      Effect.gen(function* () {
        const { again, story } = yield* stopped(command, (body) => body.includes("follow_up_at"), { delay: Infinity })
        expect(story).toContain("about to set follow_up_at")
        expect(story).not.toContain("the server confirmed follow_up_at")
        expect(yield* again).toMatchObject({ code: 0, stderr: "" })
      })
    )

    live(`${command} ends at once where not even its first look is answered, and nothing is on record`,
      Effect.gen(function* () {
        const { story } = yield* stopped(command, () => true, { delay: Infinity })
        expect(story).not.toContain("planned")
      })
    )
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    live(`a second time, by ${signal}, it is gone without waiting for an answer, and the next pass goes on from what is on record`,
      Effect.gen(function* () {
        const { again, running, story } = yield* started("serve", (body) => body.includes("follow_up_at"), { delay: Infinity })
        running.process.kill("SIGTERM")
        yield* Effect.sleep("500 millis")
        expect(running.process.signalCode ?? running.process.exitCode).toBeNull()
        const told = performance.now()
        running.process.kill(signal)
        yield* running.ended
        expect(running.process.signalCode).toBe(signal)
        expect(performance.now() - told).toBeLessThan(Duration.toMillis(Stop.grace) / 2)
        expect(yield* story).toContain("about to set follow_up_at")
        expect(yield* again).toMatchObject({ code: 0, stderr: "" })
      })
    )
  }

  live("it exports what it measured, to the collector of the environment and with its headers, without a key or a text",
    Effect.gen(function* () {
      const collector = yield* listen((_, response) => response.writeHead(200).end())
      const { key } = yield* stopped("serve", (body) => body.includes("follow_up_at"), {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(token)}`
        }
      })
      const exported = collector.requests.filter(({ path }) => path === "/v1/metrics").map(({ body }) => body).join("\n")
      for (const name of ["invent.scheduler.looks", "invent.scheduler.lateness", "invent.scheduler.open", "http.client.request.duration"]) {
        expect(exported).toContain(`"${name}"`)
      }
      expect(collector.requests.map(({ path }) => path)).toContain("/v1/traces")
      for (const { body, headers } of collector.requests) {
        expect(headers.authorization).toBe(token)
        expect(body).not.toContain(key)
        expect(body).not.toContain("Hello")
      }
    })
  )
})
