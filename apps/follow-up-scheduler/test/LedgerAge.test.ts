/** `doctor` reports a ledger that is older than what the chats show, by a bounded sample of them. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as LedgerAge from "../src/Operations/LedgerAge.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const { after, day, hour, minute, policy, wireChat, wireMessage } = Build

const words = "Do you still need help with this?"
const inWords = policy({ steps: [{ after: "1 hour", action: "send_message", message: words }] })
const ofThePolicy = { messages: [{ role: "assistant", parts: [{ type: "text", text: words }] }] } as const

const asked = wireMessage("contact", -minute)
const answer = wireMessage("assistant", 0)
const followUp = wireMessage("assistant", hour)

const chatOf = (number: number, messages: ReadonlyArray<ReturnType<typeof wireMessage>>) => ({
  row: wireChat(
    { conversation_id: ConversationId.make(`conversation_${number}`) },
    { id: ChatId.make(`chat_${number}`), last_message: messages.at(-1)! }
  ),
  messages
})

/** What is found where the ledger's latest record is so old, and how many chats were read for it. */
const found = (chats: ReadonlyArray<ReturnType<typeof chatOf>>, recordedAt: number | undefined, by = policy()) =>
  Effect.gen(function* () {
    let reads = 0
    const vendor = InventClient.layerMock({
      inbox: { list: () => Effect.succeed(chats.map(({ row }) => row)) },
      messages: {
        list: ({ path }: { readonly path: { readonly chat_id: ChatId } }) =>
          Effect.sync(() => {
            reads++
            return chats.find(({ row }) => row.id === path.chat_id)!.messages
          })
      }
    } as never)
    const examined = Effect.gen(function* () {
      if (recordedAt !== undefined) {
        yield* TestClock.setTime(after(recordedAt).epochMillis)
        const ledger = yield* Ledger.Ledger
        yield* ledger.decided({
          chat_id: ChatId.make("chat_0"),
          conversation_id: "conversation_0",
          decision: "Stop",
          reason: "replied",
          until: null
        })
        // What an operator did since says nothing about the chats.
        yield* TestClock.setTime(after(10 * day).epochMillis)
        yield* ledger.pause
        const sql = yield* SqlClient.SqlClient
        const contact_id = ContactId.make("contact_0")
        yield* sql`INSERT INTO subjects ${sql.insert({ chat_id: "chat_0", conversation_id: "conversation_0", contact_id })}`
        yield* ledger.setConsent(contact_id, true)
      }
      return yield* LedgerAge.examine(by)
    })
    const finding = yield* Effect.provide(
      examined,
      Layer.merge(vendor, Layer.provideMerge(Ledger.layer, Databases.sqlite))
    )
    return { ...finding, reads }
  })

describe("a follow-up that the ledger does not have", () => {
  const chats = [chatOf(1, [asked, answer, followUp])]

  it.effect("is a warning where it is newer than all on record: it may be another's", () =>
    Effect.gen(function* () {
      expect(yield* found(chats, hour - minute)).toMatchObject({
        check: "ledger",
        state: "warning",
        found: expect.stringMatching(/^older than 1 follow-up in 1 chat; if it is an old copy, put the newest one back/)
      })
      expect(yield* found(chats, undefined)).toMatchObject({ state: "warning" })
    })
  )

  it.effect("is wrong where it has the text of the policy, whichever author is listed", () =>
    Effect.gen(function* () {
      const sent = wireMessage("human", hour, ofThePolicy)
      expect(yield* found([chatOf(1, [asked, answer, sent])], hour - minute, inWords)).toMatchObject({ state: "error" })
    })
  )

  it.effect("is no finding where something was recorded since, and then no chat is read", () =>
    Effect.gen(function* () {
      expect(yield* found(chats, hour)).toMatchObject({ state: "ok", reads: 0 })
    })
  )

  it.effect("is found though the contact has answered it", () =>
    Effect.gen(function* () {
      expect(
        yield* found([chatOf(1, [asked, answer, followUp, wireMessage("contact", 2 * hour)])], minute)
      ).toMatchObject({ state: "warning" })
    })
  )
})

describe("chats without a follow-up", () => {
  it.effect("are well, and ten of them are read at most", () =>
    Effect.gen(function* () {
      const chats = Array.from({ length: 30 }, (_, index) =>
        chatOf(index, [asked, wireMessage("assistant", index * 1000)])
      )
      expect(yield* found(chats, -hour)).toMatchObject({ state: "ok", reads: LedgerAge.sampled })
    })
  )
})
