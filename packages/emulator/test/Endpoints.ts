/** What each endpoint does beside a conversation, as a function of the layer that runs the emulator. */
import {
  ActionKind,
  AssistantId,
  BoardId,
  ChatId,
  ConnectionId,
  ContactId,
  MessageId,
  OrgId,
  OrgMemberId,
  SegmentId,
  type WorkflowId
} from "@effect-invent/domain/Ids"
import type { SendTransactional } from "@effect-invent/domain/api/Broadcasts"
import type { CreateContact } from "@effect-invent/domain/api/Contacts"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import { Unknown } from "@effect-invent/domain/schema/Open"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Emulator } from "../src/Emulator.ts"
import { action, pendingTool } from "../src/Assistant/PendingTool.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { openChat, send, type Start } from "./Conformance.ts"
import { read, summary, words } from "./Fixtures.ts"

const api = Effect.gen(function* () {
  const { apiKey, url } = yield* Emulator
  return yield* HttpApiClient.make(CallableApi, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey("customers")))
  })
})

const silent = { script: () => Reply.Silence }

const bodyOf = (answer: { readonly body: string }): unknown => JSON.parse(answer.body)

const org = { org_id: OrgId.make("c") }

export const behaves = (layer: Start) => {
  describe("the staff's messages", () => {
    it.effect("are sent, read, edited and deleted, and leave the assistant on", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const path = yield* openChat
        const sent = yield* invent.messages.create({ path, payload: { message: text("We look into it.") } })
        const one = { ...path, message_id: sent.id }
        assert.deepStrictEqual(yield* invent.messages.get({ path: one }), sent)
        assert.isString(sent.member?.user?.id)
        const edited = yield* invent.messages.edit({ path: one, payload: { message: text("Found it.") } })
        assert.strictEqual(words(edited), "Found it.")
        assert.isTrue((yield* invent.state.update({ path, payload: {} })).state?.ai_enabled)
        yield* invent.messages.remove({ path: one })
        assert.deepStrictEqual(summary(yield* invent.messages.list({ path, urlParams: {} })), ["user COMPLETED"])
        for (const method of ["GET", "DELETE"] as const) {
          assert.strictEqual((yield* send(method, `/chats/${path.chat_id}/messages/${sent.id}`)).status, 404)
        }
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("switch the assistant off when the option says so, and are listed after a while", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const path = yield* openChat
        const { id } = yield* invent.messages.create({ path, payload: { message: text("Hello") } })
        assert.isFalse((yield* invent.state.update({ path, payload: {} })).state?.ai_enabled)
        assert.deepStrictEqual(yield* invent.messages.list({ path, urlParams: {} }), [])
        assert.strictEqual((yield* send("GET", `/chats/${path.chat_id}/messages/${id}`)).status, 404)
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual((yield* invent.messages.list({ path, urlParams: {} })).length, 2)
      }).pipe(
        Effect.provide(
          layer({ ...silent, behaviour: { staffMessageDisablesAi: true, messagesListedAfter: "3 seconds" } })
        )
      )
    )
  })

  describe("an approval", () => {
    const asking = {
      script: ({ turn }: { readonly turn: number }) => (turn === 1 ? Reply.Approval("refund") : Reply.Silence)
    }

    const asked = Effect.gen(function* () {
      const invent = yield* api
      const path = yield* openChat
      yield* TestClock.adjust("1 second")
      const message = read(yield* invent.messages.list({ path, urlParams: {} }))[1]
      assert(message !== undefined)
      const call = Option.getOrThrow(action(message))
      assert.strictEqual(call.status, "pending")
      assert.isTrue(Option.isNone(pendingTool(message)))
      return { invent, path: { ...path, message_id: message.id, tool_call_id: call.tool_call_id } }
    })

    const statusOf = (message: Parameters<typeof action>[0]) => [
      message.status,
      Option.getOrThrow(action(message)).status
    ]

    it.effect("is answered at once in the background, the tool running, and only once", () =>
      Effect.gen(function* () {
        const { invent, path } = yield* asked
        const payload = { decision: "accepted", background: true } as const
        assert.deepStrictEqual(statusOf(yield* invent.messages.decideApproval({ path, payload })), [
          "RUNNING",
          "running"
        ])
        yield* TestClock.adjust("2 seconds")
        const messages = read(yield* invent.messages.list({ path, urlParams: {} }))
        assert.deepStrictEqual(statusOf(messages[1]!), ["COMPLETED", "completed"])
        assert.strictEqual(words(messages[2]), "Done: refund.")
        const again = `/chats/${path.chat_id}/messages/${path.message_id}/approvals/${path.tool_call_id}`
        assert.strictEqual((yield* send("POST", again, { body: '{"decision":"accepted"}' })).status, 409)
      }).pipe(Effect.provide(layer(asking)))
    )

    it.effect("is answered when the tool has finished, otherwise", () =>
      Effect.gen(function* () {
        const { invent, path } = yield* asked
        const payload = { decision: "accepted" } as const
        const deciding = yield* Effect.fork(invent.contacts.decideApproval({ path, payload }))
        const running = yield* invent.messages
          .get({ path })
          .pipe(Effect.repeat({ until: ({ status }) => status === "RUNNING" }))
        assert.strictEqual(running.status, "RUNNING")
        assert.isTrue(Option.isNone(yield* Fiber.poll(deciding)))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(statusOf(yield* Fiber.join(deciding)), ["COMPLETED", "completed"])
      }).pipe(Effect.provide(layer(asking)))
    )

    it.effect("is rejected with a reason of at most 512 characters, which the assistant receives", () =>
      Effect.gen(function* () {
        const { invent, path } = yield* asked
        const url = `/chats/${path.chat_id}/messages/${path.message_id}/approvals/${path.tool_call_id}`
        for (const body of [{ decision: "rejected", reason: "x".repeat(513) }, { decision: "maybe" }, {}]) {
          assert.strictEqual((yield* send("POST", url, { body: JSON.stringify(body) })).status, 400)
        }
        const payload = { decision: "rejected", reason: "too much" } as const
        assert.deepStrictEqual(statusOf(yield* invent.messages.decideApproval({ path, payload })), [
          "COMPLETED",
          "rejected"
        ])
        yield* TestClock.adjust("1 second")
        assert.strictEqual(
          words((yield* invent.messages.list({ path, urlParams: {} }))[2]),
          "I will not do that: too much"
        )
      }).pipe(Effect.provide(layer(asking)))
    )
  })

  describe("the state", () => {
    it.effect("assigns a member of the organization, unassigns with null, and marks as unseen", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        const member_id = yield* world.setUp.addMember("Grace")
        const state = yield* invent.state.assign({ path, payload: { member_id } })
        assert.strictEqual(state.assigned_user?.name, "Grace")
        const unseen = yield* invent.state.markUnseen({ path })
        assert.deepInclude(unseen, {
          chat_id: path.chat_id,
          assigned_user_id: state.assigned_user?.id ?? null,
          admin_unseen_count: 1
        })
        assert.isNull((yield* invent.state.assign({ path, payload: { member_id: null } })).assigned_user)
        const nobody = JSON.stringify({ member_id: OrgMemberId.make("nobody") })
        const url = `/chats/${path.chat_id}/state/assign`
        assert.deepStrictEqual(
          [(yield* send("PATCH", url, { body: nobody })).status, (yield* send("PATCH", url, { body: "{}" })).status],
          [404, 400]
        )
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect(
      "names the newest chat of the conversation, which a message after a close starts when the option says so",
      () =>
        Effect.gen(function* () {
          const invent = yield* api
          const path = yield* openChat
          assert.isNull((yield* invent.state.info({ path })).newest_chat_id)
          yield* invent.state.update({ path, payload: { state: "CLOSED" } })
          yield* invent.contacts.sendMessage({ path, payload: { message: text("Once more") } })
          const { newest_chat_id } = yield* invent.state.info({ path })
          assert(typeof newest_chat_id === "string")
          assert.strictEqual((yield* invent.state.update({ path, payload: {} })).state?.state, "CLOSED")
          const newest = { chat_id: newest_chat_id }
          assert.isNull((yield* invent.state.info({ path: newest })).newest_chat_id)
          const messages = yield* invent.messages.list({ path: newest, urlParams: {} })
          assert.deepStrictEqual(messages.map(words), ["Once more"])
        }).pipe(Effect.provide(layer({ ...silent, behaviour: { newChatAfterClose: true } })))
    )
  })

  describe("the inbox", () => {
    it.effect("lists chats by their last change and kind of channel, and chats.update changes one", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const first = yield* openChat
        yield* TestClock.adjust("1 second")
        const second = yield* openChat
        const ids = (urlParams: Parameters<typeof invent.inbox.list>[0]["urlParams"]) =>
          Effect.map(invent.inbox.list({ path: first, urlParams }), (chats) => read(chats).map(({ id }) => id))
        assert.deepStrictEqual(yield* ids({}), [second.chat_id, first.chat_id])
        yield* TestClock.adjust("1 second")
        const payload = { title: "Refund", visibility: "PUBLIC_READ", pinned: true } as const
        assert.deepInclude(yield* invent.chats.update({ path: first, payload }), payload)
        assert.deepStrictEqual(yield* ids({ take: 1 }), [first.chat_id])
        assert.deepStrictEqual(yield* ids({ integration_id: "gmail" }), [])
        assert.deepStrictEqual(yield* invent.chats.list({ path: first, urlParams: { page: 1, take: 1 } }), [
          yield* world.snapshot(first.chat_id)
        ])
        assert.strictEqual((yield* send("GET", "/orgs/c/inbox?integration_id=fax")).status, 400)
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("says 400 to whoever asks for its events without a WebSocket, and 401 when the option says so", () =>
      Effect.gen(function* () {
        const expected = [400, 400]
        const found = yield* Effect.forEach(["/orgs/c/inbox/ws", "/orgs/c/chats/ws"], (path) => send("GET", path))
        assert.deepStrictEqual(
          found.map(({ status }) => status),
          expected
        )
      }).pipe(
        Effect.provide(layer()),
        Effect.zipRight(
          Effect.provide(
            Effect.map(send("GET", "/orgs/c/inbox/ws"), ({ status }) => assert.strictEqual(status, 401)),
            layer({ behaviour: { webSocket: "refused" } })
          )
        )
      )
    )
  })

  describe("contacts", () => {
    it.effect("are created with a custom channel and segments, found by each filter, and changed", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const board = { board_id: BoardId.make("board_1"), board_name: "Sales", column_id: "column_1" }
        const segment = yield* world.setUp.addSegment({ name: "VIP", color: "amber", boards: [board] })
        const channel = { user_id: "u-1", name: "Grace Hopper", email: "grace@navy.test" }
        const grace = yield* invent.contacts.create({ path: org, payload: { channel, segment_ids: [segment] } })
        yield* invent.contacts.create({ path: org, payload: { channel: { user_id: "u-2", name: "Ken" } } })
        assert.deepInclude(grace.channels?.[0], { type: "custom", user_id: "u-1", email: "grace@navy.test" })
        assert.deepInclude(grace.segments?.[0], { name: "VIP", contacts_count: 1 })
        const queries = [
          "search=HOPP",
          "user_id=u-1",
          "name=Grace Hopper",
          "email=grace@navy.test",
          `segment_id=${segment}`,
          "exclude_board_id=board_1",
          "status=SUBSCRIBED",
          "status=BLOCKED",
          "exclude_admins=true",
          "is_admin=true",
          "take=1&page=2"
        ]
        const names = yield* Effect.forEach(queries, (query) =>
          Effect.map(send("GET", `/orgs/c/contacts?${query}`), (answer) =>
            (bodyOf(answer) as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name.split(" ")[0]).join(" ")
          )
        )
        assert.deepStrictEqual(names, [
          "Grace",
          "Grace",
          "Grace",
          "Grace",
          "Grace",
          "Ken",
          "Grace Ken",
          "",
          "Grace Ken",
          "",
          "Ken"
        ])
        const path = { org_id: world.orgId, contact_id: grace.id }
        const changed = yield* invent.contacts.update({
          path,
          payload: { name: null, blocked: true, unsubscribed: true }
        })
        assert.deepInclude(changed, { name: null, blocked: true, unsubscribed: true })
        yield* invent.contacts.update({ path, payload: { blocked: false } })
        const activities = read(yield* invent.contacts.listActivities({ path, urlParams: {} }))
        assert.deepStrictEqual(
          activities.map(({ type }) => type),
          ["contact_unblocked", "contact_unsubscribed", "contact_blocked", "segment_added"]
        )
        const only = read(yield* invent.contacts.listActivities({ path, urlParams: { type: "segment_added" } }))
        assert.deepStrictEqual(
          only.map((each) => each.segment?.name),
          ["VIP"]
        )
        const contacts = read(yield* invent.contacts.list({ path, urlParams: { status: "UNSUBSCRIBED" } }))
        assert.deepStrictEqual(
          contacts.map(({ id }) => id),
          [grace.id]
        )
      }).pipe(Effect.provide(layer()))
    )

    it.effect("keep segments, notes, fields and files", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        const segment_id = yield* world.setUp.addSegment({ name: "VIP" })
        yield* world.setUp.addNote(path.contact_id, "Prefers the phone")
        yield* world.setUp.addField("birthday", "date")
        const one = { ...path, segment_id }
        yield* invent.contacts.addSegment({ path: one })
        yield* invent.contacts.addSegment({ path: one })
        assert.strictEqual((yield* invent.contacts.listSegments({ path, urlParams: {} })).length, 1)
        const renamed = yield* invent.segments.update({ path: one, payload: { name: "Regulars", color: "teal" } })
        assert.deepStrictEqual(yield* invent.segments.list({ path, urlParams: {} }), [renamed])
        assert.deepInclude(renamed, { name: "Regulars", color: "teal", contacts_count: 1 })
        const [note] = yield* invent.contacts.listNotes({ path, urlParams: {} })
        assert.deepInclude(note, { content: "Prefers the phone", contact_id: path.contact_id })
        assert.deepInclude((yield* invent.contacts.listFields({ path, urlParams: {} }))[0], {
          key: "birthday",
          type: "date"
        })
        const file = yield* invent.contacts.uploadFile({
          path,
          payload: { file: { data: new Uint8Array(3), name: "cat.png", type: "image/png" }, allowed_types: ["image/*"] }
        })
        assert.deepInclude(file, {
          file_filename: "cat.png",
          file_size: 3,
          file_mimetype: "image/png",
          source: "direct"
        })
        const refused = { file: "AAAA", allowed_types: ["image/*"] }
        const url = `/orgs/c/contacts/${path.contact_id}/files`
        assert.strictEqual((yield* send("POST", url, { body: JSON.stringify(refused) })).status, 400)
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("are merged whole or not at all: the merged ids are gone, their chats and channels stay", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const [kept, gone] = [yield* openChat, yield* openChat]
        const url = `/orgs/c/contacts/${kept.contact_id}/merge`
        const bodies = [
          [],
          Array.from({ length: 51 }, (_, index) => `contact_${index}`),
          [kept.contact_id],
          [gone.contact_id, "nobody"]
        ]
        const statuses = yield* Effect.forEach(bodies, (source_contact_ids) =>
          Effect.map(send("POST", url, { body: JSON.stringify({ source_contact_ids }) }), ({ status }) => status)
        )
        assert.deepStrictEqual(statuses, [400, 400, 400, 404])
        const { merged, merged_contact_ids } = yield* invent.contacts.merge({
          path: kept,
          payload: { source_contact_ids: [gone.contact_id] }
        })
        assert.deepStrictEqual(merged_contact_ids, [gone.contact_id])
        assert.strictEqual(merged?.channels?.length, 4)
        const { log } = yield* Emulator
        const [entry] = (yield* log.entries).filter(({ kind }) => kind === "merge")
        assert.deepInclude(entry, { contact_id: kept.contact_id, source_contact_id: gone.contact_id })
        const notes = (contact: ContactId) => send("GET", `/orgs/c/contacts/${contact}/notes`)
        assert.deepStrictEqual(
          [(yield* notes(gone.contact_id)).status, (yield* notes(kept.contact_id)).status],
          [404, 200]
        )
        const path = { ...gone, contact_id: kept.contact_id }
        yield* invent.contacts.sendMessage({ path, payload: { message: text("I am one person") } })
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("have channels of which only a custom one is changed, within the limits, and null clears", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        const channel = yield* invent.contacts.updateChannel({ path, payload: { phone: "+49 30 1", username: "ada" } })
        assert.deepInclude(channel, { phone: "+49 30 1", username: "ada" })
        assert.isNull((yield* invent.contacts.updateChannel({ path, payload: { phone: null } })).phone)
        const url = (id: string) => `/orgs/c/contacts/${path.contact_id}/channels/${id}`
        const contact = (yield* world.everything()).contacts[0]
        const whatsapp = contact?.channels.find(({ type }) => type === "whatsapp_bot")
        assert(whatsapp !== undefined)
        const answers = [
          yield* send("PATCH", url(whatsapp.id), { body: '{"phone":"1"}' }),
          yield* send("PATCH", url(path.channel_id), { body: '{"user_id":"other"}' }),
          yield* send("PATCH", url(path.channel_id), { body: '{"email":"nobody"}' }),
          yield* send("PATCH", url("channel_none"), { body: "{}" })
        ]
        assert.deepStrictEqual(
          answers.map(({ status }) => status),
          [400, 400, 400, 404]
        )
      }).pipe(Effect.provide(layer(silent)))
    )
  })

  describe("a channel", () => {
    it.effect("has all that is printed of it, in its contact and in a chat", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const path = yield* openChat
        const chat = yield* invent.chats.list({ path, urlParams: {} })
        const printed = ["id", "type", "user_id", "avatar", "name", "username", "email", "phone", "country", "agent"]
        const inBoth = [...printed, "ip", "language", "link"]
        const embedded = read(chat)[0]?.members?.[0]?.contact_channel ?? {}
        const [full] = read(read(yield* invent.contacts.list({ path, urlParams: {} }))[0]?.channels ?? [])
        assert.deepStrictEqual(Object.keys(embedded).sort(), [...inBoth, "contact"].sort())
        assert.deepStrictEqual(
          Object.keys(full ?? {}).sort(),
          [...inBoth, "platform_data", "created_at", "updated_at"].sort()
        )
        assert.deepInclude(full, { country: "GB", link: null })
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("has a name of its own, which null clears, in a chat too", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const path = yield* openChat
        const inChat = Effect.map(invent.chats.list({ path, urlParams: {} }), (chats) => {
          const channel = read(chats)[0]?.members?.[0]?.contact_channel
          return [channel?.name, channel?.contact?.name]
        })
        assert.deepStrictEqual(yield* inChat, ["Ada", "Ada"])
        assert.isNull((yield* invent.contacts.updateChannel({ path, payload: { name: null } })).name)
        assert.deepStrictEqual(yield* inChat, [null, "Ada"])
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("has the e-mail address or the number as its user_id where it is for these", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = { org_id: world.orgId }
        const create = (channel: NonNullable<(typeof CreateContact.Type)["channel"]>) =>
          Effect.map(invent.contacts.create({ path, payload: { channel } }), ({ channels = [] }) =>
            read(channels ?? []).map(({ email, phone, user_id }) => [user_id, email, phone])
          )
        const email = "ada@invent.test"
        const made = [
          yield* create({ type: "email", email }),
          yield* create({ type: "gmail", user_id: email }),
          yield* create({ type: "whatsapp_bot", phone: "+49 30 1", email }),
          yield* create({ type: "email" }),
          yield* create({ type: "twilio" }),
          yield* create({ type: "custom", email })
        ]
        assert.deepStrictEqual(made, [
          [[email, email, null]],
          [[email, email, null]],
          [["+49 30 1", email, "+49 30 1"]],
          [["channel_000004@contacts.invalid", "channel_000004@contacts.invalid", null]],
          [["+15550000005", null, "+15550000005"]],
          [["address of channel_000006", email, null]]
        ])
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("is made by a broadcast for what the request names alone", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const kinds = ["email", "whatsapp_bot", "custom"] as const
        const templates = kinds.map((channel_type) => ({ channel_type, text: "Hi" }))
        const { id } = yield* world.setUp.addBroadcast("Shipped", templates)
        const reached = (payload: typeof SendTransactional.Type) =>
          Effect.map(world.broadcasts.sendTransactional(id, payload), ({ recipients }) =>
            recipients.map(({ user_id }) => user_id)
          )
        const [email, phone] = ["ada@invent.test", "+49 30 1"]
        assert.deepStrictEqual(yield* reached({ email, phone }), [email, phone, phone])
        assert.deepStrictEqual(yield* reached({ phone: "+49 30 2" }), ["+49 30 2", "+49 30 2"])
      }).pipe(Effect.provide(layer(silent)))
    )
  })

  describe("the chat's files and summaries", () => {
    it.effect("are listed by name and type, and summaries come every ten messages and can be deleted", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        yield* world.setUp.shareFile(path.chat_id, { filename: "Invoice.pdf", mimetype: "application/pdf", size: 10 })
        yield* world.setUp.shareFile(path.chat_id, { filename: "cat.png", mimetype: "image/png", size: 10 })
        const names = (urlParams: Parameters<typeof invent.files.list>[0]["urlParams"]) =>
          Effect.map(invent.files.list({ path, urlParams }), (files) =>
            read(files).map(({ file_filename }) => file_filename)
          )
        assert.deepStrictEqual(yield* names({ search: "INV" }), ["Invoice.pdf"])
        assert.deepStrictEqual(yield* names({ mimetype: "image/" }), ["cat.png"])
        const write = invent.contacts.sendMessage({ path, payload: { message: text("Hm") } })
        yield* Effect.replicateEffect(write, 8)
        assert.deepStrictEqual(yield* invent.memories.list({ path, urlParams: {} }), [])
        yield* Effect.replicateEffect(write, 21)
        const summaries = read(yield* invent.memories.list({ path, urlParams: {} }))
        assert.deepStrictEqual(
          summaries.map(({ message_count }) => message_count),
          [10, 20, 30]
        )
        yield* invent.memories.remove({ path: { ...path, memory_id: summaries[0]!.id } })
        assert.strictEqual((yield* invent.memories.list({ path, urlParams: {} })).length, 2)
        yield* invent.memories.clear({ path })
        assert.deepStrictEqual(yield* invent.memories.list({ path, urlParams: {} }), [])
        assert.strictEqual((yield* invent.messages.list({ path, urlParams: {} })).length, 30)
      }).pipe(Effect.provide(layer(silent)))
    )
  })

  describe("assistants", () => {
    it.effect("are created ten an hour and no more, and one that is off does not answer", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        const create = send("POST", "/orgs/c/assistants", { body: '{"name":"Night shift","enabled":false}' })
        const statuses = (yield* Effect.replicateEffect(create, 11)).map(({ status }) => status)
        assert.deepStrictEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429])
        yield* TestClock.adjust("1 hour")
        const payload = { name: "Day shift", config: { timezone: "Europe/Berlin" }, generate_secret_key: true }
        const day = yield* invent.assistants.create({ path, payload })
        assert.isString(day.secret_key)
        const one = { ...path, assistant_id: day.id }
        const updated = yield* invent.assistants.update({ path: one, payload: { config: { language: "auto" } } })
        assert.deepInclude(updated.config, { timezone: "Europe/Berlin", language: "auto" })
        assert.deepStrictEqual(yield* invent.assistants.get({ path: one }), updated)
        const all = read(yield* invent.assistants.list({ path, urlParams: {} }))
        assert.strictEqual(all.length, 12)
        assert.deepStrictEqual(
          read(yield* invent.assistants.list({ path, urlParams: { search: "DAY" } })).map(({ id }) => id),
          [day.id]
        )
        const chat = yield* invent.contacts.createChat({
          path,
          payload: { assistant_id: all[1]!.id, message: text("Anybody?") }
        })
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(summary(yield* invent.messages.list({ path: { chat_id: chat.id }, urlParams: {} })), [
          "user COMPLETED"
        ])
        yield* world.addContact({ name: "Staff", is_admin: true, channels: [{ type: "internal" }] })
        assert.strictEqual((yield* invent.contacts.list({ path, urlParams: { is_admin: true } })).length, 1)
        assert.strictEqual((yield* send("GET", `/orgs/c/assistants/${AssistantId.make("ast_none")}`)).status, 404)
        assert.strictEqual((yield* send("POST", "/orgs/c/assistants", { body: '{"name":""}' })).status, 400)
      }).pipe(Effect.provide(layer()))
    )
  })

  describe("broadcasts", () => {
    it.effect("are marketing without a body: sent once, and not before their time", () =>
      Effect.gen(function* () {
        const invent = yield* api
        const path = yield* openChat
        const now = yield* invent.broadcasts.create({
          path,
          payload: { name: "Sale", scheduled_at: null, send_to_all: true }
        })
        const one = { ...path, broadcast_id: now.id }
        assert.strictEqual(now.status, "DRAFT")
        assert.strictEqual((yield* invent.broadcasts.sendMarketing({ path: one })).status, "SENT")
        assert.strictEqual((yield* send("POST", `/orgs/c/broadcasts/${now.id}/send`)).status, 400)
        const scheduled_at = DateTime.add(yield* DateTime.now, { days: 1 })
        const later = yield* invent.broadcasts.create({ path, payload: { name: "Sale", scheduled_at } })
        assert.strictEqual(
          (yield* invent.broadcasts.sendMarketing({ path: { ...path, broadcast_id: later.id } })).status,
          "SCHEDULED"
        )
        const segment_ids = Array.from({ length: 11 }, () => SegmentId.make("segment_1"))
        const answers = [
          yield* send("POST", "/orgs/c/broadcasts", { body: JSON.stringify({ name: "Sale", segment_ids }) }),
          yield* send("POST", `/orgs/c/broadcasts/${now.id}/send`, { body: "{}" }),
          yield* send("POST", `/orgs/c/broadcasts/${now.id}/send`, { body: "not JSON" }),
          yield* send("POST", "/orgs/c/broadcasts/none/send")
        ]
        assert.deepStrictEqual(
          answers.map(({ status }) => status),
          [400, 400, 400, 404]
        )
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("are transactional with one, once they are active, and never without one", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const { contact_id } = yield* openChat
        const templates = [{ channel_type: "custom", text: "Hi" }] as const
        const { id } = yield* world.setUp.addBroadcast("Shipped", templates, false)
        const statusOf = Effect.map(invent.broadcasts.list({ path: { org_id: world.orgId }, urlParams: {} }), (list) =>
          read(list).map(({ status }) => (status instanceof Unknown ? status.value : status))
        )
        const ask = (body?: string) =>
          Effect.map(send("POST", `/orgs/c/broadcasts/${id}/send`, body === undefined ? {} : { body }), (answer) => [
            answer.status,
            JSON.parse(answer.body).message
          ])
        const body = JSON.stringify({ contact_id })
        assert.deepStrictEqual(yield* ask(body), [400, `Broadcast ${id} is DRAFT and has to be activated first`])
        assert.deepStrictEqual(yield* ask(), [400, `Broadcast ${id} is transactional: its send has a body`])
        assert.deepStrictEqual(yield* statusOf, ["DRAFT"])
        yield* world.setUp.changeBroadcast(id, { active: true })
        assert.deepStrictEqual(yield* ask(), [400, `Broadcast ${id} is transactional: its send has a body`])
        assert.deepStrictEqual(yield* ask(body), [200, undefined])
        assert.deepStrictEqual(yield* statusOf, ["ACTIVE"])
        yield* world.setUp.changeBroadcast(id, { active: false })
        assert.strictEqual((yield* ask(body))[0], 400)
        assert.strictEqual((yield* world.broadcasts.listRecipients(id, {})).count, 1)
      }).pipe(Effect.provide(layer(silent)))
    )

    it.effect("are transactional with one: a row for each template that fired, and the contact found or created", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        const { id } = yield* world.setUp.addBroadcast("Shipped", [
          { channel_type: "custom", text: "Hi {{name}}, {{ order }} is on its way" },
          { channel_type: "email", text: "Shipped" }
        ])
        const one = { ...path, broadcast_id: id }
        const { recipients } = yield* invent.broadcasts.sendTransactional({
          path: one,
          payload: { contact_id: path.contact_id, variables: { order: 17 } }
        })
        assert.strictEqual(recipients?.length, 1)
        assert.deepInclude(recipients?.[0], { is_sent: true, is_skipped: false, is_sent_at: yield* DateTime.now })
        const message = (yield* invent.messages.list({ path, urlParams: {} })).at(-1)
        assert.strictEqual(words(message), "Hi Ada, 17 is on its way")
        assert.deepInclude(message, { broadcast_id: id, is_broadcast_message: true })
        const background = { email: "new@invent.test", background: true }
        const queued = yield* invent.broadcasts.sendTransactional({ path: one, payload: background })
        assert.deepStrictEqual(
          read(queued.recipients ?? []).map((row) => [row.is_sent, row.external_message_id]),
          [
            [false, null],
            [false, null]
          ]
        )
        yield* invent.broadcasts.sendTransactional({ path: one, payload: background })
        assert.strictEqual((yield* world.everything()).contacts.length, 2)
        yield* world.unsubscribe(path.contact_id)
        const skipped = yield* invent.broadcasts.sendTransactional({
          path: one,
          payload: { contact_id: path.contact_id }
        })
        assert.deepStrictEqual(
          read(skipped.recipients ?? []).map((row) => [row.is_skipped, row.contact?.unsubscribed]),
          [[true, true]]
        )
        assert.strictEqual(
          (yield* send("POST", `/orgs/c/broadcasts/${id}/send`, { body: '{"background":true}' })).status,
          400
        )
      }).pipe(Effect.provide(layer(silent)))
    )
  })

  describe("the organization's", () => {
    it.effect("connections, workflows and lower organizations are those that were set up", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = { org_id: world.orgId }
        const connection_id = yield* world.setUp.addConnection(["Berlin", "Paris"])
        assert.deepStrictEqual(yield* invent.connections.list({ path, urlParams: {} }), [
          { id: ConnectionId.make(connection_id) }
        ])
        const options = (urlParams: Parameters<typeof invent.connections.actionOptions>[0]["urlParams"]) =>
          Effect.map(
            invent.connections.actionOptions({
              path,
              urlParams,
              payload: { action_id: ActionKind.make("TOOLS:HTTP_REQUEST"), connection_id }
            }),
            (options) => read(options).map(({ value }) => value)
          )
        assert.deepStrictEqual(yield* options({}), ["Berlin", "Paris"])
        assert.deepStrictEqual(yield* options({ search: "PAR" }), ["Paris"])
        assert.deepStrictEqual(yield* options({ values: ["Berlin", "Rome"] }), ["Berlin"])
        assert.strictEqual((yield* send("POST", "/orgs/c/connections/actions/options", { body: "{}" })).status, 400)
        const workflow_id = yield* world.setUp.addWorkflow("Onboarding")
        const payload = { identifier: "a", background: true }
        const run = yield* invent.workflows.run({ path: { ...path, workflow_id }, payload })
        assert.deepInclude(run, { status: "RUNNING", origin: "WORKFLOW", workflow_id, started_at: yield* DateTime.now })
        assert.deepStrictEqual(yield* invent.workflows.listRuns({ path, urlParams: {} }), [run])
        assert.strictEqual((yield* send("POST", "/orgs/c/workflows/none/runs", { body: "{}" })).status, 404)
        yield* world.setUp.addOrganization("Branch")
        assert.deepInclude((yield* invent.orgs.list({ path, urlParams: {} }))[0], { name: "Branch", plan: "free" })
      }).pipe(Effect.provide(layer()))
    )

    it.effect("workflow runs end after a while, as failed where the workflow is one that fails", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = { org_id: world.orgId }
        const [good, bad] = [
          yield* world.setUp.addWorkflow("Onboarding"),
          yield* world.setUp.addWorkflow("Payment", true)
        ]
        const run = (workflow_id: WorkflowId, background: boolean) =>
          invent.workflows.run({ path: { ...path, workflow_id }, payload: { background } })
        const began = yield* DateTime.now
        const inBackground = yield* run(bad, true)
        assert.deepInclude(inBackground, { status: "RUNNING", ended_at: null })
        const waiting = yield* Effect.fork(run(good, false))
        const listed = Effect.map(invent.workflows.listRuns({ path, urlParams: {} }), (runs) =>
          read(runs).map(({ ended_at, status }) => [status instanceof Unknown ? status.value : status, ended_at])
        )
        const running = ["RUNNING", null]
        assert.deepStrictEqual(yield* Effect.repeat(listed, { until: ({ length }) => length === 2 }), [
          running,
          running
        ])
        yield* TestClock.adjust("250 millis")
        const ended_at = DateTime.add(began, { millis: 250 })
        assert.deepInclude(yield* Fiber.join(waiting), { status: new Unknown({ value: "COMPLETED" }), ended_at })
        yield* Effect.repeat(listed, { until: (runs) => runs.every(([, at]) => at !== null) })
        assert.deepStrictEqual(yield* listed, [
          ["FAILED", ended_at],
          ["COMPLETED", ended_at]
        ])
      }).pipe(Effect.provide(layer()))
    )

    it.effect("lists all count in headers, and every unknown id is 404", () =>
      Effect.gen(function* () {
        const { chat_id, contact_id } = yield* openChat
        const lists = [
          "orgs/c/contacts",
          "orgs/c/contacts/fields",
          `orgs/c/contacts/${contact_id}/segments`,
          `orgs/c/contacts/${contact_id}/notes`,
          `orgs/c/contacts/${contact_id}/activities`,
          "orgs/c/segments",
          "orgs/c/inbox",
          "orgs/c/chats",
          "orgs/c/assistants",
          "orgs/c/connections",
          "orgs/c/workflows/runs",
          "orgs/c/orgs",
          "orgs/c/contacts/duplicates",
          `orgs/c/contacts/${contact_id}/files`,
          "orgs/c/broadcasts",
          "orgs/c/files",
          "orgs/c/tables",
          "orgs/c/analytics/contacts/growth",
          `chats/${chat_id}/messages`,
          `chats/${chat_id}/files`,
          `chats/${chat_id}/memories`
        ]
        for (const path of lists) {
          const { headers, status } = yield* send("GET", `/${path}?page=1&take=2`)
          assert.deepStrictEqual(
            [status, headers["pagination-page"], headers["pagination-take"]],
            [200, "1", "2"],
            path
          )
          assert.match(headers["pagination-count"] ?? "", /^\d+$/, path)
          assert.strictEqual((yield* send("GET", `/${path}?take=101`)).status, 400, path)
        }
        const unknown = lists
          .filter((path) => /chats\/|contacts\/c/.test(path))
          .map((path) => path.replace(chat_id, "x").replace(contact_id, "x"))
        for (const path of unknown) assert.strictEqual((yield* send("GET", `/${path}`)).status, 404, path)
        const message = `/chats/${ChatId.make("none")}/messages/${MessageId.make("none")}`
        assert.strictEqual((yield* send("GET", message)).status, 404)
      }).pipe(Effect.provide(layer(silent)))
    )
  })
}
