import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import { Emulator } from "../src/Emulator.ts"
import { control, layer, send } from "./ControlRoutes.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("the control route of the clock", () => {
  it.scoped("refuses to move it back with 400, and leaves it where it was", () =>
    Effect.gen(function* () {
      const advance = (by: string) => control("POST", "/clock/advance", { by })
      const moved = yield* advance("1 day")
      const refused = yield* Effect.forEach(["-1 day", " -5 minutes", "-0 millis"], advance)
      assert.deepStrictEqual(
        refused.map(({ body, status }) => [status, body.message]),
        ["-1 day", " -5 minutes", "-0 millis"].map((by) => [400, `by: the clock cannot be moved back, got "${by}"`])
      )
      const stayed = yield* advance("0 seconds")
      assert.deepStrictEqual([stayed.status, stayed.body], [200, moved.body])
    }).pipe(Effect.provide(layer()))
  )
})

describe("the control route of the clock, far ahead,", () => {
  it.scoped("refuses with 400 what a date cannot hold, and more than a hundred years at once", () =>
    Effect.gen(function* () {
      const advance = (by: string) => control("POST", "/clock/advance", { by })
      const refused = yield* Effect.forEach(["10000000000 days", "36526 days", "1e300 days"], advance)
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [400, 400, 400]
      )
      assert.include(refused[0]?.body.message, "more than 36525 days at once")
      const years = yield* Effect.forEach(Array.from({ length: 81 }), () => advance("36525 days"))
      const last = years.findLast(({ status }) => status === 200)
      assert.match(last?.body.now, /^99\d\d-/)
      assert.include(years.at(-1)?.body.message, "beyond 9999-12-31T23:59:59.999Z")
      const { apiKey } = yield* Emulator
      const made = yield* send(apiKey("test"), "POST", "/orgs/c/contacts", {})
      assert.match(made.body.created_at, /^99\d\d-/)
    }).pipe(Effect.provide(layer()))
  )
})

describe("a body of the control routes", () => {
  it.scoped("is refused with 413 where it is longer than a mebibyte", () =>
    Effect.gen(function* () {
      const add = (length: number) => control("POST", "/setUp/addMember", { name: "x".repeat(length) })
      const [fits, refused] = [yield* add(1024 * 1024 - 20), yield* add(1024 * 1024)]
      assert.deepStrictEqual([fits.status, refused.status], [200, 413])
      assert.include(refused.body.message, "1048576 bytes")
    }).pipe(Effect.provide(layer()))
  )
})

describe("the control routes of setUp", () => {
  it.scoped("refuse with 400 a field whose key another one has, and so does the API where it renames one", () =>
    Effect.gen(function* () {
      const { apiKey } = yield* Emulator
      const add = (key: string) => control("POST", "/setUp/addField", { key })
      const [first, again, other] = [yield* add("birthday"), yield* add("birthday"), yield* add("size")]
      assert.deepStrictEqual([first.status, again.status, other.status], [200, 400, 200])
      assert.strictEqual(again.body.message, "Another field of the table has the key birthday")
      const rename = (id: string, key: string) =>
        send(apiKey("test"), "PATCH", `/orgs/c/tables/contacts/fields/${id}`, { key })
      const renamed = [yield* rename(other.body.id, "birthday"), yield* rename(first.body.id, "birthday")]
      assert.deepStrictEqual(
        renamed.map(({ status }) => status),
        [400, 200]
      )
      const { body: fields } = yield* send(apiKey("test"), "GET", "/orgs/c/contacts/fields")
      assert.deepStrictEqual(
        fields.map(({ key }: Record<string, string>) => key),
        ["birthday", "size"]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("activate a transactional broadcast, and refuse that for a marketing one", () =>
    Effect.gen(function* () {
      const { apiKey } = yield* Emulator
      const made = yield* control("POST", "/setUp/addBroadcast", {
        name: "Shipped",
        templates: [{ channel_type: "email", text: "Hi" }],
        active: false
      })
      const post = (path: string, body?: unknown) => send(apiKey("test"), "POST", path, body)
      const sale = yield* post("/orgs/c/broadcasts", { name: "Sale" })
      const change = (broadcast_id: string) => control("POST", "/setUp/changeBroadcast", { broadcast_id, active: true })
      const mail = post(`/orgs/c/broadcasts/${made.body.id}/send`, { email: "ada@invent.test" })
      const answers = [yield* mail, yield* change(made.body.id), yield* mail]
      const others = [yield* change(sale.body.id), yield* change("broadcast_9")]
      assert.deepStrictEqual(
        [...answers, ...others].map(({ status }) => status),
        [400, 200, 200, 400, 404]
      )
    }).pipe(Effect.provide(layer()))
  )
})

describe("the control route of keys", () => {
  const keyOf = (org_id?: string) =>
    Effect.map(control("POST", "/keys", { name: "nightly", ...(org_id === undefined ? {} : { org_id }) }), (answer) => {
      assert.strictEqual(answer.status, 200)
      return answer.body.key as string
    })

  it.scoped("makes keys of an organization below, which reach it and those below it alone", () =>
    Effect.gen(function* () {
      const { orgId } = yield* Emulator
      const top = yield* keyOf()
      const post = (path: string, body: unknown, key = top) => send(key, "POST", path, body)
      const { id: branch } = (yield* post("/orgs/c/orgs", { name: "Branch" })).body
      const { id: sibling } = (yield* post("/orgs/c/orgs", { name: "Sibling" })).body
      const { id: leaf } = (yield* post(`/orgs/${branch}/orgs`, { name: "Leaf" })).body
      const key = yield* keyOf(branch)
      assert.notStrictEqual(key, top)
      assert.strictEqual(yield* keyOf(orgId), top)

      const open = Effect.fnUntraced(function* (org: string) {
        yield* post(`/orgs/${org}/assistants`, { name: "Assistant" })
        const channel = { type: "custom", user_id: "ada" }
        const { channels, id } = (yield* post(`/orgs/${org}/contacts`, { channel })).body
        return (yield* post(`/orgs/${org}/contacts/${id}/channels/${channels[0].id}/chats`, {})).body.id as string
      })
      const [mine, theirs, above, under] = [
        yield* open(branch),
        yield* open(sibling),
        yield* open("c"),
        yield* open(leaf)
      ]
      const get = (path: string) => send(key, "GET", path)
      const { body: chats } = yield* get("/orgs/c/chats")
      assert.deepStrictEqual(
        chats.map(({ id, org_id }: Record<string, string>) => [id, org_id]),
        [[mine, branch]]
      )
      const statuses = yield* Effect.forEach(
        [
          `/orgs/${branch}/contacts`,
          `/orgs/${leaf}/contacts`,
          `/orgs/${orgId}/contacts`,
          `/orgs/${sibling}/contacts`,
          `/chats/${mine}/messages`,
          `/chats/${under}/messages`,
          `/chats/${theirs}/messages`,
          `/chats/${above}/messages`
        ],
        (path) => Effect.map(get(path), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [200, 200, 404, 404, 200, 200, 404, 404])
      const unknown = yield* control("POST", "/keys", { name: "nightly", org_id: "org_9" })
      assert.strictEqual(unknown.status, 404)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("makes keys that a state file brings back, each of its organization", () =>
    Effect.gen(function* () {
      const kept = layer({ state: join(yield* folder, "state") })
      const { branch, key } = yield* Effect.gen(function* () {
        const made = yield* control("POST", "/setUp/addOrganization", { name: "Branch" })
        const branch: string = made.body.id
        return { branch, key: yield* keyOf(branch) }
      }).pipe(Effect.provide(kept))
      yield* Effect.gen(function* () {
        const { orgId } = yield* Emulator
        const get = (path: string) => Effect.map(send(key, "GET", path), ({ status }) => status)
        assert.deepStrictEqual([yield* get(`/orgs/${branch}/files`), yield* get(`/orgs/${orgId}/files`)], [200, 404])
      }).pipe(Effect.provide(kept))
    })
  )
})
