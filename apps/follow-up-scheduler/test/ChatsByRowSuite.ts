/**
 * Which chats a ledger has as decided by their row, and which of them a listing of all messages covers: a suite as a
 * function of a layer.
 */
import { ChatId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { it as Tests } from "../../../tools/testing/it.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import { Ledger } from "../src/Ledger.ts"
import * as Build from "./Build.ts"
import { storiesOn, under } from "./Scheduling.ts"

const [ada, merged] = [Build.contactId("ada"), Build.contactId("merged")]

/** Ids that an object would take for its own keys, or that are not ASCII. */
const others = ["__proto__", "constructor", "チャット"].map((id) => ChatId.make(id))
const [first, second, third] = others as [ChatId, ChatId, ChatId]

const chat = Build.chat({ contact_id: ada, contact_ids: [ada] })

const decideByRow = (chat_id: ChatId, contact_ids = [ada]) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.decidedByRow(
      { chat_id, conversation_id: chat_id, decision: "Stop", reason: "closed", until: null },
      contact_ids
    )
  )

const left = (of = chat) => Effect.flatMap(Ledger, (ledger) => ledger.notReadWhole(of))

export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = storiesOn(database, it)

  story("chats of a contact that were decided by their row are to be read until their messages were listed", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const ledger = yield* Ledger
        for (const chat_id of others) yield* decideByRow(chat_id)
        yield* decideByRow(Build.chat_id)
        yield* decideByRow(ChatId.make("of another"), [Build.contactId("eve")])
        expect(new Set(yield* left())).toEqual(new Set(others))
        yield* ledger.readWhole(first, 1)
        expect(new Set(yield* left())).toEqual(new Set([second, third]))
        expect(yield* ledger.byRow(second)).toEqual({ decisions: 1, contact_ids: [ada] })
        expect(yield* ledger.byRow(ChatId.make("unknown"))).toEqual({ decisions: 0, contact_ids: [] })
        expect(yield* left(Build.chat({ contact_id: undefined, contact_ids: [] }))).toEqual([])
      })
    )
  )

  story("a listing does not cover a decision by a row that came after it began, whichever ends first", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* decideByRow(first)
        const { decisions: begun } = yield* ledger.byRow(first)
        yield* decideByRow(first)
        const { decisions: later } = yield* ledger.byRow(first)
        yield* ledger.readWhole(first, begun)
        expect(yield* left()).toEqual([first])
        yield* ledger.readWhole(first, later)
        // One that began earlier ends later.
        yield* ledger.readWhole(first, begun)
        expect(yield* left()).toEqual([])
        yield* decideByRow(first)
        expect(yield* left()).toEqual([first])
      })
    )
  )

  story("a contact whom a later row names is counted from that row on, and one who was merged counts, too", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const ledger = yield* Ledger
        const erasure = yield* Erasure
        yield* decideByRow(first, [merged])
        yield* ledger.readWhole(first, 1)
        yield* decideByRow(first, [ada])
        expect(yield* left()).toEqual([first])
        expect(yield* left(Build.chat({ contact_ids: [merged] }))).toEqual([])
        yield* decideByRow(second, [merged])
        // The chat was the merged contact's when it was recorded.
        yield* erasure.mark({ ...chat, contact_id: merged, contact_ids: [merged] })
        expect(new Set(yield* left())).toEqual(new Set([first, second]))
      })
    )
  )

  story("an erased contact has no chat that is to be read", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const erasure = yield* Erasure
        yield* erasure.mark({ ...chat, chat_id: first })
        yield* decideByRow(first, [ada, merged])
        yield* decideByRow(second, [merged, ada])
        yield* erasure.erase(ada)
        expect(yield* left()).toEqual([])
        // The first chat is the erased contact's, and the second one is another's who is still there.
        expect(yield* left(Build.chat({ contact_ids: [merged] }))).toEqual([second])
      })
    )
  )
}
