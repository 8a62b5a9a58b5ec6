/**
 * Every request of the tour with odd values: whatever the emulator makes of one, it does not fail, and all that it has
 * stored is listed, before a restart and after it.
 */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Pages from "../../domain/test/Pages.ts"
import { Emulator, layer } from "../src/Emulator.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { CurrentJournal, type Journal } from "../src/World/Persistence/Journal.ts"
import type { Row } from "../src/World/Persistence/Rows.ts"
import { send, withWorldUnchecked } from "./Conformance.ts"
import * as Tour from "./Tour.ts"

const script: Reply.Script = ({ turn }) =>
  [Reply.Tool("connect"), Reply.Approval("refund"), Reply.Approval("ship")][turn - 1] ?? Reply.Silence

const texts = ["fax", "", "x".repeat(10_000), "\u0000", "\ud800", "__proto__", "toString", "{{name}}", "../..", "a@b"]
const dates = ["2026-02-30T25:00:00Z", "9999-12-31T23:59:59-14:00", "0000-01-01", "1970-01-01T00:00:00.000000001Z"]
const others = [-1, 0.5, 1e300, 5e-324, 4, null, true, [], [null], ["a"], {}, { a: { b: [1, null] } }]

/** As JSON: `1e999` is a number that JavaScript reads as infinite. */
const oddValues: ReadonlyArray<string> = [...texts, ...dates, ...others]
  .map((value) => JSON.stringify(value))
  .concat("1e999", '{"__proto__":1}', '[{"type":"text"}]')

/** Something in the place of a value of a body. */
const hole = "<odd>"

/** The body with a hole at each of its values in turn, at any depth. */
const withHoles = (json: Pages.Json): ReadonlyArray<Pages.Json> => {
  const inner = Array.isArray(json)
    ? json.flatMap((item, index) => withHoles(item).map((odd) => json.with(index, odd)))
    : Pages.isObject(json)
      ? Object.entries(json).flatMap(([key, value]) => withHoles(value).map((odd) => ({ ...json, [key]: odd })))
      : []
  return [hole, ...inner]
}

/** Each key of the body left out in turn. */
const withoutKeys = (json: Pages.Json): ReadonlyArray<Pages.Json> =>
  Pages.isObject(json)
    ? Object.keys(json).map((left) => Object.fromEntries(Object.entries(json).filter(([key]) => key !== left)))
    : []

const bodiesOf = (endpoint: string, method: string, body?: object): ReadonlyArray<string | undefined> => {
  if (body === undefined) return method === "GET" ? [undefined] : [undefined, "{}"]
  const printed = Pages.pages.find((page) => page.endpoint === endpoint)?.body ?? {}
  const both = { ...(Pages.withExamples(printed) as object), ...body } as Pages.Json
  const holes = [...withHoles(both), ...withHoles(body as Pages.Json)].map((odd) => JSON.stringify(odd))
  const odd = holes.flatMap((text) => oddValues.map((value) => text.replace(`"${hole}"`, () => value)))
  const whole = [both, ...withoutKeys(body as Pages.Json)].map((odd) => JSON.stringify(odd))
  return [...new Set([...whole, ...odd, "", "{", "null"])]
}

const isId = (segment: string) => /_\d{6}$/.test(segment)

const oddIds = ["none", "%00", "__proto__", "%F0%9F%98%80", "contact_000002", "org_000002", "x".repeat(5000)]

/** The path with each of its ids in turn replaced. */
const pathsOf = (path: string): ReadonlyArray<string> => {
  const segments = path.split("/")
  return segments.flatMap((segment, index) =>
    isId(segment) ? oddIds.map((odd) => segments.with(index, odd).join("/")) : []
  )
}

const queries = ["page", "take", "next", "search", "from_date", "to_date", "interval", "timezone", "status", "type"]
const oddTexts = [
  "",
  "-1",
  "0",
  "1e308",
  "NaN",
  "ALL",
  "day",
  "9999-12-31T23:59:59Z",
  "0000-01-01",
  "%00",
  "%ff",
  "UTC"
]

/** The queries of a list. */
const queriesOf = (path: string): ReadonlyArray<string> =>
  queries.flatMap((name) => oddTexts.map((text) => `${path}${path.includes("?") ? "&" : "?"}${name}=${text}`))

const start = (rows: Array<Row>) => {
  const journal: Journal = {
    rows: [...rows],
    rewrite: (whole) => Effect.sync(() => void rows.splice(0, rows.length, ...whole)),
    // As a file would have them.
    append: (more) => Effect.sync(() => void rows.push(...(JSON.parse(JSON.stringify(more)) as typeof more)))
  }
  // No request waits for the clock, which stands still.
  const settings = { script, limit: { limit: 1e9 }, replyDelay: 0, runDelay: 0, actionDelay: 0 }
  return withWorldUnchecked(Layer.provide(layer(settings), Layer.succeed(CurrentJournal, journal)))
}

const read = (path: string) =>
  Effect.map(send("GET", path), ({ body, status }) => ({ path, status, json: JSON.parse(body) as unknown }))

const isRead = ([, method]: Tour.Call) => method === "GET"

describe("odd values", () => {
  it.effect("never make the emulator fail, and what it stored of them is listed, also after a restart", () =>
    Effect.gen(function* () {
      const rows: Array<Row> = []
      const failed: Array<unknown> = []
      const lists = yield* Effect.gen(function* () {
        const { world } = yield* Emulator
        const calls = Tour.callsOf(yield* Tour.setUp, world.assistantId, "view_000001")
        const reads = calls.filter(isRead).map(([, , path]) => path)

        const listAll = Effect.forEach(reads, read)

        const ask = Effect.fnUntraced(function* (method: Tour.Call[1], path: string, body?: string) {
          const { status } = yield* send(method, path, body === undefined ? {} : { body })
          if (status >= 500) failed.push([status, method, path.slice(0, 200), body?.slice(0, 200)])
        })

        for (const [endpoint, method, path, body] of calls) {
          // Else the hourly limit of assistants would refuse most.
          if (endpoint === "assistants.create") yield* TestClock.adjust("2 hours")
          const sent = body === undefined ? undefined : JSON.stringify(body)
          for (const odd of pathsOf(path)) yield* ask(method, odd, sent)
          for (const odd of bodiesOf(endpoint, method, body)) yield* ask(method, path, odd)
          if (method === "GET") for (const odd of queriesOf(path)) yield* ask(method, odd)
          // What cannot be listed would stay so.
          else for (const list of yield* listAll) if (list.status >= 500) failed.push([endpoint, list.path])
        }
        yield* TestClock.adjust("1 hour")
        return yield* listAll
      }).pipe(Effect.provide(start(rows)))
      assert.deepStrictEqual(failed, [])
      const again = yield* Effect.forEach(lists, ({ path }) => read(path)).pipe(Effect.provide(start(rows)))
      for (const [index, list] of lists.entries()) assert.deepStrictEqual(again[index], list)
    })
  )
})
