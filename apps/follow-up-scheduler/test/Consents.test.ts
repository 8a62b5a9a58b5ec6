/**
 * Who wants no follow-ups: what a contact writes in one chat holds for all of theirs, and what an operator sees,
 * too.
 */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ChatReview } from "../src/ChatReview.ts"
import type { ChatSnapshot } from "../src/Decide/ChatSnapshot.ts"
import { Ledger } from "../src/Ledger.ts"
import { CurrentOperator } from "../src/Ledger/Operator.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as Build from "./Build.ts"
import { reviewChat, record, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, day, hour, message, minute, second } = Build
const [one, two] = [ContactId.make("contact_1"), ContactId.make("contact_2")]

/** Another chat, in which this contact asked and we answered. */
const chatOf = (contact_id: ContactId, fields: Partial<ChatSnapshot> = {}): ChatSnapshot =>
  Build.chat({
    chat_id: ChatId.make(`chat of ${contact_id}`),
    conversation_id: ConversationId.make(`conversation of ${contact_id}`),
    contact_id,
    contact_ids: [contact_id],
    messages: [
      message("contact", -minute, { id: Build.messageId("q") }),
      message("assistant", 0, { id: Build.messageId("a") })
    ],
    ...fields
  })

const review = (chat: ChatSnapshot) =>
  Effect.map(
    Effect.flatMap(ChatReview, (reviewChat) => reviewChat.review(chat)),
    (decision) => ("reason" in decision ? decision.reason : decision._tag)
  )

const set = (contact_id: ContactId, isWithdrawn: boolean) =>
  Effect.flatMap(Ledger, (ledger) => ledger.setConsent(contact_id, isWithdrawn))

const inAuditOf = (chat_id: ChatId) =>
  Effect.map(
    Effect.flatMap(Ledger, (ledger) => ledger.story(chat_id)),
    (entries) =>
      entries.map(({ detail, event }) => [event, detail]).filter(([event]) => String(event).startsWith("opted_"))
  )

const textOf = (text: string) => ({ messages: [{ role: "user" as const, parts: [{ type: "text" as const, text }] }] })

describe("a contact who writes STOP", () => {
  story("gets no further step, also after the assistant has answered it", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(hour + minute))
        expect(yield* fake.followUps).toHaveLength(1)
        yield* fake.writes("contact", textOf("STOP"))
        yield* fake.writes("assistant", textOf("Understood."))
        expect(yield* reviewChat).toMatchObject({ reason: "opted_out" })
        yield* sweepUntil(after(10 * day))
        expect(yield* fake.followUps).toHaveLength(1)
      })
    )
  )

  story("gets none in another chat of theirs, under another policy, until they write START", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* fake.writes("contact", textOf("Stop!"))
        yield* reviewChat
        expect(yield* review(chatOf(one))).toBe("opted_out")
        yield* sweepAt(after(second))
        yield* fake.writes("contact", textOf("start"))
        yield* reviewChat
        expect(yield* review(chatOf(one))).toBe("silence")
      })
    )
  )

  story("is not followed up in the chats of a contact into whom they were merged", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* fake.writes("contact", textOf("STOP"))
        yield* reviewChat
        // The same chat, whose contact is another now.
        expect(yield* review(Build.chat({ contact_id: two, contact_ids: [two] }))).toBe("opted_out")
        expect(yield* review(chatOf(two))).toBe("opted_out")
      })
    )
  )
})

describe("an operator", () => {
  story("sees at once that the contact waits for nothing, and for the step again after an opt-in", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* reviewChat
        const waiting = Effect.flatMap(Ledger, ({ tally }) => tally)
        const silent = [{ decision: "Wait", reason: "silence", chats: 1, sent: 0 }]
        expect(yield* waiting).toEqual(silent)
        yield* set(one, true)
        expect(yield* waiting).toEqual([{ decision: "Stop", reason: "opted_out", chats: 1, sent: 0 }])
        yield* set(one, false)
        expect(yield* waiting).toEqual(silent)
        yield* sweepUntil(after(hour + minute))
        expect(yield* fake.followUps).toHaveLength(1)
      })
    )
  )

  story("opts a contact out: what is under way is taken back", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepAt(after(hour - 15 * second))
        expect(yield* fake.followUpAt).toBeDefined()
        yield* set(one, true)
        yield* sweepUntil(after(day))
        expect(yield* fake.followUps).toEqual([])
        expect(yield* record).toEqual(["1 nudge@1 withdrawn opted_out"])
      })
    )
  )

  story("stays on record as who said it, however often their chats are looked at", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const saidBy = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT said_by FROM consents`)
        yield* set(one, true)
        yield* reviewChat
        expect(yield* saidBy).toEqual([{ said_by: "operator" }])
        yield* sweepAt(after(minute))
        yield* fake.writes("contact", textOf("START"))
        yield* reviewChat
        expect(yield* saidBy).toEqual([{ said_by: "contact" }])
      })
    )
  )

  story("opts a contact in again, against what they wrote before, until they write it again", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* fake.writes("contact", textOf("STOP"))
        yield* reviewChat
        yield* sweepAt(after(second))
        yield* set(one, false)
        expect(yield* review(chatOf(one))).toBe("silence")
        yield* sweepAt(after(minute))
        yield* fake.writes("contact", textOf("STOP"))
        yield* reviewChat
        expect(yield* review(chatOf(one))).toBe("opted_out")
      })
    )
  )
})

describe("what is on record of it", () => {
  story("has a proof in place of an erased contact's id", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* set(one, true)
        yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(one))
        expect(yield* review(chatOf(one))).toBe("erased")
      })
    )
  )
})

describe("what an operator sets", () => {
  story("is in the audit of each chat of the contact, with their name, and in no other", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* Effect.flatMap(Erasure, (erasure) => erasure.mark(chatOf(two)))
        yield* Effect.provideService(set(one, true), CurrentOperator, "Anna")
        yield* set(one, false)
        expect(yield* inAuditOf(Build.chat_id)).toEqual([
          ["opted_out", { by: "Anna" }],
          ["opted_in", {}]
        ])
        expect(yield* inAuditOf(chatOf(two).chat_id)).toEqual([])
      })
    )
  )
})
