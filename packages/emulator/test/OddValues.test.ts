/**
 * Every request of the tour, and every control route, with odd values: whatever the emulator makes of one, it does not
 * fail, and all that it has stored is listed, before a restart and after it.
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
import { control, layer as controlLayer, send as apiSend } from "./ControlRoutes.ts"
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

/** The JSON with each of its values in turn replaced by each odd one. */
const oddBodies = (json: Pages.Json): ReadonlyArray<string> =>
  withHoles(json)
    .map((odd) => JSON.stringify(odd))
    .flatMap((text) => oddValues.map((value) => text.replace(`"${hole}"`, () => value)))

const bodiesOf = (endpoint: string, method: string, body?: object): ReadonlyArray<string | undefined> => {
  if (body === undefined) return method === "GET" ? [undefined] : [undefined, "{}"]
  const printed = Pages.pages.find((page) => page.endpoint === endpoint)?.body ?? {}
  const both = { ...(Pages.withExamples(printed) as object), ...body } as Pages.Json
  const odd = [...oddBodies(both), ...oddBodies(body as Pages.Json)]
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

  it.scoped("never make a control route fail, nor the lists after it", () =>
    Effect.gen(function* () {
      const { apiKey, assistantId, world } = yield* Emulator
      const { body: contact } = yield* control("POST", "/contacts", { name: "Ada", channels: [{ type: "custom" }] })
      const contact_id: string = contact.id
      const { body: chat } = yield* control("POST", "/chats", { channel_id: contact.channels[0].id, text: "Hello" })
      const chat_id: string = chat.id
      const content_id = yield* world.setUp.addWebsite("Docs")
      const template = { channel_type: "custom", text: "Hi {{name}}" } as const
      const { id: broadcast_id } = yield* world.setUp.addBroadcast("Shipped", [template])
      const integration = { enabled: true, has_connection: true }
      const boards = [{ board_id: "board_1", board_name: "Sales", column_id: "column_1" }]
      const routes: Readonly<Record<string, Pages.Json>> = {
        "/contacts": { name: "Bo", country: "DE", channels: [{ type: "email", user_id: "bo@invent.test" }] },
        [`/contacts/${contact_id}/block`]: { value: true },
        [`/contacts/${contact_id}/unsubscribe`]: { value: true },
        "/chats": { channel_id: contact.channels[0].id, text: "Hello" },
        [`/chats/${chat_id}/messages`]: { text: "Hello" },
        [`/chats/${chat_id}/take-over`]: { text: "Hello" },
        [`/chats/${chat_id}/touch`]: {},
        [`/chats/${chat_id}/hand-back`]: {},
        [`/chats/${chat_id}/state`]: { state: "SNOOZED" },
        [`/chats/${chat_id}/mute`]: { until: "2026-03-10T12:00:00Z" },
        "/clock/advance": { by: "1 second" },
        "/keys": { name: "nightly", org_id: world.orgId },
        "/setUp/addSegment": { name: "VIP", color: "amber", boards },
        "/setUp/addNote": { contact_id, content: "Prefers the phone" },
        "/setUp/shareFile": { chat_id, filename: "a.pdf", mimetype: "application/pdf", size: 1 },
        "/setUp/disableAiReplies": { contact_id, disabled: true },
        "/setUp/addMember": { name: "Grace", user_id: "user_000001" },
        "/setUp/addConnection": { options: ["Berlin"] },
        "/setUp/addField": { key: "birthday", type: "date" },
        "/setUp/addWorkflow": { name: "Onboarding", fails: true },
        "/setUp/addOrganization": { name: "Branch", plan: "free" },
        "/setUp/changeAssistant": { assistant_id: assistantId, enabled: true, deleted: false, integration },
        "/setUp/addBroadcast": { name: "Shipped", templates: [template], active: true },
        "/setUp/changeBroadcast": { broadcast_id, active: true },
        "/setUp/openTool": { chat_id, name: "connect" },
        "/setUp/requestApproval": { chat_id, name: "refund" },
        "/setUp/addWebsite": { title: "Docs" },
        "/setUp/linkContent": { content_id, assistant_id: assistantId }
      }
      const lists = ["contacts", "contacts/fields", "contacts/duplicates", "inbox", "assistants", "segments", "files"]
        .concat("broadcasts", "workflows/runs", "orgs", "tables", "connections", "analytics/contacts/growth")
        .map((list) => `/orgs/c/${list}`)
        .concat(["notes", "activities", "files", "segments"].map((list) => `/orgs/c/contacts/${contact_id}/${list}`))
        .concat(["messages", "files", "memories"].map((list) => `/chats/${chat_id}/${list}`))
      const failed: Array<unknown> = []
      for (const [path, body] of Object.entries(routes)) {
        for (const odd of [JSON.stringify(body), ...oddBodies(body)]) {
          const { status } = yield* control("POST", path, JSON.parse(odd))
          if (status >= 500) failed.push([status, path, odd.slice(0, 200)])
        }
        for (const list of lists) {
          const { status } = yield* apiSend(apiKey("test"), "GET", list)
          if (status !== 200) failed.push([path, list, status])
        }
        assert.strictEqual((yield* control("GET", "/world")).status, 200, path)
      }
      assert.deepStrictEqual(failed, [])
    }).pipe(Effect.provide(controlLayer({ limit: { limit: 1e9 } })))
  )
})
