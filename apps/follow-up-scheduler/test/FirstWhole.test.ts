/** From when a silence counts: from when our message was written or first whole, not from its last touch. */
import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ledger from "../src/Ledger.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Preview from "../src/Operations/Preview.ts"
import * as Build from "./Build.ts"
import type { FakeChat } from "./FakeChat.ts"
import { reviewChat, setClock, story, sweepUntil, under } from "./Scheduling.ts"

const { after, chat_id, day, hour, minute, second } = Build

const oneStep = { steps: [{ after: "1 hour", action: "schedule_follow_up" }] }
const untilStep = (at: number) => ({ _tag: "Wait", step: 1, until: after(at - 15 * second), reason: "silence" })
const iso = (at: number) => DateTime.formatIso(after(at))

const remembered = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT message_id, whole_at FROM last_messages`)

const preview = (fake: FakeChat) =>
  Effect.map(Preview.look(chat_id), ({ decision }) => decision).pipe(
    Effect.provide(
      Preview.layer.pipe(
        Layer.provideMerge(Layer.mergeAll(Ledger.layer, fake.layer)),
        Layer.provideMerge(Layer.succeed(ActivePolicy, Build.policy(oneStep)))
      )
    )
  )

story("a correction eight seconds later does not begin the silence anew", (fake) =>
  Effect.gen(function* () {
    yield* fake.changes("assistant@0", { updated_at: after(8 * second) })
    expect(yield* preview(fake)).toMatchObject(untilStep(hour))
    yield* under(
      fake,
      oneStep
    )(
      Effect.gen(function* () {
        expect(yield* reviewChat).toMatchObject(untilStep(hour))
        yield* sweepUntil(after(day))
        expect(yield* fake.followUps).toEqual([iso(hour)])
      })
    )
  })
)

story("a receipt a day later does not begin the silence anew", (fake) =>
  under(fake, { steps: [{ after: "2 days", action: "schedule_follow_up" }] })(
    Effect.gen(function* () {
      yield* reviewChat
      yield* setClock(after(day))
      yield* fake.changes("assistant@0", { updated_at: after(day) })
      expect(yield* reviewChat).toMatchObject(untilStep(2 * day))
      yield* sweepUntil(after(4 * day))
      expect(yield* fake.followUps).toEqual([iso(2 * day)])
    })
  )
)

story(
  "a message that was seen running is silent from its end, also for a scheduler that was started in between",
  (fake) =>
    Effect.gen(function* () {
      yield* fake.changes("assistant@0", { status: "RUNNING" })
      yield* under(fake, oneStep)(reviewChat)
      yield* setClock(after(3 * hour))
      yield* fake.changes("assistant@0", { status: "COMPLETED", updated_at: after(3 * hour - minute) })
      yield* under(
        fake,
        oneStep
      )(
        Effect.gen(function* () {
          expect(yield* reviewChat).toMatchObject(untilStep(4 * hour - minute))
        })
      )
      yield* setClock(after(3.5 * hour))
      yield* fake.changes("assistant@0", { updated_at: after(3.5 * hour) })
      expect(yield* preview(fake)).toMatchObject(untilStep(4 * hour - minute))
      yield* under(
        fake,
        oneStep
      )(
        Effect.gen(function* () {
          expect(yield* reviewChat).toMatchObject(untilStep(4 * hour - minute))
          yield* sweepUntil(after(day))
          expect(yield* fake.followUps).toEqual([iso(4 * hour - minute)])
        })
      )
    })
)

story(
  "a message that was seen running, on a service that dates no end, is silent from the first look at it whole",
  (fake) =>
    under(
      fake,
      oneStep
    )(
      Effect.gen(function* () {
        yield* fake.changes("assistant@0", { status: "RUNNING" })
        yield* reviewChat
        yield* setClock(after(3 * hour))
        yield* fake.changes("assistant@0", { status: "COMPLETED" })
        expect(yield* reviewChat).toMatchObject(untilStep(4 * hour))
        yield* setClock(after(3.5 * hour))
        expect(yield* reviewChat).toMatchObject(untilStep(4 * hour))
      })
    )
)

story("a message of ours without a date is silent from the first look at it", (fake) =>
  under(fake, { ...oneStep, effective_from: "all" })(
    Effect.gen(function* () {
      yield* fake.changes("assistant@0", { created_at: null })
      yield* setClock(after(5 * hour))
      expect(yield* reviewChat).toMatchObject(untilStep(6 * hour))
      yield* setClock(after(5.5 * hour))
      expect(yield* reviewChat).toMatchObject(untilStep(6 * hour))
      yield* sweepUntil(after(day))
      expect(yield* fake.followUps).toEqual([iso(6 * hour)])
    })
  )
)

story("a preview remembers nothing of what it saw", (fake) =>
  Effect.gen(function* () {
    yield* fake.changes("assistant@0", { created_at: null })
    yield* preview(fake)
    yield* fake.changes("assistant@0", { created_at: after(0), status: "RUNNING" })
    yield* preview(fake)
    expect(yield* under(fake, oneStep)(remembered)).toEqual([])
  })
)
