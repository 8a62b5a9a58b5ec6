import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Ledger from "../src/Ledger.ts"
import * as PolicyVersions from "../src/Policies/PolicyVersions.ts"
import * as Rollout from "../src/Policies/Rollout.ts"
import * as Build from "./Build.ts"
import { type Fields, reviewChat, record, story, sweepAt, under } from "./Scheduling.ts"

const { after, hour, minute, second } = Build
const lead = 15 * second

const step = (after: string) => ({ after, action: "schedule_follow_up" })
const newer: Fields = { version: 2, steps: [step("30 minutes"), step("10 minutes"), step("1 hour")] }

const change = (fields: Fields, running: Rollout.Running) =>
  Effect.provide(Rollout.apply(Build.policy(fields), running), Ledger.layer)

describe("a version of a policy", () => {
  story("never changes: the same version with another content is refused with the fields that differ", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      const changed = yield* Effect.flip(under(fake, { weekdays: [1], arm_lead: "1 minute" })(reviewChat))
      expect(changed).toBeInstanceOf(PolicyVersions.VersionChanged)
      expect(changed).toMatchObject({ id: "nudge@1", fields: ["weekdays", "arm_lead"] })
      yield* under(fake, {})(reviewChat)
    })
  )

  story("counts from when its name was first put in force here, in every later version and process", (fake) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after(second).epochMillis)
      expect(yield* under(fake, {})(reviewChat)).toMatchObject({ _tag: "Stop", reason: "before_effective_from" })
      yield* TestClock.setTime(after(hour).epochMillis)
      yield* fake.writes("contact")
      yield* fake.writes("assistant")
      yield* TestClock.setTime(after(2 * hour).epochMillis)
      expect(yield* under(fake, newer)(reviewChat)).toMatchObject({ _tag: "Act", step: 1 })
      yield* under(fake, { name: "other" })(Effect.void)
      expect([...(yield* PolicyVersions.inForceSince)]).toEqual([
        ["nudge", after(second)],
        ["other", after(2 * hour)]
      ])
    })
  )

  story("is kept by a cadence that began by it, until the contact replies", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      yield* under(
        fake,
        newer
      )(
        Effect.gen(function* () {
          expect(yield* reviewChat).toMatchObject({ _tag: "Wait", until: after(hour - lead) })
          yield* sweepAt(after(hour - lead))
          yield* sweepAt(after(hour + minute))
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 planned"])
          yield* fake.writes("contact")
          yield* TestClock.setTime(after(2 * hour).epochMillis)
          yield* fake.writes("assistant")
          expect(yield* reviewChat).toMatchObject({ _tag: "Wait", step: 1, until: after(2.5 * hour - lead) })
        })
      )
      expect((yield* record).at(-1)).toBe("1 nudge@2 planned")
    })
  )

  story("is what a follow-up that is under way is confirmed by, after a newer one came", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, { confirm_after: "10 minutes" })(Effect.zipRight(reviewChat, sweepAt(after(hour - lead))))
      yield* under(fake, { ...newer, confirm_after: "1 minute" })(
        Effect.gen(function* () {
          yield* sweepAt(after(hour - 5 * second))
          const rows = yield* Effect.flatMap(
            SqlClient.SqlClient,
            (sql) => sql<{ due_at: number }>`SELECT due_at FROM follow_ups`
          )
          expect(rows).toEqual([{ due_at: after(hour + 10 * minute).epochMillis }])
        })
      )
    })
  )
})

describe("putting a version in force", () => {
  story("shows the difference to the latest one and how many run on which", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      const preview = yield* Rollout.preview(Build.policy({ ...newer, weekdays: [1, 2, 3] }))
      expect(preview.before?.id).toBe("nudge@1")
      expect(preview.differences.map(({ path }) => path)).toEqual([
        "weekdays.3",
        "weekdays.4",
        "weekdays.5",
        "weekdays.6",
        "steps.0.after",
        "steps.1.after",
        "steps.2"
      ])
      expect(preview.running).toEqual([{ policy: "nudge@1", conversations: 1 }])
      expect(yield* record).toEqual(["1 nudge@1 planned"])
    })
  )

  story("of another policy shows nothing of this one", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      expect(yield* Rollout.preview(Build.policy({ name: "nudge-more" }))).toEqual({
        before: undefined,
        differences: [],
        running: []
      })
    })
  )

  story("with keep leaves what runs as it is", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      yield* change(newer, "keep")
      expect(yield* record).toEqual(["1 nudge@1 planned"])
      expect(yield* under(fake, newer)(reviewChat)).toMatchObject({ _tag: "Wait", until: after(hour - lead) })
    })
  )

  story("with retime decides anew what waits, and what was sent still counts", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(Effect.all([reviewChat, sweepAt(after(hour - lead)), sweepAt(after(hour + minute))]))
      expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 planned"])
      yield* change(newer, "retime")
      yield* under(
        fake,
        newer
      )(
        Effect.gen(function* () {
          yield* sweepAt(after(hour + 2 * minute))
          yield* sweepAt(after(hour + 10 * minute - lead))
          yield* sweepAt(after(hour + 11 * minute))
        })
      )
      expect(yield* record).toEqual(["1 nudge@2 sent", "2 nudge@2 sent", "3 nudge@2 planned"])
    })
  )

  story("with exit ends what runs, until the contact replies", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(Effect.all([reviewChat, sweepAt(after(hour - lead)), sweepAt(after(hour + minute))]))
      yield* change(newer, "exit")
      expect(yield* record).toEqual(["1 nudge@1 sent exited", "2 nudge@1 skipped exited"])
      yield* under(
        fake,
        newer
      )(
        Effect.gen(function* () {
          yield* sweepAt(after(4 * hour))
          expect(yield* reviewChat).toMatchObject({ _tag: "Stop", reason: "exited" })
          yield* fake.writes("contact")
          yield* TestClock.adjust("1 second")
          yield* fake.writes("assistant")
          expect(yield* reviewChat).toMatchObject({ _tag: "Wait", step: 1 })
        })
      )
      expect((yield* record).at(-1)).toBe("1 nudge@2 planned")
    })
  )

  story("ends a cadence of which nothing was sent yet just the same", (fake) =>
    Effect.gen(function* () {
      yield* under(fake, {})(reviewChat)
      yield* change(newer, "exit")
      expect(yield* record).toEqual(["1 nudge@1 skipped exited"])
      expect(yield* under(fake, newer)(reviewChat)).toMatchObject({ _tag: "Stop", reason: "exited" })
    })
  )
})
