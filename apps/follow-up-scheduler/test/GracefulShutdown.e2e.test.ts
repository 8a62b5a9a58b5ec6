import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import * as net from "node:net"
import * as CommandLine from "./CommandLine.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy =
  "name: nudge\nversion: 1\neffective_from: all\nsteps:\n  - after: 1 milli\n    action: schedule_follow_up\narm_lead: 30 seconds\n"
const token = "t0ken, of the collector"

/** So long that a stop which waited for its end would never be seen to end. */
const endless = { FOLLOW_UPS_STOP_GRACE: "1 hour" }
/** So short that a stop which waits for it is not waited for in vain. */
const brief = { FOLLOW_UPS_STOP_GRACE: "1 second" }

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Listens on loopback and remembers what came. */
const listen = (answer: (request: Request, response: http.ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly requests: ReadonlyArray<Request>; readonly server: http.Server }>(
      (resume) => {
        const requests: Array<Request> = []
        const server = http.createServer((incoming, response) => {
          const chunks: Array<Buffer> = []
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
          incoming.on("end", () => {
            const { headers, method = "", url = "" } = incoming
            const request = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
            requests.push(request)
            answer(request, response)
          })
        })
        server.listen(0, "127.0.0.1", () =>
          resume(
            Effect.succeed({ server, requests, url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}` })
          )
        )
      }
    ),
    ({ server }) => Effect.sync(() => server.close().closeAllConnections())
  )

/** Between the scheduler and the service: some answers are held until they are released, or never come. */
const holding = (target: string, isHeld: (body: string, path: string) => boolean) =>
  Effect.gen(function* () {
    const underWay = yield* Deferred.make<void>()
    const held: Array<() => void> = []
    const service = yield* listen(({ body, headers, method, path }, response) => {
      const isToWait = isHeld(body, path)
      const onward = http.request(`${target}${path}`, { method, headers, agent: false }, (answer) => {
        const chunks: Array<Buffer> = []
        answer.on("data", (chunk: Buffer) => chunks.push(chunk))
        const { "transfer-encoding": _, ...kept } = answer.headers
        const reply = () => void response.writeHead(answer.statusCode ?? 502, kept).end(Buffer.concat(chunks))
        answer.on("end", () => {
          if (!isToWait) return reply()
          held.push(reply)
          Deferred.unsafeDone(underWay, Effect.void)
        })
      })
      onward.end(body)
    })
    /** Done when an answer is held. */
    const isUnderWay = Deferred.await(underWay)
    const release = Effect.sync(() => held.splice(0).forEach((reply) => reply()))
    return { ...service, isUnderWay, release }
  })

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Text", text: "Hello!" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

/** Starts the program with a follow-up due; goes on once the first answer is held. */
const started = (
  command: "run" | "serve",
  isHeld: (body: string, path: string) => boolean,
  env: Record<string, string>
) =>
  Effect.gen(function* () {
    const { apiKey, log, url, world } = yield* Emulator.Emulator
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    const key = Redacted.value(apiKey("scheduler"))
    const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
    yield* files.writeFileString(`${cwd}/ids.txt`, `${chat.id}\n`)
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
    const isAnswered = Effect.map(log.entries, (entries) =>
      entries.some((entry) => entry.kind === "message" && entry.cause === "reply")
    )
    yield* Effect.repeat(Effect.delay(isAnswered, "20 millis"), { until: (yes) => yes })

    const service = yield* holding(url, isHeld)
    const args = ["--policy", "policy.yaml", "--chats", "ids.txt"]
    const running = yield* Process.start([command, ...args], {
      cwd,
      env: { INVENT_API_KEY: key, INVENT_BASE_URL: service.url, ...env }
    })
    yield* service.isUnderWay
    /** What a pass over the service itself makes of what was left. */
    const again = Effect.flatMap(HttpClient.HttpClient, (http) =>
      CommandLine.run(
        ["run", "--policy", `${cwd}/policy.yaml`, "--chats", `${cwd}/ids.txt`, "--db", `${cwd}/follow-ups.db`],
        {
          env: { INVENT_API_KEY: key, INVENT_BASE_URL: url },
          http
        }
      )
    ).pipe(Effect.provide(NodeHttpClient.layerUndici))
    const story = Effect.map(
      CommandLine.run(["explain", chat.id, "--db", `${cwd}/follow-ups.db`]),
      ({ stdout }) => stdout
    )
    return { again, key, running, service, story }
  })

/** Sends SIGTERM, and after the log line of the stop does this; it ends in good order, without another request. */
const stoppedAnd = (then: "release" | "hang", ...how: Parameters<typeof started>) =>
  Effect.gen(function* () {
    const { running, service, story, ...rest } = yield* started(...how)
    running.process.kill("SIGTERM")
    yield* running.says("stopping")
    const requests = service.requests.length
    if (then === "release") yield* service.release
    const { code, stderr } = yield* running.ended
    expect({ code, stderr }).toEqual({ code: 143, stderr: "" })
    expect(service.requests.slice(requests).map(({ method, path }) => `${method} ${path}`)).toEqual([])
    return { ...rest, story: yield* story }
  })

const live = (
  name: string,
  test: Effect.Effect<void, unknown, Emulator.Emulator | NodeContext.NodeContext | Scope.Scope>
) => it.live(name, () => test.pipe(Effect.scoped, Effect.provide(Layer.merge(emulator, NodeContext.layer))))

describe("a signal to stop", () => {
  live(
    "it records the answer it waits for, and ends with 143 as soon as it has it",
    Effect.gen(function* () {
      const { story } = yield* stoppedAnd("release", "run", (body) => body.includes("follow_up_at"), endless)
      expect(story).toContain("about to set follow_up_at")
      expect(story).toContain("the server confirmed follow_up_at")
    })
  )

  live(
    "it begins nothing that it would have begun after the answer it waits for",
    Effect.gen(function* () {
      // The answer is that to the last read before the update, which is not sent any more.
      const { again, story } = yield* stoppedAnd("release", "run", (_, path) => path.endsWith("/state/info"), endless)
      expect(story).toContain("planned step 1")
      expect(story).not.toContain("the server confirmed follow_up_at")
      expect(yield* again).toMatchObject({ code: 0, stderr: "" })
    })
  )

  for (const command of ["run", "serve"] as const) {
    live(
      `${command} waits for a network that hangs no longer than its grace: the intent is on record, and the next pass goes on from it`,
      Effect.gen(function* () {
        const { again, story } = yield* stoppedAnd("hang", command, (body) => body.includes("follow_up_at"), brief)
        expect(story).toContain("about to set follow_up_at")
        expect(story).not.toContain("the server confirmed follow_up_at")
        expect(yield* again).toMatchObject({ code: 0, stderr: "" })
      })
    )

    live(
      `${command} ends at once where not even its first look is answered, and nothing is on record`,
      Effect.gen(function* () {
        const { story } = yield* stoppedAnd("hang", command, () => true, endless)
        expect(story).not.toContain("planned")
      })
    )
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    live(
      `a second time, by ${signal}, it is gone without waiting for an answer, and the next pass goes on from what is on record`,
      Effect.gen(function* () {
        const { again, running, story } = yield* started("serve", (body) => body.includes("follow_up_at"), endless)
        running.process.kill("SIGTERM")
        yield* running.says("stopping")
        expect(running.process.signalCode ?? running.process.exitCode).toBeNull()
        running.process.kill(signal)
        yield* running.ended
        expect(running.process.signalCode).toBe(signal)
        expect(yield* story).toContain("about to set follow_up_at")
        expect(yield* again).toMatchObject({ code: 0, stderr: "" })
      })
    )
  }

  live(
    "it exports what it measured, to the collector of the environment and with its headers, without a key or a text",
    Effect.gen(function* () {
      const collector = yield* listen((_, response) => response.writeHead(200).end())
      const { key } = yield* stoppedAnd("release", "serve", (body) => body.includes("follow_up_at"), {
        ...endless,
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(token)}`
      })
      const exported = collector.requests
        .filter(({ path }) => path === "/v1/metrics")
        .map(({ body }) => body)
        .join("\n")
      for (const name of [
        "invent.scheduler.decisions",
        "invent.scheduler.lateness",
        "invent.scheduler.open",
        "http.client.request.duration"
      ]) {
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

/**
 * A TCP connection to the database that stays open and carries nothing any more, once it is cut. `isAsked`: whether
 * anything that was sent since then has got no answer.
 */
const cuttable = (port: number) =>
  Effect.acquireRelease(
    Effect.async<{
      readonly port: number
      readonly cut: () => void
      readonly isAsked: () => boolean
      readonly close: () => void
    }>((resume) => {
      const sockets: Array<net.Socket> = []
      let isCut = false
      let isAsked = false
      const carry = (from: net.Socket, to: net.Socket) =>
        from
          .on("data", (chunk) => {
            if (isCut) isAsked = true
            else to.write(chunk)
          })
          .on("close", () => to.destroy())
          .on("error", () => to.destroy())
      const server = net.createServer((client) => {
        const target = net.connect(port, "127.0.0.1")
        sockets.push(carry(client, target), carry(target, client))
      })
      const close = () => {
        server.close()
        for (const socket of sockets) socket.destroy()
      }
      const cut = () => void (isCut = true)
      server.listen(0, "127.0.0.1", () =>
        resume(Effect.succeed({ port: (server.address() as net.AddressInfo).port, cut, isAsked: () => isAsked, close }))
      )
    }),
    ({ close }) => Effect.sync(close)
  )

Postgres.describe("a signal to stop while its database hangs", () => {
  live(
    "it is gone soon after its grace and logs why, and the database is as the next one needs it",
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${cwd}/ids.txt`, "chat_nobody\n")
      yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
      const { database } = yield* Postgres.forSuite()
      const direct = Redacted.value(yield* database)
      const through = new URL(direct)
      const line = yield* cuttable(Number(through.port))
      through.port = String(line.port)
      const env = {
        INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
        INVENT_BASE_URL: url,
        RUNNER_PORT: String(yield* Postgres.freePort),
        ...brief
      }
      const running = yield* Process.start(["serve", "--policy", "policy.yaml", "--chats", "ids.txt"], {
        cwd,
        env: { ...env, DATABASE_URL: through.href }
      })
      yield* running.says("following up")
      line.cut()
      yield* Effect.repeat(Effect.delay(Effect.sync(line.isAsked), "20 millis"), { until: (yes) => yes })
      running.process.kill("SIGTERM")
      const { code, stderr } = yield* running.ended
      expect(code).toBe(143)
      expect(stderr).toContain(
        "something does not answer, and was not waited for any longer; the next start takes up what is left\n"
      )
      expect(
        yield* Process.run(["run", "--policy", "policy.yaml", "--chats", "ids.txt"], {
          cwd,
          env: { ...env, DATABASE_URL: direct }
        })
      ).toMatchObject({ code: 0 })
    })
  )
})
