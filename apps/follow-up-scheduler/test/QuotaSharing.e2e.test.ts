import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy =
  "name: nudge\nversion: 1\neffective_from: all\nsteps:\n  - after: 1 hour\n    action: schedule_follow_up\n"
const limit = 60
const window = Duration.seconds(2)

const emulator = (limit: number) =>
  Emulator.layerServer({ limit: { limit, window, model: "sliding" }, script: () => ({ _tag: "Silence" }) })

Postgres.describe("schedulers on one PostgreSQL database", () => {
  const server = Postgres.forSuite()

  /** Starts schedulers, each under its name as its key, over so many chats. */
  const setUp = (chats: number) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const { apiKey, log, url, world } = yield* Emulator.Emulator
      const DATABASE_URL = Redacted.value(yield* Effect.flatMap(server, ({ database }) => database))
      const cwd = yield* files.makeTempDirectoryScoped()
      const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
      const started = yield* Effect.forEach(Arr.range(1, chats), () =>
        world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
      )
      yield* files.writeFileString(`${cwd}/ids.txt`, started.map(({ id }) => id).join("\n"))
      yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
      const all: Array<Process.Running> = []
      const start = (name: string, ...args: ReadonlyArray<string>) =>
        Effect.tap(
          Effect.flatMap(Postgres.freePort, (port) =>
            Process.start(["serve", "--policy", "policy.yaml", ...args], {
              cwd,
              env: {
                INVENT_API_KEY: Redacted.value(apiKey(name)),
                INVENT_BASE_URL: url,
                INVENT_RATE_LIMIT: String(limit),
                INVENT_RATE_WINDOW: `${Duration.toMillis(window)} millis`,
                DATABASE_URL,
                RUNNER_PORT: String(port)
              }
            })
          ),
          (running) => all.push(running)
        )
      const requests = Effect.map(log.entries, (entries) =>
        entries.flatMap((entry) => (entry.kind === "request" ? [entry] : []))
      )
      const until = (isSo: (found: Effect.Effect.Success<typeof requests>) => boolean) =>
        Effect.gen(function* () {
          const failed = all.map(({ ended }) =>
            Effect.filterOrElse(
              ended,
              ({ code }) => code === null,
              ({ code, stderr }) => Effect.dieMessage(`ended with ${code}: ${stderr}`)
            )
          )
          const settled = Effect.repeat(requests, { until: isSo, schedule: Schedule.spaced("100 millis") })
          yield* Effect.raceFirst(
            settled,
            Effect.zipRight(Effect.all(failed, { concurrency: "unbounded" }), Effect.never)
          )
          return yield* requests
        })
      return { start, requests, until }
    })

  it.live(
    "spend one quota, whichever of them sends",
    () =>
      Effect.gen(function* () {
        const { start, until } = yield* setUp(40)
        const names = ["one", "other"]
        yield* Effect.forEach(names, (name) => start(name, "--chats", "ids.txt", "--every", "100 millis"))
        const sentBy = (name: string, found: ReadonlyArray<{ readonly key: string | null }>) =>
          found.filter(({ key }) => key === name).length
        const found = yield* until((found) => names.every((name) => sentBy(name, found) > limit))
        expect(found.filter(({ status }) => status === 429)).toEqual([])
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(emulator(limit), NodeContext.layer))),
    60_000
  )

  it.live(
    "leave the inbox to one of them, and to another when that one is killed",
    () =>
      Effect.gen(function* () {
        const { start, until } = yield* setUp(1)
        const inbox = ["--inbox", "--every", "200 millis"]
        const runners = { one: yield* start("one", ...inbox), other: yield* start("other", ...inbox) }
        yield* Effect.forEach(Object.values(runners), (runner) => runner.says("following up"), {
          concurrency: "unbounded"
        })
        /**
         * Who made the latest of these looks, if one made them all: it may pass from one to the other while they come up.
         */
        const watcher = (
          latest: number,
          found: ReadonlyArray<{ readonly key: string | null; readonly path: string }>
        ) => {
          const keys = found.flatMap(({ key, path }) => (path.endsWith("/inbox") ? [key] : [])).slice(-latest)
          return keys.length === latest && new Set(keys).size === 1 ? keys[0] : undefined
        }
        const found = yield* until((found) => watcher(30, found) !== undefined)
        const [first, second] = watcher(30, found) === "one" ? (["one", "other"] as const) : (["other", "one"] as const)
        runners[first].process.kill("SIGKILL")
        yield* until((found) => watcher(10, found) === second)
      }).pipe(Effect.scoped, Effect.provide(Layer.merge(emulator(10 * limit), NodeContext.layer))),
    60_000
  )
})
