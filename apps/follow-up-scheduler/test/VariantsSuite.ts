/** What every database must do for a policy with variants: a suite as a function of a layer. */
import { UserId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { it as Tests } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as ChatStory from "../src/Operations/ChatStory.ts"
import * as HoldoutReport from "../src/Operations/HoldoutReport.ts"
import * as PolicyVersions from "../src/Policies/PolicyVersions.ts"
import * as Rollout from "../src/Policies/Rollout.ts"
import type { AnyPolicy } from "../src/Policy.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as Build from "./Build.ts"
import type * as FakeChat from "./FakeChat.ts"
import { chatDecision, reviewChat, setClock, storiesOn, sweepUntil, underPolicies } from "./Scheduling.ts"

const { after, chat_id, day, hour, minute } = Build
const lead = 15 * Build.second

/** Shares by which the one contact is in the variant of the name. */
const shares = {
  short: { short: "99.99 %", long: "0.01 %" },
  long: { short: "0.01 %", long: "99.99 %" }
} as const

const under =
  (fake: FakeChat.FakeChat, policy: AnyPolicy) =>
  <A, E>(use: Effect.Effect<A, E, Parts>) =>
    Effect.provide(use, underPolicies(Ledger.layer, fake, [policy]))

type Parts = Layer.Layer.Success<ReturnType<typeof underPolicies<never, never>>> | SqlClient.SqlClient

const enrolments = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string | number | null>>`SELECT * FROM enrolments ORDER BY policy, contact_id`,
    (rows) =>
      rows.map(({ assigned, contact_id, enrolled_at, variant }) => ({
        of: `${contact_id} ${assigned} ${variant}`,
        enrolled: Number(enrolled_at) - Build.start.epochMillis
      }))
  )
)

/** The follow-ups, as `step variant status`. */
const rows = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string | null>>`SELECT step, variant, status FROM follow_ups ORDER BY step, due_at`,
    (found) => found.map(({ status, step, variant }) => `${step} ${variant} ${status}`)
  )
)

/** When the assistant wrote, in milliseconds after the start. */
const sentAt = (fake: FakeChat.FakeChat) =>
  Effect.map(fake.followUps, (all) => all.map((at) => Date.parse(at) - Build.start.epochMillis))

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = storiesOn(database, it)

  describe("a policy with variants", () => {
    for (const [name, at] of [
      ["short", hour],
      ["long", 2 * hour]
    ] as const) {
      story(`writes to a contact of ${name} by its steps, and enrols them when the first of any is due`, (fake) =>
        under(
          fake,
          Build.policyWithVariants(shares[name])
        )(
          Effect.gen(function* () {
            yield* reviewChat
            expect(yield* rows).toEqual(["1 null planned"])
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([at])
            expect(yield* enrolments).toEqual([{ of: `contact_1 treated ${name}`, enrolled: hour - lead }])
            expect(yield* rows).toEqual([`1 ${name} sent`])
            expect(yield* chatDecision).toBe("Stop cadence_finished")
          })
        )
      )

      story(`plans for a contact of ${name} by its steps from the next silence on, and says so`, (fake) =>
        under(
          fake,
          Build.policyWithVariants(shares[name])
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(3 * hour))
            yield* fake.writes("contact")
            yield* setClock(after(4 * hour))
            yield* fake.writes("assistant")
            yield* reviewChat
            expect(yield* rows).toEqual([`1 ${name} sent`, `1 ${name} planned`])
            yield* sweepUntil(after(2 * day))
            expect((yield* sentAt(fake)).at(-1)).toBe(4 * hour + at)
            const words = ChatStory.ofChat(
              chat_id,
              yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(chat_id))
            )
            expect(words.join("\n")).toContain(`the contact is in ${name}, to compare how many reply`)
            expect(words.join("\n")).toContain(`planned step 1 of nudge@1, variant ${name};`)
          })
        )
      )

      story(`enrols nobody of ${name} who replies before the first of any is due, or whom a reason excludes`, (fake) =>
        under(
          fake,
          Build.policyWithVariants(shares[name])
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* fake.becomes({ assigned_user: { id: UserId.make("user_1") } })
            yield* sweepUntil(after(2 * day))
            expect(yield* enrolments).toEqual([])
            expect(yield* sentAt(fake)).toEqual([])
          })
        )
      )
    }

    story("enrols the holdout at the same instant, in no variant", (fake) =>
      under(
        fake,
        Build.policyWithVariants(shares.long, { holdout: "99.99 %" })
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(90 * minute))
          // The step of their variant by the hash would be due later.
          expect([yield* rows, yield* chatDecision]).toEqual([["1 null skipped"], "Stop holdout"])
          yield* sweepUntil(after(2 * day))
          expect(yield* rows).toEqual(["1 null skipped"])
          expect(yield* sentAt(fake)).toEqual([])
          expect(yield* enrolments).toEqual([{ of: "contact_1 holdout null", enrolled: hour - lead }])
          expect(yield* chatDecision).toBe("Stop holdout")
        })
      )
    )

    story("lets a contact who waits for their own variant reply, and counts it", (fake) =>
      under(
        fake,
        Build.policyWithVariants(shares.long)
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(90 * minute))
          expect(yield* rows).toEqual(["1 long planned"])
          yield* fake.writes("contact")
          yield* reviewChat
          yield* sweepUntil(after(4 * day))
          expect(yield* sentAt(fake)).toEqual([])
          expect(yield* HoldoutReport.comparisons).toMatchObject([
            {
              variants: [
                { variant: "short", contacts: 0 },
                { variant: "long", contacts: 1, observed: 1, replied: 1 }
              ]
            }
          ])
        })
      )
    )

    story("keeps a contact in their variant where the shares change, in a running cadence and in the next", (fake) =>
      Effect.gen(function* () {
        yield* under(
          fake,
          Build.policyWithVariants(shares.long)
        )(Effect.zipRight(reviewChat, sweepUntil(after(90 * minute))))
        yield* under(
          fake,
          Build.policyWithVariants(shares.short, { version: 2 })
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(3 * hour))
            expect(yield* sentAt(fake)).toEqual([2 * hour])
            yield* fake.writes("contact")
            yield* setClock(after(4 * hour))
            yield* fake.writes("assistant")
            yield* reviewChat
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([2 * hour, 6 * hour])
            expect(yield* rows).toEqual(["1 long sent", "1 long sent"])
          })
        )
      })
    )

    story("is compared with its versions, and goes on where a cadence is kept or retimed", (fake) =>
      Effect.gen(function* () {
        const next = Build.policyWithVariants(shares.short, { version: 2 })
        yield* under(
          fake,
          Build.policyWithVariants(shares.long)
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(90 * minute))
            const { differences } = yield* Rollout.preview(next)
            expect(differences.map(({ path }) => path)).toEqual(["variants.0.share", "variants.1.share"])
            yield* Rollout.apply(next, "retime")
          })
        )
        yield* under(
          fake,
          next
        )(
          Effect.gen(function* () {
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([2 * hour])
            expect(yield* rows).toEqual(["1 long sent"])
          })
        )
      })
    )

    story("takes up a contact of a version with steps, and lets them go on by the first ones", (fake) =>
      Effect.gen(function* () {
        yield* under(fake, Build.policy())(Effect.zipRight(reviewChat, sweepUntil(after(90 * minute))))
        yield* under(
          fake,
          Build.policyWithVariants(shares.long, { version: 2 })
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([hour, 3 * hour])
            expect(yield* enrolments).toEqual([])
          })
        )
      })
    )

    story("finds a contact's variant again after the ledger was lost", (fake) =>
      Effect.gen(function* () {
        const policy = Build.policyWithVariants(shares.long)
        yield* under(fake, policy)(Effect.zipRight(reviewChat, sweepUntil(after(90 * minute))))
        const sql = yield* SqlClient.SqlClient
        for (const table of ["follow_ups", "enrolments", "audit", "chat_decisions"])
          yield* sql`DELETE FROM ${sql(table)}`
        yield* under(
          fake,
          policy
        )(
          Effect.gen(function* () {
            yield* reviewChat
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([2 * hour])
            expect(yield* enrolments).toMatchObject([{ of: "contact_1 treated long" }])
          })
        )
      })
    )

    story("begins again where it was killed between the enrolment and the step", (fake) =>
      Effect.gen(function* () {
        const policy = Build.policyWithVariants(shares.short)
        yield* under(
          fake,
          policy
        )(
          Effect.gen(function* () {
            yield* reviewChat
            const ledger = yield* Ledger.Ledger
            const [planned] = yield* ledger.waiting(Build.conversation_id)
            yield* setClock(after(hour - lead))
            yield* ledger.enrol(policy, Build.chat(), planned!, "short")
          })
        )
        yield* under(
          fake,
          policy
        )(
          Effect.gen(function* () {
            yield* sweepUntil(after(2 * day))
            expect(yield* sentAt(fake)).toEqual([hour])
            expect(yield* rows).toEqual(["1 short sent"])
            expect(yield* enrolments).toHaveLength(1)
          })
        )
      })
    )

    story("says what the messages of its own variant were, which the service lists as a human's", (fake) =>
      under(
        fake,
        Build.policyWithVariants(undefined, {
          variants: [
            { name: "short", share: "0.01 %", steps: [{ after: "1 hour", action: "schedule_follow_up" }] },
            {
              name: "long",
              share: "99.99 %",
              steps: [
                { after: "2 hours", action: "send_message", message: "Is there anything else?" },
                { after: "1 day", action: "close" }
              ]
            }
          ]
        })
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(4 * hour))
          expect(yield* fake.sent).toHaveLength(1)
          expect(yield* enrolments).toMatchObject([{ enrolled: hour - lead }])
          yield* sweepUntil(after(4 * day))
          expect(yield* rows).toEqual(["1 long sent", "2 long done"])
        })
      )
    )

    story("leaves no id of an erased contact in it, and counts them still", (fake) =>
      under(
        fake,
        Build.policyWithVariants(shares.short)
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(3 * hour))
          yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(Build.contactId("contact_1")))
          const sql = yield* SqlClient.SqlClient
          const all = [
            yield* sql`SELECT * FROM enrolments`,
            yield* sql`SELECT * FROM audit`,
            yield* sql`SELECT * FROM follow_ups`
          ]
          expect(JSON.stringify(all)).not.toMatch(/contact_1|conversation_1|chat_1/)
          expect(JSON.stringify(all)).toContain('\\"variant\\":\\"short\\"')
          yield* setClock(after(4 * day))
          const [comparison] = yield* HoldoutReport.comparisons
          expect(comparison?.variants).toMatchObject([{ variant: "short", contacts: 1 }, { contacts: 0 }])
        })
      )
    )

    story("is on record with its variants, and a version never changes", (fake) =>
      under(
        fake,
        Build.policyWithVariants(shares.short)
      )(
        Effect.gen(function* () {
          const refused = yield* Effect.flip(PolicyVersions.refuseChanged(Build.policyWithVariants(shares.long)))
          expect(refused.message).toContain("policy nudge@1 is on record with other variants")
          yield* PolicyVersions.refuseChanged(Build.policyWithVariants(shares.short))
        })
      )
    )
  })
}
