/**
 * An inbox in which nothing happens costs no write: the scheduler against a server that shares no code with ours, in
 * virtual time.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FileWatch from "../src/Watch/FileWatch.ts"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

const every = Duration.seconds(1)
const names = Array.from({ length: 50 }, (_, index) => `chat_${index + 1}`)
const policy = Build.policy({ effective_from: "all" })

const inbox = PlainService.inbox(every)
/** Of the ids one a line. */
const file: PlainService.Watching = Layer.unwrapScoped(
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = `${yield* VirtualTime.outside(files.makeTempDirectoryScoped())}/ids.txt`
    yield* VirtualTime.outside(files.writeFileString(path, names.join("\n")))
    const outside = { ...files, readFileString: (name: string) => VirtualTime.outside(files.readFileString(name)) }
    return Layer.provide(FileWatch.layer(path, every), Layer.succeed(FileSystem.FileSystem, outside))
  })
).pipe(Layer.provide(NodeContext.layer), Layer.orDie)

/** The requests of a scheduler in the first minute in which it watches these chats, and in the next. */
const requests = (watch: PlainService.Watching, chats: PlainVendor.Options["chats"]) =>
  PlainService.played({ chats }, (vendor) =>
    Effect.gen(function* () {
      yield* Effect.sleep("1 minute")
      const first = vendor.requests.splice(0)
      yield* Effect.sleep("1 minute")
      return { first, next: vendor.requests.splice(0) }
    }).pipe(PlainService.life(vendor, policy, watch))
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
