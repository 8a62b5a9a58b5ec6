/**
 * An inbox in which nothing happens costs no write: the scheduler against a server that shares no code with ours, in
 * virtual time.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Socket from "@effect/platform/Socket"
import * as InventClient from "@effect-invent/client/InventClient"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Ledger from "../src/Ledger.ts"
import { ActivePolicy } from "../src/Policy.ts"
import type { Erasure } from "../src/Privacy/Erasure.ts"
import * as Scheduler from "../src/Scheduler.ts"
import type { Watch } from "../src/Watch.ts"
import type { ChatRows } from "../src/Watch/ChatRows.ts"
import * as FileWatch from "../src/Watch/FileWatch.ts"
import * as InboxWatch from "../src/Watch/InboxWatch.ts"
import * as Build from "./Build.ts"
import * as PlainVendor from "./PlainVendor.ts"

const since = "2026-07-15T12:00:00Z"
const begin = "2026-07-15T12:10:00Z"
const every = Duration.seconds(1)
const names = Array.from({ length: 50 }, (_, index) => `chat_${index + 1}`)
const policy = Build.policy({ effective_from: "all" })

type Watching = Layer.Layer<Watch, SqlError, ActivePolicy | ChatRows | Erasure | InventClient.InventClient | SqlClient>

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("this service has no WebSocket")
})

const inbox: Watching = Layer.provide(InboxWatch.layer(every), noSocket)
/** Of the ids one a line. */
const file: Watching = Layer.unwrapScoped(
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = `${yield* VirtualTime.outside(files.makeTempDirectoryScoped())}/ids.txt`
    yield* VirtualTime.outside(files.writeFileString(path, names.join("\n")))
    const outside = { ...files, readFileString: (name: string) => VirtualTime.outside(files.readFileString(name)) }
    return Layer.provide(FileWatch.layer(path, every), Layer.succeed(FileSystem.FileSystem, outside))
  })
).pipe(Layer.provide(NodeContext.layer), Layer.orDie)

/** The requests of a scheduler in the first minute in which it watches these chats, and in the next. */
const requests = (watch: Watching, chats: PlainVendor.Options["chats"]) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const now = () => new Date(clock.unsafeCurrentTimeMillis()).toISOString()
    const vendor = yield* VirtualTime.outside(PlainVendor.serve({ chats, since, now }))
    const client = InventClient.layer({ apiKey: Redacted.make("inv_key"), baseUrl: vendor.url }).pipe(
      Layer.provide(Layer.provide(VirtualTime.layerHttpClient, NodeHttpClient.layerUndici))
    )
    const scheduler = Scheduler.layerServe(every).pipe(
      Layer.provideMerge(Ledger.layer),
      Layer.provideMerge(
        Layer.mergeAll(client, SqliteClient.layer({ filename: ":memory:" }), Layer.succeed(ActivePolicy, policy))
      )
    )
    const minutes = Effect.gen(function* () {
      yield* Effect.sleep("1 minute")
      const first = vendor.requests.splice(0)
      yield* Effect.sleep("1 minute")
      return { first, next: vendor.requests.splice(0) }
    })
    const serving = Scheduler.serve(Scheduler.serveDefaults)
    return yield* Effect.raceFirst(minutes, Effect.zipRight(serving, Effect.never)).pipe(
      Effect.provide(Layer.provideMerge(watch, scheduler))
    )
  }).pipe(Effect.scoped, Logger.withMinimumLogLevel(LogLevel.Error), Effect.withTracerEnabled(false), (test) =>
    Effect.zipRight(Scheduler.load, VirtualTime.run(test, begin))
  )

const isWrite = (line: string) => !line.startsWith("GET ")
const isList = (line: string) => line.startsWith("GET /orgs/c/inbox")

describe("fifty quiet chats on a service on which each update moves `updated_at`", () => {
  const chats = Object.fromEntries(names.map((name) => [name, {}]))
  for (const [what, watch] of [
    ["the inbox", inbox],
    ["a file of ids", file]
  ] as const) {
    it.live(`watched as ${what} cost no write, and one request each time they are looked for`, () =>
      Effect.gen(function* () {
        const { first, next } = yield* requests(watch, chats)
        expect([...first, ...next].filter(isWrite)).toEqual([])
        expect(first.filter((line) => line.includes("/messages")).length).toBe(names.length)
        expect(next.filter(isList).length).toBe(Duration.toSeconds("1 minute") / Duration.toSeconds(every))
        expect(next.filter((line) => !isList(line))).toEqual([])
      })
    )
  }
})

describe("a chat that no list shows", () => {
  it.live("is read by one update while the contact writes nothing", () =>
    Effect.gen(function* () {
      const chats = Object.fromEntries(names.map((name, index) => [name, index === 0 ? { isUnlisted: true } : {}]))
      const { first, next } = yield* requests(file, chats)
      expect([...first, ...next].filter(isWrite)).toEqual([`PATCH /chats/${names[0]}/state`])
    })
  )
})
