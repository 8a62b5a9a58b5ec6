/** What was deleted or merged away is in no list any more, and nothing new refers to it. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import { Emulator } from "../src/Emulator.ts"
import { control, layer, send } from "./ControlRoutes.ts"

const ask = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { apiKey } = yield* Emulator
  return yield* send(apiKey("test"), method, path, body)
})

/** What is looked at of an entry of a list. */
interface Shown {
  readonly id: string
  readonly contact: { readonly id: string }
  readonly last_message: { readonly id: string }
  readonly members: ReadonlyArray<{ readonly contact_channel?: { readonly contact?: { readonly id: string } } }>
  readonly state: { readonly assistant: { readonly deleted: boolean } }
}

const listOf = (path: string) =>
  Effect.map(ask("GET", path), ({ body, status }): ReadonlyArray<Shown> => {
    assert.strictEqual(status, 200, path)
    return body
  })

const idsIn = (path: string) => Effect.map(listOf(path), (list) => list.map(({ id }) => id))

/** A contact with a chat in which they wrote a message. */
const addContact = Effect.fnUntraced(function* (name: string) {
  const { body: contact } = yield* control("POST", "/contacts", { name, channels: [{ type: "custom" }] })
  const channel = `/orgs/c/contacts/${contact.id}/channels/${contact.channels[0].id}`
  const text = { message: [{ type: "text", text: "Hello" }] }
  const { body: chat } = yield* ask("POST", `${channel}/chats`, text)
  return { id: contact.id as string, path: `/orgs/c/contacts/${contact.id}`, channel, chat: chat.id as string, text }
})

describe("a contact that was merged away", () => {
  it.scoped("is in no list, and its chats, notes, files and rows of broadcasts are those of the other", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const [target, source] = [yield* addContact("Ada"), yield* addContact("Ada again")]
      yield* control("POST", "/setUp/addNote", { contact_id: source.id, content: "Prefers the phone" })
      const { body: file } = yield* ask("POST", `${source.path}/files`, { file: "aGk=" })
      const { id: broadcast } = yield* world.setUp.addBroadcast("Shipped", [{ channel_type: "custom", text: "Hi" }])
      yield* ask("POST", `/orgs/c/broadcasts/${broadcast}/send`, { contact_id: source.id })
      const merged = yield* ask("POST", `${target.path}/merge`, { source_contact_ids: [source.id] })
      assert.strictEqual(merged.status, 200)
      assert.deepStrictEqual(yield* idsIn("/orgs/c/contacts"), [target.id])
      assert.strictEqual((yield* listOf(`${target.path}/notes`)).length, 1)
      assert.deepStrictEqual(yield* idsIn(`${target.path}/files`), [file.id])
      const [row] = yield* listOf(`/orgs/c/broadcasts/${broadcast}/recipients`)
      assert.strictEqual(row?.contact.id, target.id)
      const chats = yield* listOf("/orgs/c/inbox")
      assert.deepStrictEqual(
        chats.flatMap(({ members }) => members.map((member) => member.contact_channel?.contact?.id)),
        [target.id, target.id]
      )
      const statuses = yield* Effect.forEach(
        ["notes", "files", "activities", "segments"].map((list) => `${source.path}/${list}`),
        (path) => Effect.map(ask("GET", path), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [404, 404, 404, 404])
      const written = yield* ask("POST", `${source.path}/chats/${source.chat}/messages`, source.text)
      assert.strictEqual(written.status, 404)
    }).pipe(Effect.provide(layer()))
  )
})

describe("a deleted assistant", () => {
  it.scoped("gets no new chat, named or not, and is shown as deleted in the chats that it has", () =>
    Effect.gen(function* () {
      const { assistantId, world } = yield* Emulator
      const { channel, chat, text } = yield* addContact("Ada")
      yield* control("POST", "/setUp/changeAssistant", { assistant_id: assistantId, deleted: true })
      const open = (body: object) => Effect.map(ask("POST", `${channel}/chats`, body), ({ status }) => status)
      assert.deepStrictEqual([yield* open({}), yield* open({ assistant_id: assistantId })], [404, 404])
      const other = yield* world.addAssistant({ name: "Other" })
      const { body: opened } = yield* ask("POST", `${channel}/chats`, text)
      assert.strictEqual(opened.state.assistant_id, other)
      const old = (yield* listOf("/orgs/c/inbox")).find(({ id }) => id === chat)
      assert.isTrue(old?.state.assistant.deleted === true)
    }).pipe(Effect.provide(layer()))
  )
})

describe("a deleted message", () => {
  it.scoped("is neither listed, read nor changed, and the chat shows the one before it as its last", () =>
    Effect.gen(function* () {
      const { chat, text } = yield* addContact("Ada")
      const [first] = yield* idsIn(`/chats/${chat}/messages`)
      const { body: sent } = yield* ask("POST", `/chats/${chat}/messages`, text)
      const path = `/chats/${chat}/messages/${sent.id}`
      assert.strictEqual((yield* ask("DELETE", path)).status, 200)
      assert.deepStrictEqual(yield* idsIn(`/chats/${chat}/messages`), [first])
      const [shown] = yield* listOf("/orgs/c/inbox")
      assert.strictEqual(shown?.last_message.id, first)
      const again = [yield* ask("GET", path), yield* ask("PATCH", path, text), yield* ask("DELETE", path)]
      assert.deepStrictEqual(
        again.map(({ status }) => status),
        [404, 404, 404]
      )
    }).pipe(Effect.provide(layer()))
  )
})
