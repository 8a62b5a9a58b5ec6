/** The names of contacts that the page shows: in memory only, from rows that are read anyway, none of erased contacts. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as ChatSearch from "../src/operatorPage/ChatSearch.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as ChatRows from "../src/Watch/ChatRows.ts"
import * as ContactNames from "../src/Watch/ContactNames.ts"
import * as Build from "./Build.ts"
import * as Databases from "./Databases.ts"

const contact_id = ContactId.make("contact_1")
const rowOf = (chat: string, name: string, contact = contact_id): Chat => ({
  id: ChatId.make(chat),
  members: [{ contact_channel: { contact: { id: contact, name } } }]
})

/** A service whose inbox shows these rows, and a list of what was requested. */
const service = (rows: ReadonlyArray<Chat>) => {
  const requests: Array<string> = []
  const list = (name: string, rows: ReadonlyArray<Chat>) =>
    Stream.suspend(() => {
      requests.push(name)
      return Stream.fromIterable(rows)
    })
  const client = InventClient.layerMock({
    inbox: { stream: () => list("inbox", rows) },
    chats: { stream: () => list("chats", []) }
  })
  const layer = ChatRows.layer.pipe(
    Layer.provideMerge(ContactNames.layer),
    Layer.provideMerge(Erasure.layer),
    Layer.provideMerge(Ledger.layer),
    Layer.provide(client),
    Layer.provideMerge(Databases.sqlite)
  )
  return { layer, requests }
}

const read = (chat: string) =>
  Effect.flatMap(ChatRows.ChatRows, (rows) => rows.find(ChatId.make(chat), { since: Number.POSITIVE_INFINITY }))
const namesOf = (...chats: ReadonlyArray<string>) =>
  Effect.map(
    Effect.flatMap(ContactNames.ContactNames, (names) => names.of(chats)),
    (names) => Object.fromEntries(names)
  )
const search = (text: string) =>
  Effect.map(ChatSearch.read({ text }), ({ found }) => found.map(({ chat_id, name }) => ({ chat_id, name })))
const decide = (chat: string) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.decided({
      chat_id: ChatId.make(chat),
      conversation_id: Build.conversation_id,
      decision: "Stop",
      reason: "closed",
      until: null
    })
  )

/** Every row of every table. */
const everything = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
  return JSON.stringify(yield* Effect.forEach(tables, ({ name }) => sql`SELECT * FROM ${sql(name)}`))
})

describe("the names of contacts", () => {
  const { layer, requests } = service([
    rowOf("chat_1", " Zoë Ångström "),
    rowOf("__proto__", "Łukasz", ContactId.make("contact_2")),
    rowOf("chat_3", "", ContactId.make("contact_3")),
    rowOf("chat_4", `${"x".repeat(50_000)}\0`, ContactId.make("contact_4"))
  ])

  it.effect("come from the rows that are read anyway, are found without case and accents, and are not recorded", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(["chat_1", "__proto__", "chat_3", "chat_4"], decide)
      expect(yield* search("zoe")).toEqual([])
      yield* read("chat_1")
      expect(requests).toEqual(["inbox", "chats"])
      expect(yield* search("zoe")).toEqual([{ chat_id: "chat_1", name: "Zoë Ångström" }])
      expect(yield* search("ANGSTROM")).toHaveLength(1)
      expect(yield* search("łuk")).toEqual([{ chat_id: "__proto__", name: "Łukasz" }])
      expect(yield* search("chat_3")).toEqual([{ chat_id: "chat_3", name: null }])
      expect((yield* search("xxx"))[0]?.name).toHaveLength(100)
      expect(yield* namesOf("toString", "chat_9")).toEqual({})
      expect(requests).toEqual(["inbox", "chats"])
      expect(yield* everything).not.toMatch(/Zoë|ukasz|x{20}/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("of an erased contact are gone at once, and are not kept again when their rows are read again", () =>
    Effect.gen(function* () {
      yield* decide("chat_1")
      yield* read("chat_1")
      yield* Effect.flatMap(Erasure.Erasure, (erasure) => erasure.erase(contact_id))
      expect(yield* namesOf("chat_1", "__proto__")).toEqual({ ["__proto__"]: "Łukasz" })
      expect(yield* search("zoe")).toEqual([])
      yield* TestClock.adjust("1 minute")
      yield* read("chat_1")
      expect(yield* namesOf("chat_1")).toEqual({})
    }).pipe(Effect.provide(layer))
  )

  it.effect("of an erased contact leave the memory within seconds, also where nobody looks at them", () =>
    Effect.gen(function* () {
      const erased = new Set<string>()
      const { forget, names } = ContactNames.make({
        among: (ids) => Effect.succeed(new Set(ids.filter((id) => erased.has(id)))),
        count: Effect.sync(() => erased.size)
      })
      yield* names.keep([{ chat_id: ChatId.make("chat_1"), contact_ids: [contact_id], name: "Zoë" }])
      yield* forget
      erased.add(contact_id)
      yield* forget
      // Nothing but the memory of this process says now that the name is not to be shown.
      erased.clear()
      expect(yield* names.of(["chat_1"])).toEqual(new Map())
    })
  )

  it.effect("are searched from a position on, and so many at a time", () =>
    Effect.gen(function* () {
      const { names } = ContactNames.make({ among: () => Effect.succeed(new Set()), count: Effect.succeed(0) })
      const chats = Array.from({ length: 5 }, (_, index) => ChatId.make(`chat_${index}`))
      yield* names.keep(chats.map((chat_id) => ({ chat_id, contact_ids: [], name: "Ann" })))
      const first = yield* names.search("ann", 0, 3)
      expect(first.map(({ chat_id }) => chat_id)).toEqual(["chat_0", "chat_1", "chat_2"])
      const rest = yield* names.search("ann", first.at(-1)?.number ?? 0, 3)
      expect(rest.map(({ chat_id }) => chat_id)).toEqual(["chat_3", "chat_4"])
    })
  )
})
