/** What every database must do for erasing a contact: a suite as a function of a layer. */
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { it as Tests } from "../../../tools/testing/it.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Plan from "../src/Plan.ts"
import * as Retention from "../src/Privacy/Retention.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import type { FakeChat } from "./FakeChat.ts"
import { reviewChat, setClock, storiesOn, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, chat_id, day, hour, second } = Build
const contact_id = ContactId.make("contact_1")

const erase = Effect.flatMap(Erasure, (erasure) => erasure.erase(contact_id))

/** Everything in the database, but for the policies. */
const everything = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    Effect.forEach(
      [
        "follow_ups",
        "audit",
        "chat_decisions",
        "seen",
        "last_messages",
        "chats_by_row",
        "subjects",
        "consents",
        "enrolments",
        "erasing",
        "erased"
      ],
      (table) => sql`SELECT * FROM ${sql(table)}`
    ),
    (rows) => JSON.stringify(rows)
  )
)

const reasons = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{ status: string; reason: string | null }>`SELECT status, reason FROM follow_ups ORDER BY step`,
    (rows) => rows.map(({ reason, status }) => `${status} ${reason ?? ""}`.trim())
  )
)

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = storiesOn(database, it)

  describe("erasing a contact", () => {
    story("leaves no id of theirs on record, and every reason", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* sweepUntil(after(day))
          const before = yield* everything
          for (const id of ["contact_1", chat_id, Build.conversation_id, "assistant@0", "follow-up 1"])
            expect(before).toContain(id)
          const story = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(chat_id))
          expect(yield* erase).toEqual({ chats: 1, left: 0 })
          const left = yield* everything
          for (const id of ["contact_1", chat_id, Build.conversation_id, "assistant@0", "follow-up", "Ada"])
            expect(left).not.toContain(id)
          expect(yield* reasons).toEqual(["sent", "sent"])
          const proof = (yield* Erasure).proofOf(chat_id)
          const kept = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(ChatId.make(proof)))
          expect(kept.map(({ at, event }) => ({ at, event }))).toEqual(story.map(({ at, event }) => ({ at, event })))
          expect(kept.at(-1)?.detail).toMatchObject({ decision: "Stop", reason: "cadence_finished" })
        })
      )
    )

    story("ends what waits, sends no further request about them, and records nothing", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* erase
          const left = yield* everything
          fake.requests.length = 0
          yield* sweepUntil(after(day))
          expect(yield* reviewChat).toMatchObject({ _tag: "Stop", reason: "erased" })
          expect(fake.requests).toEqual([])
          expect(yield* fake.followUps).toEqual([])
          expect(yield* everything).toBe(left)
          expect(yield* reasons).toEqual(["skipped erased"])
          const proof = ChatId.make((yield* Erasure).proofOf(chat_id))
          const kept = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(proof))
          expect(kept.at(-1)).toMatchObject({ event: "skipped", detail: { reason: "erased" } })
        })
      )
    )

    story("takes back what is under way at the next sweep, and forgets it then", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* sweepAt(after(hour - 15 * second))
          expect(yield* fake.followUpAt).toBeDefined()
          expect(yield* erase).toEqual({ chats: 0, left: 1 })
          yield* sweepAt(after(hour - 14 * second))
          expect(yield* fake.followUpAt).toBeUndefined()
          expect(yield* everything).not.toContain(chat_id)
          yield* sweepUntil(after(day))
          expect(yield* fake.followUps).toEqual([])
          expect(yield* reasons).toEqual(["withdrawn erased"])
          expect(yield* everything).not.toContain(chat_id)
        })
      )
    )

    story("forgets, too, what a look writes down that was under way", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* erase
          const left = yield* everything
          const ledger = yield* Ledger.Ledger
          const plan = Plan.make(
            Build.policy(),
            Build.chat(),
            { step: 1, anchor_id: Build.messageId("assistant@0") },
            after(hour)
          )
          const latest = {
            chat_id,
            conversation_id: Build.conversation_id,
            decision: "Wait",
            reason: "silence",
            until: after(hour)
          } as const
          yield* ledger.decided(latest, { plan, event: AuditEvents.some.planned })
          expect(yield* everything).toContain(chat_id)
          expect(yield* Effect.flatMap(Erasure, (erasure) => erasure.forget(Build.chat()))).toBe(true)
          expect(yield* reasons).toEqual(["skipped erased"])
          for (const id of [chat_id, Build.conversation_id, "assistant@0"]) expect(yield* everything).not.toContain(id)
          expect((yield* everything).length).toBeGreaterThan(left.length)
        })
      )
    )

    story("is repeated where an operator has recorded something about them since", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          const optOut = Effect.flatMap(Ledger.Ledger, (ledger) => ledger.setConsent(contact_id, true))
          yield* optOut
          yield* erase
          yield* optOut
          expect(yield* erase).toEqual({ chats: 0, left: 0 })
          expect(yield* everything).not.toContain("contact_1")
        })
      )
    )

    story("holds for their new chats, too", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* erase
          expect(yield* reviewChat).toMatchObject({ _tag: "Stop", reason: "erased" })
          expect(yield* everything).not.toContain(chat_id)
        })
      )
    )
  })

  describe("a contact who was erased before another contact was merged into them", () => {
    const other = ContactId.make("contact_2")
    const eraseOther = Effect.flatMap(Erasure, (erasure) => erasure.erase(other))
    const merge = (fake: FakeChat) => Effect.zipRight(eraseOther, fake.mergesInto(other))
    const words = { steps: [{ after: "1 hour", action: "send_message", message: "Do you still need help?" }] }

    story("is not written to by a step that was planned for the other", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* merge(fake)
          yield* sweepUntil(after(day))
          expect(yield* fake.followUps).toEqual([])
          expect(fake.requests).not.toContain("set")
          expect(yield* reasons).toEqual(["skipped erased"])
          for (const id of [chat_id, Build.conversation_id, other]) expect(yield* everything).not.toContain(id)
        })
      )
    )

    story("is not written to in the words of a policy either", (fake) =>
      under(
        fake,
        words
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* merge(fake)
          yield* sweepUntil(after(day))
          expect(yield* fake.sent).toEqual([])
          expect(yield* reasons).toEqual(["skipped erased"])
        })
      )
    )

    story("has what is under way taken back", (fake) =>
      under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          yield* fake.is("Ada")
          yield* reviewChat
          yield* sweepAt(after(hour - 15 * second))
          expect(yield* fake.followUpAt).toBeDefined()
          yield* merge(fake)
          yield* sweepUntil(after(day))
          expect(yield* fake.followUps).toEqual([])
          expect(yield* reasons).toEqual(["withdrawn erased"])
        })
      )
    )

    for (const [name, fields] of [
      ["requested", {}],
      ["sent in words", words]
    ] as const) {
      story(`is found out after the look at the chat, too, right before a follow-up is ${name}`, (fake) =>
        under(
          fake,
          fields
        )(
          Effect.gen(function* () {
            yield* fake.is("Ada")
            yield* reviewChat
            yield* fake.mergesInto(other)
            const context = yield* Effect.context<Erasure>()
            yield* fake.once("newest", (_, apply) =>
              Effect.zipLeft(apply, Effect.orDie(Effect.provide(eraseOther, context)))
            )
            yield* sweepUntil(after(day))
            expect([yield* fake.followUps, yield* fake.sent]).toEqual([[], []])
            expect(fake.requests).not.toContain("set")
            expect(yield* reasons).toEqual(["skipped erased"])
          })
        )
      )
    }
  })

  story("a database from before anybody could be erased gets the tables for it, and keeps what it holds", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      const sql = yield* SqlClient.SqlClient
      for (const table of [
        "seen",
        "subjects",
        "erasure_key",
        "erased",
        "erasing",
        "pauses",
        "starts",
        "alerts",
        "sweeps"
      ])
        yield* sql`DROP TABLE ${sql(table)}`
      yield* sql`DROP INDEX follow_ups_sent`
      yield* sql`DROP INDEX chat_decisions_outcome`
      yield* sql`DROP INDEX follow_ups_at`
      yield* sql`DROP INDEX IF EXISTS chat_decisions_by_chat`
      yield* sql`ALTER TABLE follow_ups DROP COLUMN writes`
      yield* sql`ALTER TABLE follow_ups DROP COLUMN variant`
      yield* sql`ALTER TABLE enrolments DROP COLUMN variant`
      yield* sql`DROP INDEX chat_decisions_org`
      yield* sql`ALTER TABLE chat_decisions DROP COLUMN org_id`
      yield* sql`ALTER TABLE follow_ups RENAME COLUMN revision TO wake`
      yield* sql`ALTER TABLE follow_ups RENAME COLUMN attempts TO arms`
      yield* sql`ALTER TABLE follow_ups RENAME COLUMN confirm_checks TO looks`
      yield* sql`ALTER TABLE chat_decisions RENAME TO verdicts`
      yield* sql`DELETE FROM follow_ups_migrations WHERE migration_id >= 5`
      yield* under(
        fake,
        {}
      )(
        Effect.gen(function* () {
          expect(yield* reasons).toEqual(["planned"])
          yield* fake.is("Ada")
          yield* reviewChat
          expect(yield* erase).toEqual({ chats: 1, left: 0 })
          expect(yield* everything).not.toContain(chat_id)
        })
      )
    })
  )

  story("the audit is kept so long and no longer, but for what is open", (fake) =>
    under(fake, {
      steps: [
        { after: "1 hour", action: "schedule_follow_up" },
        { after: "30 days", action: "schedule_follow_up" }
      ]
    })(
      Effect.gen(function* () {
        const lines = Effect.flatMap(Ledger.Ledger, (ledger) =>
          Effect.map(ledger.story(chat_id), (story) => story.map(({ event, key }) => `${event} ${key ?? ""}`))
        )
        yield* reviewChat
        yield* sweepUntil(after(2 * hour))
        const before = yield* lines
        yield* setClock(after(7 * day))
        expect(yield* Retention.prune(Duration.days(7))).toBe(0)
        yield* setClock(after(8 * day))
        expect(yield* Retention.prune(Duration.days(7))).toBeGreaterThan(1)
        expect(yield* lines).toEqual([before.findLast((line) => line.startsWith("planned "))])
        expect(yield* reasons).toEqual(["sent", "planned"])
      })
    )
  )
}
