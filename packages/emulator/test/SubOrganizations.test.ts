/** A parent organization's key in the organizations below it, each of which has records of its own. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import { layer, type Settings } from "../src/Emulator.ts"
import * as Journal from "../src/World/Persistence/Journal.ts"
import { openChat, send, withWorld } from "./Conformance.ts"

const start = (settings?: Settings) => withWorld(layer(settings))

type Entry = Readonly<Record<string, unknown>> & { readonly id: string }

const get = (path: string) =>
  Effect.map(send("GET", path), ({ body, status }) => {
    assert.strictEqual(status, 200, `${path}: ${body}`)
    return JSON.parse(body) as ReadonlyArray<Entry>
  })

const post = (path: string, body: unknown) =>
  Effect.map(send("POST", path, { body: JSON.stringify(body) }), ({ body, status }) => {
    assert.strictEqual(status, 200, `${path}: ${body}`)
    return JSON.parse(body) as Entry
  })

const statusOf = (path: string) => Effect.map(send("GET", path), ({ status }) => status)

const lists = [
  "assistants",
  "contacts",
  "contacts/fields",
  "orgs",
  "inbox",
  "chats",
  "files",
  "segments",
  "connections",
  "workflows/runs",
  "broadcasts"
]

const below = Effect.map(post("/orgs/c/orgs", { name: "Branch" }), ({ id }) => ({ id, at: `/orgs/${id}` }))

const addBob = Effect.fnUntraced(function* (at: string) {
  const contact = yield* post(`${at}/contacts`, { channel: { type: "custom", user_id: "bob" } })
  const listed = (yield* get(`${at}/contacts`)).find(({ id }) => id === contact.id)
  const channels = listed?.["channels"] as ReadonlyArray<Entry> | undefined
  return { contact, channel_id: channels?.[0]?.id }
})

/** A chat of Bob's with an assistant of the organization below. */
const openBelow = Effect.fnUntraced(function* (at: string) {
  const assistant = yield* post(`${at}/assistants`, { name: "Branch's" })
  const { channel_id, contact } = yield* addBob(at)
  const message = [{ type: "text", text: "Hello" }]
  const chat = yield* post(`${at}/contacts/${contact.id}/channels/${channel_id}/chats`, { message })
  return { assistant, contact, chat }
})

describe("a parent's key in an organization below", () => {
  it.effect("lists what is there, which is nothing at first, and no record of the parent's", () =>
    Effect.gen(function* () {
      yield* openChat
      const { at } = yield* below
      for (const list of lists) assert.deepStrictEqual(yield* get(`${at}/${list}`), [], list)
      assert.strictEqual(yield* statusOf(`${at}/analytics`), yield* statusOf("/orgs/c/analytics"))
      assert.strictEqual(yield* statusOf("/orgs/org_000009/contacts"), 404)
      assert.strictEqual(yield* statusOf(`${at}/contacts/contact_000001/notes`), 404)
    }).pipe(Effect.provide(start()))
  )

  it.effect("creates there, and the parent's lists and ids stay apart", () =>
    Effect.gen(function* () {
      const mine = yield* openChat
      const { at, id } = yield* below
      const { assistant, chat, contact } = yield* openBelow(at)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([chat["org_id"], chat.id === mine.chat_id], [id, false])
      const ids = (path: string) => Effect.map(get(path), (entries) => entries.map((entry) => entry.id))
      assert.deepStrictEqual(yield* ids(`${at}/inbox`), [chat.id])
      assert.deepStrictEqual(yield* ids(`${at}/contacts`), [contact.id])
      assert.deepStrictEqual(yield* ids(`${at}/assistants`), [assistant.id])
      assert.deepStrictEqual(yield* ids("/orgs/c/inbox"), [mine.chat_id])
      assert.deepStrictEqual(yield* ids("/orgs/c/contacts"), [mine.contact_id])
      assert.strictEqual(yield* statusOf(`/orgs/c/contacts/${contact.id}/notes`), 404)
      const nested = yield* post(`${at}/orgs`, { name: "Branch of the branch" })
      assert.deepStrictEqual(yield* get(`/orgs/${nested.id}/contacts`), [])
    }).pipe(Effect.provide(start()))
  )

  it.effect("reaches its chats by the routes without an organization, and its assistant answers and follows up", () =>
    Effect.gen(function* () {
      const { at, id } = yield* below
      const { chat } = yield* openBelow(at)
      const joined = yield* post(`/orgs/c/orgs/${id}/join`, { role: "ADMIN" })
      const [member] = joined["members"] as ReadonlyArray<Entry>
      yield* TestClock.adjust("1 second")
      const state = `/chats/${chat.id}/state`
      const assigned = yield* send("PATCH", `${state}/assign`, { body: JSON.stringify({ member_id: member?.id }) })
      const set = yield* send("PATCH", state, { body: '{"follow_up_at":"1970-01-01T01:00:00Z"}' })
      assert.deepStrictEqual([assigned.status, set.status], [200, 200])
      yield* TestClock.adjust("1 hour")
      const messages = yield* get(`/chats/${chat.id}/messages`)
      assert.deepStrictEqual(
        messages.map(({ role }) => role),
        ["user", "assistant", "assistant"]
      )
    }).pipe(Effect.provide(start()))
  )

  it.effect("refuses a chat with no assistant named where the organization has none", () =>
    Effect.gen(function* () {
      const { at } = yield* below
      const { channel_id, contact } = yield* addBob(at)
      const path = `${at}/contacts/${contact.id}/channels/${channel_id}/chats`
      assert.strictEqual((yield* send("POST", path, { body: "{}" })).status, 404)
    }).pipe(Effect.provide(start()))
  )

  it.effect("is met by faults of a contact there", () =>
    Effect.gen(function* () {
      const { at } = yield* below
      const { chat } = yield* openBelow(at)
      assert.strictEqual(yield* statusOf(`/chats/${chat.id}/messages`), 503)
    }).pipe(
      Effect.provide(
        start({
          faults: [
            {
              name: "busy",
              when: { endpoint: "messages.list", contact: "contact_000001" },
              do: { answer: { status: 503 } }
            }
          ]
        })
      )
    )
  )

  it.scoped("finds everything there again after a restart, with a follow-up that was still to come", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const kept = Layer.provide(start(), Layer.scoped(Journal.CurrentJournal, Journal.open(join(folder, "state"))))
      const look = (at: string, chat: string) =>
        Effect.all(["inbox", "contacts", "assistants"].map((list) => get(`${at}/${list}`))).pipe(
          Effect.zip(get(`/chats/${chat}/messages`))
        )
      const before = yield* Effect.gen(function* () {
        const { at, id } = yield* below
        const { chat } = yield* openBelow(at)
        yield* TestClock.adjust("1 minute")
        yield* send("PATCH", `/chats/${chat.id}/state`, { body: '{"follow_up_at":"1970-01-01T01:00:00Z"}' })
        return { at, id, chat: chat.id, seen: yield* look(at, chat.id) }
      }).pipe(Effect.provide(kept))
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* look(before.at, before.chat), before.seen)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* get(`/chats/${before.chat}/messages`)).length, 3)
        const { chat } = yield* openBelow(before.at)
        assert.notStrictEqual(chat.id, before.chat)
      }).pipe(Effect.provide(kept))
    })
  )
})
