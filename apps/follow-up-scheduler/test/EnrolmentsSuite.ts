/** What every database must do for a policy with a holdout: a suite as a function of a layer. */
import { ContactId, ConversationId, UserId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { it as Tests } from "../../../tools/testing/it.ts"
import { Ledger } from "../src/Ledger.ts"
import * as HoldoutReport from "../src/Operations/HoldoutReport.ts"
import * as ChatStory from "../src/Operations/ChatStory.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as Build from "./Build.ts"
import { chatDecision, reviewChat, setClock, storiesOn, sweepUntil, under } from "./Scheduling.ts"

const { after, chat_id, day, hour, minute } = Build
const contact_1 = ContactId.make("contact_1")
const contact_2 = ContactId.make("contact_2")

/** So large and so small that the one contact is in the group of the name. */
const shares = { holdout: "99.99 %", treated: "0.01 %" } as const

const enrolments = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string | number | null>>`SELECT * FROM enrolments ORDER BY policy, contact_id`,
    (rows) =>
      rows.map(({ assigned, contact_id, enrolled_at, policy, replied_at }) => ({
        of: `${policy} ${contact_id} ${assigned}`,
        enrolled: Number(enrolled_at) - Build.start.epochMillis,
        replied: replied_at === null || replied_at === undefined ? null : Number(replied_at) - Build.start.epochMillis
      }))
  )
)

/** What became of the follow-ups, as `step status reason`. */
const ends = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string | null>>`SELECT step, status, reason FROM follow_ups ORDER BY step, due_at`,
    (rows) => rows.map(({ reason, status, step }) => `${step} ${status} ${reason}`)
  )
)

const events = Effect.map(
  Effect.flatMap(Ledger, (ledger) => ledger.story(chat_id)),
  (entries) => entries.map(({ event }) => event)
)

const lead = 15 * Build.second

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = storiesOn(database, it)

  describe("a policy with a holdout", () => {
    story("leaves a contact of the holdout out when the first follow-up is due, and says so", (fake) =>
      under(fake, { holdout: shares.holdout })(
        Effect.gen(function* () {
          yield* reviewChat
          expect(yield* chatDecision).toBe("Wait silence")
          expect(yield* enrolments).toEqual([])
          yield* sweepUntil(after(2 * day))
          expect(yield* fake.followUps).toEqual([])
          expect(fake.requests.filter((kind) => kind === "set" || kind === "send")).toEqual([])
          expect(yield* ends).toEqual(["1 skipped holdout"])
          expect(yield* chatDecision).toBe("Stop holdout")
          expect(yield* enrolments).toEqual([{ of: "nudge contact_1 holdout", enrolled: hour - lead, replied: null }])
          expect(yield* events).toEqual(["decided", "planned", "resumed_by_sweep", "enrolled", "skipped", "decided"])
          const words = ChatStory.ofChat(chat_id, yield* Effect.flatMap(Ledger, (ledger) => ledger.story(chat_id)))
          expect(words.join("\n")).toContain("the contact is left out, to compare how many reply")
          expect(words.join("\n")).toContain("no follow-up: the contact is in the holdout of the policy")
        })
      )
    )

    story("follows the other contacts up, and enrols them at the same instant", (fake) =>
      under(fake, { holdout: shares.treated })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * day))
          expect(yield* fake.followUps).toHaveLength(2)
          expect(yield* enrolments).toEqual([{ of: "nudge contact_1 treated", enrolled: hour - lead, replied: null }])
        })
      )
    )

    for (const [group, holdout] of Object.entries(shares)) {
      story(`enrols nobody of ${group} whom another reason excludes`, (fake) =>
        under(fake, { holdout })(
          Effect.gen(function* () {
            yield* reviewChat
            yield* fake.becomes({ assigned_user: { id: UserId.make("user_1") } })
            yield* sweepUntil(after(2 * day))
            expect(yield* ends).toEqual(["1 skipped human_takeover"])
            expect(yield* enrolments).toEqual([])
          })
        )
      )

      story(`records the first reply of ${group}, and not the ones after it`, (fake) =>
        under(fake, { holdout })(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(90 * minute))
            yield* fake.writes("contact")
            yield* reviewChat
            yield* setClock(after(5 * hour))
            yield* fake.writes("contact")
            yield* reviewChat
            expect(yield* enrolments).toMatchObject([{ enrolled: hour - lead, replied: 90 * minute }])
          })
        )
      )

      story(`counts an opt-out of ${group} as no reply`, (fake) =>
        under(fake, { holdout })(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(90 * minute))
            yield* fake.writes("contact", { messages: [{ role: "user", parts: [{ type: "text", text: "STOP" }] }] })
            yield* reviewChat
            expect(yield* enrolments).toMatchObject([{ replied: null }])
          })
        )
      )
    }

    story("takes its own message, which the service lists as a human's, for no reply", (fake) =>
      under(fake, {
        holdout: shares.treated,
        steps: [{ after: "1 hour", action: "send_message", message: "Is there anything else we can do?" }]
      })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * day))
          yield* reviewChat
          expect(yield* fake.sent).toHaveLength(1)
          expect(yield* enrolments).toMatchObject([{ enrolled: hour, replied: null }])
        })
      )
    )

    story("keeps a contact in their group in the next episode and in a version of another share", (fake) =>
      Effect.gen(function* () {
        yield* under(fake, { holdout: shares.holdout })(Effect.zipRight(reviewChat, sweepUntil(after(2 * hour))))
        yield* under(fake, { version: 2, holdout: shares.treated })(
          Effect.gen(function* () {
            yield* fake.writes("contact")
            yield* setClock(after(3 * hour))
            yield* fake.writes("assistant")
            yield* reviewChat
            yield* sweepUntil(after(2 * day))
            expect(yield* fake.followUps).toEqual([])
            expect(yield* chatDecision).toBe("Stop holdout")
            expect(yield* enrolments).toMatchObject([{ enrolled: hour - lead, replied: 2 * hour }])
          })
        )
      })
    )

    story("writes to all again in a version without a holdout", (fake) =>
      Effect.gen(function* () {
        yield* under(fake, { holdout: shares.holdout })(Effect.zipRight(reviewChat, sweepUntil(after(2 * hour))))
        yield* under(fake, { version: 2 })(
          Effect.gen(function* () {
            yield* fake.writes("contact")
            yield* setClock(after(3 * hour))
            yield* fake.writes("assistant")
            yield* reviewChat
            yield* sweepUntil(after(2 * day))
            expect(yield* fake.followUps).toHaveLength(2)
          })
        )
      })
    )

    story("keeps a contact who was merged into another in their group", (fake) =>
      under(fake, { holdout: shares.holdout })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * hour))
          yield* fake.mergesInto(contact_2)
          yield* reviewChat
          expect(yield* enrolments).toMatchObject([{ of: "nudge contact_2 holdout" }])
          const ledger = yield* Ledger
          const other = Build.chat({
            conversation_id: ConversationId.make("conversation_2"),
            contact_id: contact_2,
            contact_ids: [contact_2]
          })
          expect(yield* ledger.enrolmentOf(Build.policy({ holdout: shares.treated }), other)).toEqual({
            group: "holdout"
          })
        })
      )
    )

    story("begins again where it was killed between the record and the end of the follow-up", (fake) =>
      Effect.gen(function* () {
        const fields = { holdout: shares.holdout }
        yield* under(
          fake,
          fields
        )(
          Effect.gen(function* () {
            yield* reviewChat
            const ledger = yield* Ledger
            const [planned] = yield* ledger.waiting(Build.conversation_id)
            yield* setClock(after(hour))
            yield* ledger.enrol(Build.policy(fields), Build.chat(), planned!)
            yield* ledger.enrol(Build.policy(fields), Build.chat(), planned!)
          })
        )
        yield* under(
          fake,
          fields
        )(
          Effect.gen(function* () {
            yield* sweepUntil(after(2 * day))
            expect(yield* ends).toEqual(["1 skipped holdout"])
            expect(yield* enrolments).toMatchObject([{ enrolled: hour }])
            expect((yield* events).filter((event) => event === "enrolled")).toHaveLength(1)
          })
        )
      })
    )

    story("leaves no id of an erased contact in its groups, and counts them still", (fake) =>
      under(fake, { holdout: shares.holdout })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * hour))
          yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(contact_1))
          const sql = yield* SqlClient.SqlClient
          expect(JSON.stringify(yield* sql`SELECT * FROM enrolments`)).not.toMatch(/contact_1|conversation_1/)
          yield* setClock(after(4 * day))
          const [comparison] = yield* HoldoutReport.comparisons
          expect(comparison?.groups).toMatchObject([
            { group: "treated", contacts: 0 },
            { group: "holdout", contacts: 1, observed: 1, replied: 0 }
          ])
        })
      )
    )

    story("counts a contact once reply_within is over, and a reply only within it", (fake) =>
      under(fake, { holdout: shares.treated, reply_within: "2 hours" })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * hour))
          const counts = Effect.flatMap(Ledger, (ledger) => ledger.groups("nudge", Duration.hours(2)))
          expect(yield* counts).toEqual([{ group: "treated", enrolled: 1, observed: 0, replied: 0 }])
          yield* fake.writes("contact")
          yield* reviewChat
          yield* setClock(after(3 * hour))
          expect(yield* counts).toEqual([{ group: "treated", enrolled: 1, observed: 1, replied: 1 }])
          expect(yield* Effect.flatMap(Ledger, (ledger) => ledger.groups("nudge", Duration.minutes(30)))).toEqual([
            { group: "treated", enrolled: 1, observed: 1, replied: 0 }
          ])
          expect(yield* HoldoutReport.comparisons).toMatchObject([
            { policy: "nudge", reply_within_seconds: 7200, difference: null, effect: "unclear" }
          ])
        })
      )
    )
  })
}
