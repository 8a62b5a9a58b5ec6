/** What an organization keeps beside its conversations, and what the pages leave open there. */
import { ActionKind, AssistantId, ContentId, OrgId } from "@effect-invent/domain/Ids"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { Emulator, layer } from "../src/Emulator.ts"
import * as Pages from "../../domain/test/Pages.ts"
import * as Csv from "../src/World/Csv.ts"
import { openChat, send, withWorld } from "./Conformance.ts"
import { read } from "./Fixtures.ts"

const start = (...settings: Parameters<typeof layer>) => withWorld(layer(...settings))

const api = Effect.gen(function* () {
  const { apiKey, url } = yield* Emulator
  return yield* HttpApiClient.make(CallableApi, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey("customers")))
  })
})

const org = { org_id: OrgId.make("c") }
const kind = ActionKind.make("TOOLS:HTTP_REQUEST")

describe("an assistant's actions", () => {
  it.effect("are created, read, changed and put in order, each of its own assistant", () =>
    Effect.gen(function* () {
      const { assistantId, world } = yield* Emulator
      const invent = yield* api
      const path = { ...org, assistant_id: assistantId }
      const config = { input: { url: "https://a.b" }, definitions: [{ path: "url", definition: { ai: true } }] }
      const first = yield* invent.assistants.createAction({ path, payload: { enabled: true, action_id: kind, config } })
      const second = yield* invent.assistants.createAction({
        path,
        payload: { enabled: false, action_id: kind, config: {}, name: "Two" }
      })
      assert.deepInclude(first, { enabled: true, name: null, action_id: kind, config, position: 100 })
      const one = { ...path, action_id: first.id }
      const changed = yield* invent.assistants.updateAction({
        path: one,
        payload: { name: "One", instructions: "Be quick" }
      })
      assert.deepInclude(changed, { name: "One", instructions: "Be quick", config })
      assert.deepStrictEqual(yield* invent.assistants.getAction({ path: one }), changed)
      const positions = [{ id: first.id, position: 300 }]
      const ordered = read(yield* invent.assistants.reorderActions({ path, urlParams: {}, payload: { positions } }))
      assert.deepStrictEqual(
        ordered.map(({ id }) => id),
        [second.id, first.id]
      )
      assert.deepStrictEqual(
        read(yield* invent.assistants.listActions({ path, urlParams: { take: 1 } })),
        ordered.slice(0, 1)
      )
      assert.strictEqual((yield* invent.assistants.get({ path })).actions?.length, 2)
      const other = yield* world.addAssistant({ name: "Other" })
      assert.strictEqual((yield* send("GET", `/orgs/c/assistants/${other}/actions/${first.id}`)).status, 404)
    }).pipe(Effect.provide(start()))
  )

  it.effect("stay when the assistant gets a new secret key", () =>
    Effect.gen(function* () {
      const { assistantId } = yield* Emulator
      const invent = yield* api
      const path = { ...org, assistant_id: assistantId }
      const [before, after] = [
        yield* invent.assistants.rotateSecretKey({ path }),
        yield* invent.assistants.rotateSecretKey({ path })
      ]
      assert.isString(after.secret_key)
      assert.notStrictEqual(before.secret_key, after.secret_key)
      assert.strictEqual((yield* send("POST", "/orgs/c/assistants/none/rotate-secret-key")).status, 404)
    }).pipe(Effect.provide(start()))
  )
})

describe("knowledge", () => {
  it.effect("is a text in chunks, or a website whose paths are chosen; an assistant has what was linked", () =>
    Effect.gen(function* () {
      const { assistantId, world } = yield* Emulator
      const invent = yield* api
      const text = "x".repeat(1500)
      const hours = yield* invent.knowledge.create({
        path: org,
        payload: { title: "Hours", content: { type: "TEXT", text } }
      })
      assert.deepInclude(hours, { type: "TEXT", size: 1500, chunks_count: 2, status: "PROCESSED", children: [] })
      const path = { ...org, content_id: hours.id }
      assert.strictEqual((yield* invent.knowledge.get({ path })).text, text)
      const chunks = read(yield* invent.knowledge.listChunks({ path, urlParams: { status: "PROCESSED" } }))
      assert.deepStrictEqual(
        chunks.map(({ char_end, char_start }) => [char_start, char_end]),
        [
          [0, 1000],
          [1000, 1500]
        ]
      )
      assert.deepStrictEqual(yield* invent.knowledge.listChunks({ path, urlParams: { status: "FAILED" } }), [])
      const site = yield* world.knowledge.addWebsite("Docs")
      const payload = { include_path_patterns: ["/docs"] }
      assert.strictEqual(
        (yield* invent.knowledge.updateUrl({ path: { ...org, content_id: site }, payload })).type,
        "URL"
      )
      const refused = yield* send("PATCH", `/orgs/c/knowledge/contents/${hours.id}/url`, {
        body: JSON.stringify(payload)
      })
      assert.strictEqual(refused.status, 400)
      yield* world.knowledge.linkContent(hours.id, assistantId)
      const assistant = { ...org, assistant_id: assistantId }
      const titles = (urlParams: { readonly search?: string; readonly type?: "TEXT" | "URL" }) =>
        Effect.map(invent.knowledge.listOfAssistant({ path: assistant, urlParams }), (list) =>
          read(list).map(({ title }) => title)
        )
      assert.deepStrictEqual(
        [yield* titles({}), yield* titles({ search: "HOU" }), yield* titles({ type: "URL" })],
        [["Hours"], ["Hours"], []]
      )
      const available = read(yield* invent.knowledge.listAvailable({ path: assistant, urlParams: {} }))
      assert.deepStrictEqual(
        available.map(({ linked, title }) => [title, linked]),
        [
          ["Hours", true],
          ["Docs", false]
        ]
      )
      assert.strictEqual((yield* send("GET", `/orgs/c/knowledge/contents/${ContentId.make("none")}`)).status, 404)
    }).pipe(Effect.provide(start()))
  )
})

describe("a table", () => {
  it.effect("has fields that are renamed and moved, views in an order, and records that are imported row by row", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      const leads = yield* invent.tables.create({ path: org, payload: { name: "Leads", record_prefix: "LEAD" } })
      const path = { ...org, table_id: leads.id }
      const [field] = read(leads.fields ?? [])
      assert.deepInclude(field, { key: "name", type: "string", table_id: leads.id })
      const one = { ...path, field_id: field!.id }
      assert.strictEqual(
        (yield* invent.tables.updateField({ path: one, payload: { key: "full_name" } })).key,
        "full_name"
      )
      assert.strictEqual((yield* invent.tables.moveField({ path, payload: { field_id: field!.id } })).id, field!.id)
      const file = 'Who\n"Lovelace, Ada"\ntoo,many\nGrace'
      const imported = yield* invent.tables.importRecords({ path, payload: { file, mapping: '{"Who":"full_name"}' } })
      assert.deepStrictEqual(imported, {
        created: 2,
        failed: 1,
        errors: [{ row: 2, message: "1 cells expected, 2 found" }]
      })
      const [record_id] = world.tables.recordsOf(leads.id)
      const [activity] = read(
        yield* invent.records.listActivities({ path: { ...org, record_id: record_id! }, urlParams: {} })
      )
      assert.deepStrictEqual(activity?.metadata, {
        changes: [{ key: "full_name", old_value: null, new_value: "Lovelace, Ada" }]
      })
      const [view] = read(yield* invent.tables.orderViews({ path, urlParams: {}, payload: { positions: [] } }))
      const viewPath = { ...org, view_id: view!.id }
      const changed = yield* invent.views.update({
        path: viewPath,
        payload: { name: "Board", config: { board: { key: "full_name" } }, sort: { key: "full_name" } }
      })
      assert.deepInclude(changed, {
        name: "Board",
        config: { board: { key: "full_name" } },
        sort: { key: "full_name" }
      })
      const tables = (urlParams: { readonly type?: "custom" | "contacts"; readonly search?: string }) =>
        Effect.map(invent.tables.list({ path: org, urlParams }), (list) => read(list).map(({ name }) => name))
      assert.deepStrictEqual(
        [yield* tables({}), yield* tables({ type: "custom" }), yield* tables({ search: "CON" })],
        [["Contacts", "Leads"], ["Leads"], ["Contacts"]]
      )
    }).pipe(Effect.provide(start()))
  )

  it.effect("imports the rows after one that is broken, which it reports", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      const people = yield* invent.tables.create({ path: org, payload: { name: "People", record_prefix: "P" } })
      const path = { ...org, table_id: people.id }
      const file = 'name\nAda\n"Gra"ce\nMary\nJo"an\n"of ""Arc"""\n"never closed\nEve'
      const unread = "1 cells expected, a quote that belongs to no cell found"
      assert.deepStrictEqual(yield* invent.tables.importRecords({ path, payload: { file } }), {
        created: 4,
        failed: 3,
        errors: [2, 4, 6].map((row) => ({ row, message: unread }))
      })
      const activities = yield* Effect.forEach(world.tables.recordsOf(people.id), (record_id) =>
        invent.records.listActivities({ path: { ...org, record_id }, urlParams: {} })
      )
      assert.deepStrictEqual(
        activities.flatMap(read).map(({ metadata }) => metadata),
        ["Ada", "Mary", 'of "Arc"', "Eve"].map((new_value) => ({
          changes: [{ key: "name", old_value: null, new_value }]
        }))
      )
      const broken = yield* send("POST", `/orgs/c/tables/${people.id}/records/import`, {
        body: JSON.stringify({ file: 'na"me\nAda' })
      })
      assert.strictEqual(broken.status, 400)
    }).pipe(Effect.provide(start()))
  )

  it("imports a row whose last cell is empty where the file ends", () => {
    assert.deepStrictEqual(Csv.rows("name,age\nAda,"), [
      ["name", "age"],
      ["Ada", ""]
    ])
  })

  it.effect("is refused with a prefix that another has, and an import for a field that it has not", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ name: "Leads", record_prefix: "LEAD" })
      const create = send("POST", "/orgs/c/tables", { body })
      const { id } = JSON.parse((yield* create).body) as { readonly id: string }
      const answers = [
        yield* create,
        yield* send("POST", "/orgs/c/tables", { body: '{"name":"x","record_prefix":"lead"}' }),
        yield* send("POST", `/orgs/c/tables/${id}/records/import`, { body: '{"file":"age\\n36"}' }),
        yield* send("POST", `/orgs/c/tables/${id}/records/import`, { body: '{"file":"x","mapping":"no JSON"}' }),
        yield* send("POST", `/orgs/c/tables/${id}/fields/move`, { body: '{"field_id":"none"}' }),
        yield* send("PATCH", "/orgs/c/views/none", { body: "{}" }),
        yield* send("GET", "/orgs/c/records/none/activities")
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [400, 400, 400, 400, 404, 404, 404]
      )
    }).pipe(Effect.provide(start()))
  )
})

describe("an organization below this one", () => {
  it.effect("is created, set up at any depth, billed and joined, and its usage listed", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      const created = yield* invent.orgs.create({ path: org, payload: { name: "Branch" } })
      const path = { ...org, sub_org_id: created.id }
      yield* invent.orgs.update({ path, payload: { config: { email: "a@b.c", access: { allow_google: true } } } })
      const updated = yield* invent.orgs.update({
        path,
        payload: { name: "Branch 2", config: { access: { allow_invites: false } } }
      })
      assert.deepInclude(updated, {
        name: "Branch 2",
        config: { email: "a@b.c", access: { allow_google: true, allow_invites: false } }
      })
      const billed = yield* invent.orgs.updateBilling({
        path,
        payload: { spending_cap: { enabled: true, amount: 100 } }
      })
      assert.deepStrictEqual(billed.billing, { spending_cap: { enabled: true, amount: 100 } })
      yield* invent.orgs.join({ path, payload: { role: "ADMIN" } })
      const joined = yield* invent.orgs.join({ path, payload: {} })
      assert.deepStrictEqual(
        read(joined.members ?? []).map(({ role, status }) => [role, status]),
        [["ADMIN", "ACTIVE"]]
      )
      const usage = read(yield* invent.orgs.listUsage({ path: org, urlParams: { interval: "day" } }))
      assert.deepStrictEqual(
        usage.map(({ event_name, org_name }) => [org_name, event_name]),
        [["Branch 2", "run"]]
      )
      assert.strictEqual((yield* send("GET", "/orgs/c/orgs/usage")).status, 400)
      assert.strictEqual((yield* send("PATCH", `/orgs/c/orgs/${world.orgId}`, { body: "{}" })).status, 404)
    }).pipe(Effect.provide(start()))
  )

  it.effect("answers a change of its billing with all that the page prints, and nothing else", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const id = yield* world.setUp.addOrganization("Branch")
      yield* TestClock.adjust("1 hour")
      const { body, status } = yield* send("PATCH", `/orgs/c/orgs/${id}/billing`, {
        body: '{"auto_recharge":{"enabled":true}}'
      })
      assert.strictEqual(status, 200)
      const answer = JSON.parse(body)
      const printed = Pages.pages.find(({ endpoint }) => endpoint === "orgs.updateBilling")?.answer
      assert.deepStrictEqual(Object.keys(answer).sort(), Object.keys(printed as object).sort())
      assert.deepInclude(answer, {
        type: "PERSONAL",
        role: "ADMIN",
        deleted: false,
        billing: { auto_recharge: { enabled: true } },
        parent_org: { id: world.orgId, name: "Organization" },
        created_at: "1970-01-01T00:00:00Z",
        updated_at: "1970-01-01T01:00:00Z"
      })
      const nested = JSON.parse((yield* send("POST", `/orgs/${id}/orgs`, { body: "{}" })).body)
      const below = yield* send("PATCH", `/orgs/${id}/orgs/${nested.id}/billing`, { body: "{}" })
      assert.deepStrictEqual(JSON.parse(below.body).parent_org, { id, name: "Branch" })
    }).pipe(Effect.provide(start()))
  )

  for (const [orgFeatures, features] of [
    ["ignored", {}],
    ["changed", { workflows: true }]
  ] as const) {
    it.effect(`has its features ${orgFeatures} when the option says so`, () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = { ...org, sub_org_id: yield* world.setUp.addOrganization("Branch") }
        assert.deepStrictEqual(
          (yield* invent.orgs.update({ path, payload: { features: { workflows: true } } })).features,
          features
        )
      }).pipe(Effect.provide(start({ behaviour: { orgFeatures } })))
    )
  }
})

describe("files", () => {
  it.effect("are what an avatar and a logo are: an id of no file is refused with 404, and changes nothing", () =>
    Effect.gen(function* () {
      const { assistantId, world } = yield* Emulator
      const invent = yield* api
      const branch = yield* world.setUp.addOrganization("Branch")
      const [assistant, below] = [`/orgs/c/assistants/${assistantId}`, `/orgs/c/orgs/${branch}`]
      const refused = [
        yield* send("POST", "/orgs/c/assistants", { body: '{"name":"Night","avatar_id":"file_9"}' }),
        yield* send("PATCH", assistant, { body: '{"name":"Night","avatar_id":"file_9"}' }),
        yield* send("PATCH", below, { body: '{"name":"Night","logo_id":"file_9"}' })
      ]
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [404, 404, 404]
      )
      const [listed, ...others] = read(yield* invent.assistants.list({ path: org, urlParams: {} }))
      assert.deepStrictEqual([listed?.name, others], ["Assistant", []])
      const [found] = read(yield* invent.orgs.list({ path: org, urlParams: {} }))
      assert.deepStrictEqual([found?.name, found?.logo_url], ["Branch", null])
      const upload = (of: string) =>
        Effect.map(send("POST", `/orgs/${of}/files`, { body: '{"file":"aGk="}' }), ({ body }) => JSON.parse(body).id)
      const [file, ofBranch] = [yield* upload("c"), yield* upload(branch)]
      const taken = [
        yield* send("PATCH", assistant, { body: `{"avatar_id":"${file}"}` }),
        yield* send("PATCH", below, { body: `{"logo_id":"${file}"}` }),
        yield* send("PATCH", below, { body: `{"logo_id":"${ofBranch}"}` })
      ]
      assert.deepStrictEqual(
        taken.map(({ body }) => JSON.parse(body).avatar_url ?? JSON.parse(body).logo_url),
        [file, file, ofBranch].map((id) => `https://files.invalid/${id}`)
      )
      assert.isNull(JSON.parse((yield* send("PATCH", below, { body: '{"logo_id":null}' })).body).logo_url)
    }).pipe(Effect.provide(start()))
  )

  it.effect("of the organization are listed apart from those of contacts, a private one with a signature", () =>
    Effect.gen(function* () {
      const invent = yield* api
      const { contact_id } = yield* openChat
      const open = yield* invent.files.uploadOrg({
        path: org,
        payload: { file: new Uint8Array(3), visibility: "PUBLIC" }
      })
      const secret = yield* invent.files.uploadOrg({ path: org, payload: { file_url: "https://a.b/c.png?d=e" } })
      assert.deepStrictEqual([open.file_size, open.file_url?.includes("signature")], [3, false])
      assert.deepStrictEqual([secret.file_filename, secret.file_url?.includes("signature")], ["c.png", true])
      const own = yield* invent.contacts.uploadFile({
        path: { ...org, contact_id },
        payload: { file: new Uint8Array(1), allowed_types: ["*/*"] }
      })
      assert.deepStrictEqual(
        read(yield* invent.files.listOrg({ path: org, urlParams: {} })).map(({ id }) => id),
        [open.id, secret.id]
      )
      const listed = read(
        yield* invent.contacts.listFiles({ path: { ...org, contact_id }, urlParams: { search: "FIL" } })
      )
      assert.deepStrictEqual(
        listed.map(({ id, source }) => [id, source]),
        [[own.id, "direct"]]
      )
    }).pipe(Effect.provide(start()))
  )

  for (const [uploadOfNothing, status] of [
    ["refused", 400],
    ["accepted", 200]
  ] as const) {
    it.effect(`without content are ${uploadOfNothing} when the option says so`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* send("POST", "/orgs/c/files", { body: "{}" })).status, status)
      }).pipe(Effect.provide(start({ behaviour: { uploadOfNothing } })))
    )
  }
})

describe("contacts that are one person", () => {
  it.effect("are grouped by the address they share, and merged two by two", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      const add = (name: string) => world.addContact({ name, channels: [{ type: "custom", user_id: "same" }] })
      const [ada, twin] = [yield* add("Ada"), yield* add("A. Lovelace")]
      yield* world.addContact({ name: "Grace", channels: [{ type: "custom" }] })
      const [group, ...others] = read(yield* invent.contacts.listDuplicates({ path: org, urlParams: {} }))
      assert.deepStrictEqual(
        [group?.primary?.id, read(group?.duplicates ?? []).map(({ id }) => id), others],
        [ada.id, [twin.id], []]
      )
      const payload = { source_contact_id: twin.id, target_contact_id: ada.id }
      assert.strictEqual((yield* invent.contacts.mergeTwo({ path: org, payload })).channels?.length, 2)
      assert.deepStrictEqual(yield* invent.contacts.listDuplicates({ path: org, urlParams: {} }), [])
    }).pipe(Effect.provide(start()))
  )

  it.effect("are distinguished from new ones by a dry run, which writes nothing", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      yield* world.addContact({ name: "Ada", channels: [{ type: "custom", user_id: "known" }] })
      const channels = [{ user_id: "known" }, { email: "new@b.c", type: "email" }, { name: "Nobody" }]
      const run = yield* invent.contacts.dryRunCreate({ path: org, payload: { channels } })
      assert.deepStrictEqual(run, {
        updated: [{ user_id: "known" }],
        created: [{ email: "new@b.c", type: "email" }],
        invalid: [{ name: "Nobody" }]
      })
      assert.strictEqual((yield* world.everything()).contacts.length, 1)
    }).pipe(Effect.provide(start()))
  )

  it.effect("are created on the kind of channel that the request says, else on that of the option", () =>
    Effect.gen(function* () {
      const invent = yield* api
      const types = yield* Effect.forEach([{}, { type: "custom" }], (channel) =>
        Effect.map(invent.contacts.create({ path: org, payload: { channel } }), ({ channels }) =>
          read(channels ?? []).map(({ type }) => type)
        )
      )
      assert.deepStrictEqual(types, [["email"], ["custom"]])
    }).pipe(Effect.provide(start({ behaviour: { channelWithoutType: "email" } })))
  )
})

describe("broadcasts", () => {
  const broadcasting = Effect.gen(function* () {
    const { world } = yield* Emulator
    const invent = yield* api
    const { contact_id } = yield* openChat
    yield* world.unsubscribe(contact_id)
    yield* world.addContact({ name: "Grace", channels: [{ type: "custom" }] })
    const { id } = yield* invent.broadcasts.create({ path: org, payload: { name: "Spring", send_to_all: true } })
    yield* invent.broadcasts.sendMarketing({ path: { ...org, broadcast_id: id } })
    return { invent, path: { ...org, broadcast_id: id } }
  })

  it.effect("are listed with their counts, and their recipients with what became of each", () =>
    Effect.gen(function* () {
      const { invent, path } = yield* broadcasting
      const [spring] = read(yield* invent.broadcasts.list({ path: org, urlParams: { status: "SENT", search: "SPR" } }))
      assert.deepInclude(spring, { recipients_count: 2, skipped_count: 1, sent_count: 1, send_to_all: true })
      assert.deepStrictEqual(yield* invent.broadcasts.list({ path: org, urlParams: { status: "DRAFT" } }), [])
      const recipients = read(yield* invent.broadcasts.listRecipients({ path, urlParams: {} }))
      const at = yield* DateTime.now
      assert.deepStrictEqual(
        recipients.map((row) => [
          row.is_skipped,
          row.is_skipped_at,
          row.is_sent,
          row.is_sent_at,
          row.contact?.unsubscribed
        ]),
        [
          [true, at, false, null, true],
          [false, null, true, at, false]
        ]
      )
      const entries = [{ user_id: recipients[0]!.user_id!, values: { code: 7 } }, { phone: "0" }]
      const run = yield* invent.broadcasts.dryRunEntries({ path, payload: { entries } })
      assert.deepStrictEqual(run, { valid: [{ user_id: recipients[0]!.user_id! }], invalid: [{ phone: "0" }] })
    }).pipe(Effect.provide(start()))
  )

  it.effect("go to contacts who opted out when the option says so", () =>
    Effect.gen(function* () {
      const { invent, path } = yield* broadcasting
      const recipients = read(yield* invent.broadcasts.listRecipients({ path, urlParams: {} }))
      assert.deepStrictEqual(
        recipients.map(({ is_sent }) => is_sent),
        [true, true]
      )
    }).pipe(Effect.provide(start({ behaviour: { broadcastToOptedOut: "sent" } })))
  )
})

describe("what is counted", () => {
  it.effect("is all contacts, messages and conversations, and the contacts of each interval in a time zone", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const invent = yield* api
      yield* TestClock.setTime(Date.UTC(2026, 2, 9, 23, 30))
      const { chat_id, contact_id } = yield* openChat
      yield* TestClock.adjust("1 day")
      yield* world.unsubscribe(contact_id)
      yield* world.setState(chat_id, "CLOSED")
      const { total_closed_conversations, total_contacts, total_ongoing_conversations } =
        yield* invent.analytics.dashboard({ path: org })
      assert.deepStrictEqual([total_contacts, total_closed_conversations, total_ongoing_conversations], [1, 1, 0])
      const growth = (timezone: string) =>
        Effect.map(invent.analytics.listContactGrowth({ path: org, urlParams: { timezone } }), (list) =>
          read(list).map((row) => [row.date, row.new, row.unsubscribed, row.total])
        )
      assert.deepStrictEqual(yield* growth("UTC"), [
        ["2026-03-09", 1, 0, 1],
        ["2026-03-10", 0, 1, 1]
      ])
      assert.deepStrictEqual(yield* growth("Europe/Berlin"), [
        ["2026-03-10", 1, 0, 1],
        ["2026-03-11", 0, 1, 1]
      ])
      const refused = [
        yield* send("GET", "/orgs/c/analytics/contacts/growth?timezone=Mars/Olympus"),
        yield* send("GET", "/orgs/c/analytics/contacts/growth?from_date=0001-01-01")
      ]
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [400, 400]
      )
    }).pipe(Effect.provide(start()))
  )
})

describe("what the pages leave open", () => {
  for (const [fractionalCsatScore, status] of [
    ["accepted", 200],
    ["refused", 400]
  ] as const) {
    it.effect(`a CSAT score with a fraction is ${fractionalCsatScore} when the option says so`, () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        assert.strictEqual(
          (yield* send("PATCH", `/chats/${chat_id}/state`, { body: '{"csat_score":2.5}' })).status,
          status
        )
      }).pipe(Effect.provide(start({ behaviour: { fractionalCsatScore } })))
    )
  }

  for (const [streamedRun, type] of [
    ["events", "text/event-stream"],
    ["json", "application/json"]
  ] as const) {
    it.effect(`a run with a stream answers with ${streamedRun} when the option says so`, () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const id = yield* world.setUp.addWorkflow("Onboarding")
        const body = '{"stream":true}'
        const { headers } = yield* send("POST", `/orgs/c/workflows/${id}/runs`, { body })
        assert.strictEqual(headers["content-type"]?.split(";")[0], type)
      }).pipe(Effect.provide(start({ behaviour: { streamedRun, runAnsweredWhen: "started" } })))
    )
  }

  for (const [runAnsweredWhen, statuses] of [
    ["ended", ["RUNNING", "COMPLETED"]],
    ["started", ["RUNNING"]]
  ] as const) {
    it.effect(`a run that is not in the background is answered when it has ${runAnsweredWhen}`, () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const id = yield* world.setUp.addWorkflow("Onboarding")
        const answering = yield* Effect.fork(send("POST", `/orgs/c/workflows/${id}/runs`, { body: '{"stream":true}' }))
        if (runAnsweredWhen === "ended") yield* TestClock.adjust("1 second")
        const { body } = yield* Fiber.join(answering)
        assert.deepStrictEqual(
          [...body.matchAll(/^data: (.*)$/gm)].map(([, run = ""]) => JSON.parse(run).status as string),
          [...statuses]
        )
      }).pipe(Effect.provide(start({ behaviour: { runAnsweredWhen } })))
    )
  }

  for (const [messageToOptedOut, status] of [
    ["accepted", 200],
    ["refused", 400]
  ] as const) {
    it.effect(
      `a message to a contact who is blocked or unsubscribed is ${messageToOptedOut} when the option says so`,
      () =>
        Effect.gen(function* () {
          const { world } = yield* Emulator
          const [willing, blocked, unsubscribed] = [yield* openChat, yield* openChat, yield* openChat]
          yield* world.block(blocked.contact_id)
          yield* world.unsubscribe(unsubscribed.contact_id)
          const body = '{"message":[{"type":"text","text":"Hello"}]}'
          const answers = yield* Effect.forEach([willing, blocked, unsubscribed], ({ chat_id }) =>
            send("POST", `/chats/${chat_id}/messages`, { body })
          )
          assert.deepStrictEqual(
            answers.map((answer) => answer.status),
            [200, status, status]
          )
        }).pipe(Effect.provide(start({ behaviour: { messageToOptedOut } })))
    )
  }

  for (const [deletionAnswer, expected] of [
    ["empty", ""],
    ["json", "{}"]
  ] as const) {
    it.effect(`a deletion has the body that the option says: ${deletionAnswer}`, () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        const { body, status } = yield* send("DELETE", `/chats/${chat_id}/memories`)
        assert.deepStrictEqual([status, body], [200, expected])
      }).pipe(Effect.provide(start({ behaviour: { deletionAnswer } })))
    )
  }

  it.effect("each switch of the assistant keeps it silent, and shows in the chat", () =>
    Effect.gen(function* () {
      const { assistantId, world } = yield* Emulator
      const { chat_id } = yield* openChat
      yield* TestClock.adjust("1 minute")
      const silent = [{ deleted: true }, { enabled: false }, { integration: { enabled: false, has_connection: true } }]
      for (const change of silent) {
        const before = (yield* world.listMessages(chat_id)).count
        yield* world.setUp.changeAssistant(assistantId, change)
        yield* world.contactWrites(chat_id, "Anybody?")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* world.listMessages(chat_id)).count, before + 1, JSON.stringify(change))
        const { assistant, assistant_integration } = (yield* world.snapshot(chat_id)).state ?? {}
        assert.deepInclude(
          { deleted: assistant?.deleted, enabled: assistant?.enabled, integration: assistant_integration?.enabled },
          "integration" in change ? { integration: false } : change
        )
        yield* world.setUp.changeAssistant(assistantId, {
          deleted: false,
          enabled: true,
          integration: { enabled: true, has_connection: true }
        })
      }
      assert.strictEqual((yield* send("GET", `/orgs/c/assistants/${AssistantId.make("none")}/actions`)).status, 404)
    }).pipe(Effect.provide(start()))
  )
})
