/** What cannot be shown is not stored: a request whose answer fails leaves everything as it was. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import { Emulator, layer as inProcess } from "../src/Emulator.ts"
import { badRequest } from "../src/Refusal.ts"
import { AnswerCheck } from "../src/World/Core.ts"
import { Table } from "../src/World/TrackedMap.ts"
import { Undo } from "../src/World/Undo.ts"
import { send as sendText, withWorld } from "./Conformance.ts"
import { control, layer, send } from "./ControlRoutes.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const call = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { apiKey } = yield* Emulator
  return yield* send(apiKey("test"), method, path, body)
})

describe("a value that no page prints", () => {
  it.scoped("as the type of a channel is refused with 400, and all contacts are listed, also after a restart", () =>
    Effect.gen(function* () {
      const kept = layer({ state: join(yield* folder, "state") })
      yield* Effect.gen(function* () {
        const refused = yield* call("POST", "/orgs/c/contacts", { channel: { type: "fax", user_id: "1" } })
        assert.deepStrictEqual([refused.status, refused.body.message], [400, "There is no channel of the type fax"])
        assert.deepStrictEqual((yield* call("GET", "/orgs/c/contacts")).body, [])
      }).pipe(Effect.provide(kept))
      yield* Effect.provide(call("POST", "/orgs/c/contacts", { channel: { type: "email", email: "a@b.c" } }), kept)
      const listed = yield* Effect.provide(call("GET", "/orgs/c/contacts"), kept)
      assert.deepStrictEqual([listed.status, listed.body.length], [200, 1])
    })
  )

  it.scoped("in the schema of a field is kept and shown as it came", () =>
    Effect.gen(function* () {
      const { body: table } = yield* call("POST", "/orgs/c/tables", { name: "Leads", record_prefix: "LEAD" })
      const [field] = table.fields
      const schema = { type: "record", picker: "inline" }
      const changed = yield* call("PATCH", `/orgs/c/tables/${table.id}/fields/${field.id}`, { schema })
      assert.deepStrictEqual([changed.status, changed.body.schema], [200, schema])
      const listed = yield* call("GET", "/orgs/c/tables")
      assert.deepStrictEqual([listed.status, listed.body[1].fields[0].schema], [200, schema])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is a number beyond those of JavaScript, which is refused with 400", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const org = yield* world.setUp.addOrganization("Branch")
      const body = '{"spending_cap":{"amount":1e999}}'
      const { status } = yield* sendText("PATCH", `/orgs/c/orgs/${org}/billing`, { body })
      assert.strictEqual(status, 400)
    }).pipe(Effect.provide(withWorld(inProcess())))
  )
})

describe("an instant with an offset or with microseconds", () => {
  it.scoped("is shown as it was sent, also after a restart", () =>
    Effect.gen(function* () {
      const kept = layer({ state: join(yield* folder, "state") })
      const instants = ["9999-12-31T23:59:59-14:00", "2026-03-10T12:00:00.000001Z", "2026-03-10T12:00:00Z"]
      yield* Effect.forEach(instants, (scheduled_at) =>
        call("POST", "/orgs/c/broadcasts", { name: "Spring", scheduled_at })
      ).pipe(Effect.provide(kept))
      const listed = yield* Effect.provide(call("GET", "/orgs/c/broadcasts"), kept)
      assert.deepStrictEqual(
        listed.body.map((broadcast: Record<string, string>) => broadcast["scheduled_at"]),
        instants
      )
    })
  )
})

describe("a request whose answer cannot be shown", () => {
  it.scoped("is refused, and changes neither the world nor its log", () =>
    Effect.gen(function* () {
      const { log, world } = yield* Emulator
      const { body: contact } = yield* control("POST", "/contacts", { name: "Ada", channels: [{ type: "custom" }] })
      const [channel] = contact.channels
      const path = { contact_id: contact.id, channel_id: channel.id }
      const { id: chat_id } = yield* world.createChat(path, { message: [{ type: "text", text: "Hello" }] })
      const before = { world: yield* world.everything(), log: yield* log.entries }
      const refusing = Effect.provideService(AnswerCheck, () => {
        throw badRequest("It cannot be shown")
      })
      const changes: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        world.createChat(path, { message: [{ type: "text", text: "Hello again" }] }),
        world.sendMessage({ ...path, chat_id }, { message: [{ type: "text", text: "And now?" }] }),
        world.updateState(chat_id, { state: "CLOSED", csat_score: 1 }, "test"),
        world.contacts.update(contact.id, { name: "Bo", blocked: true }),
        world.contacts.create({ channel: { user_id: "1" } }),
        world.messages.create(chat_id, [{ type: "text", text: "Hello" }], "test")
      ]
      for (const change of changes) assert.strictEqual((yield* Effect.exit(refusing(change)))._tag, "Failure")
      assert.deepStrictEqual({ world: yield* world.everything(), log: yield* log.entries }, before)
      assert.strictEqual((yield* world.listMessages(chat_id)).messages.length, 1)
      yield* world.sendMessage({ ...path, chat_id }, { message: [{ type: "text", text: "And now?" }] })
      assert.strictEqual((yield* world.listMessages(chat_id)).messages.length, 2)
    }).pipe(Effect.provide(layer()))
  )
})

it("a change of records is taken back: what was set, changed or deleted", () => {
  const undo = new Undo()
  const table = new Table<string, { name: string; tags: Array<string>; tool: { pending: boolean } | null }>(undo)
  const record = (name: string) => ({ name, tags: ["a"], tool: { pending: true } })
  table.set("first", record("first"))
  table.set("second", record("second"))
  const before = structuredClone([...table])
  undo.begin()
  const first = table.get("first")!
  first.name = "changed"
  first.tags.push("b")
  first.tool!.pending = false
  table.set("third", record("third"))
  table.delete("second")
  undo.takeBack()
  undo.end()
  assert.deepStrictEqual([...table], before)
  table.get("first")!.name = "kept"
  undo.takeBack()
  assert.strictEqual(table.get("first")?.name, "kept")
})
