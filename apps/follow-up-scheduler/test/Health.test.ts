/** What is noticed when something goes wrong, and that it is over when it is. */
import type { RawAnswer } from "@effect-invent/client/CallOptions"
import { CurrentCallOptions } from "@effect-invent/client/CallOptions"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as Plan from "../src/Plan.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Activity from "../src/Telemetry/Activity.ts"
import * as Databases from "./Databases.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"

const { after, hour, messageId } = Build

const layer = Health.layer(Thresholds.defaults, Duration.seconds(1)).pipe(
  Layer.provideMerge(Ledger.layer),
  Layer.provideMerge(Databases.sqlite)
)

type Parts = Health.Health | Ledger.Ledger | SqlClient.SqlClient

const story = <E>(name: string, test: Effect.Effect<void, E, Parts>) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Build.start.epochMillis)
      yield* Metric.set(Telemetry.outage, 0)
      yield* Effect.provide(test, layer)
    }).pipe(Effect.ensuring(Metric.set(Telemetry.outage, 0)))
  )

/** An answer of the service, as the client passes it to `onAnswer`. */
const answer = (fields: Partial<RawAnswer>) =>
  Effect.flatMap(CurrentCallOptions, ({ onAnswer }) =>
    onAnswer === undefined
      ? Effect.dieMessage("no callback for answers is set")
      : onAnswer({
          endpoint: "inbox.list",
          attempt: 1,
          status: 200,
          headers: {},
          requestId: undefined,
          text: "",
          ...fields
        })
  )

const kinds = Effect.map(
  Effect.flatMap(Health.Health, ({ troubles }) => troubles),
  (troubles) => troubles.map(({ kind }) => kind)
)
const found = Effect.map(
  Effect.flatMap(Health.Health, ({ troubles }) => troubles),
  (troubles) => troubles[0]?.found
)
const ledger = Effect.flatMap(Ledger.Ledger, Effect.succeed)

/** A follow-up that is due an hour after the start. */
const planned = Effect.gen(function* () {
  const plan = Plan.make(Build.policy(), Build.chat(), { step: 1, anchor_id: messageId("assistant@0") }, after(hour))
  return yield* Effect.flatten((yield* ledger).plan(plan, AuditEvents.some.planned))
})

describe("a scheduler", () => {
  story(
    "that nothing has happened to yet is well",
    Effect.gen(function* () {
      expect(yield* kinds).toEqual([])
      expect(yield* Effect.flatMap(Health.Health, ({ isLive }) => isLive)).toBe(true)
    })
  )

  story(
    "is not live when its loop has not turned for five minutes, and is again when it turns",
    Effect.gen(function* () {
      const { isLive } = yield* Health.Health
      yield* TestClock.adjust("5 minutes")
      expect(yield* isLive).toBe(true)
      yield* TestClock.adjust("1 second")
      expect([yield* isLive, yield* kinds]).toEqual([false, ["stuck"]])
      yield* Activity.turned
      expect([yield* isLive, yield* kinds]).toEqual([true, []])
    })
  )

  story(
    "whose key is refused reports it at once, until a request is accepted",
    Effect.gen(function* () {
      yield* answer({ status: 401 })
      expect(yield* kinds).toEqual(["key_refused"])
      yield* answer({ status: 500 })
      expect(yield* kinds).toEqual(["key_refused"])
      yield* answer({ status: 200 })
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "whose update or message is refused reports it at once, until another one is accepted",
    Effect.gen(function* () {
      for (const endpoint of ["state.update", "messages.create"]) {
        for (const status of [400, 403, 422]) {
          yield* answer({ endpoint, status })
          expect([yield* kinds, yield* found]).toEqual([
            ["write_refused"],
            `the service refused the last update or message with ${status}`
          ])
          yield* answer({ endpoint: "inbox.list" })
          yield* answer({ endpoint, status: 503 })
          expect(yield* kinds).toEqual(["write_refused"])
          yield* answer({ endpoint })
          expect(yield* kinds).toEqual([])
        }
      }
    })
  )

  story(
    "whose chat is gone, or whose list is refused, has no update that was refused",
    Effect.gen(function* () {
      yield* answer({ endpoint: "state.update", status: 404 })
      yield* answer({ endpoint: "messages.list", status: 403 })
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "with an open circuit reports that the service does not answer",
    Effect.gen(function* () {
      yield* Metric.set(Telemetry.outage, 1)
      expect(yield* kinds).toEqual(["service_out"])
    })
  )

  story(
    "that has read no list of chats for ten minutes reports it, but not while it is paused",
    Effect.gen(function* () {
      const look = Effect.zipRight(TestClock.adjust("4 minutes"), Activity.turned)
      yield* Effect.zipRight(look, look)
      yield* answer({ endpoint: "contacts.list" })
      yield* look
      expect(yield* kinds).toEqual(["not_looked"])
      yield* (yield* ledger).pause
      expect(yield* kinds).toEqual([])
      yield* (yield* ledger).resume
      yield* answer({ endpoint: "inbox.list" })
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "whose sweep fails reports why, until one goes through",
    Effect.gen(function* () {
      yield* Activity.sweepFailed("database or disk is full")
      expect(yield* found).toBe("the ledger cannot be used: database or disk is full")
      yield* Activity.swept
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "whose policy files are refused reports the first problem and how many more there are, until they are right",
    Effect.gen(function* () {
      yield* Activity.policiesRefused("policy a.yaml: is empty\npolicy b.yaml: is empty\npolicy c.yaml: is empty")
      expect(yield* found).toBe("a policy file is refused: policy a.yaml: is empty; and 2 more")
      expect(yield* kinds).toEqual(["policy_refused"])
      expect((yield* Metric.value(Telemetry.policiesRefused)).value).toBe(1)
      yield* Activity.policiesRefused(undefined)
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "whose ledger does not answer reports it",
    Effect.gen(function* () {
      yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`ALTER TABLE pauses RENAME TO gone`)
      expect(yield* kinds).toEqual(["ledger_failing"])
    })
  )

  it.effect("whose ledger hangs reports it within ten seconds, and its loop is found stuck all the same", () =>
    Effect.gen(function* () {
      const hanging = Layer.effect(
        Ledger.Ledger,
        Effect.map(Ledger.Ledger, (ledger) => ({ ...ledger, paused: Effect.uninterruptible(Effect.never) }))
      ).pipe(Layer.provide(Ledger.layer), Layer.provide(Databases.sqlite))
      const over = Layer.provide(Health.layer(Thresholds.defaults, Duration.seconds(1)), hanging)
      const context = yield* Layer.build(over)
      const troubles = yield* Effect.fork(Effect.provide(found, context))
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(troubles)).toBe("the ledger cannot be used: it does not answer")
      const reported: Array<string> = []
      const watching = Health.untilStuck(Thresholds.defaults, ({ kind }) => Effect.sync(() => void reported.push(kind)))
      const stuck = yield* Effect.fork(Effect.flip(Effect.provide(watching, context)))
      yield* TestClock.adjust("6 minutes")
      expect([(yield* Fiber.join(stuck))._tag, reported]).toEqual(["LoopStuck", ["stuck"]])
    }).pipe(Effect.scoped)
  )

  story(
    "that is answered with 429 reports it for ten minutes",
    Effect.gen(function* () {
      yield* answer({ status: 429 })
      expect(yield* kinds).toEqual(["throttled"])
      yield* Effect.zipRight(TestClock.adjust("10 minutes"), Effect.zipRight(Activity.turned, answer({})))
      expect(yield* kinds).toEqual(["throttled"])
      yield* Effect.zipRight(TestClock.adjust("1 second"), answer({}))
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "whose clock is more than five seconds off reports by how much, but not by an answer that was slow",
    Effect.gen(function* () {
      const date = (millis: number) => answer({ headers: { date: DateTime.toDateUtc(after(millis)).toUTCString() } })
      yield* date(5000)
      expect(yield* kinds).toEqual([])
      yield* date(45_000)
      expect(yield* found).toBe("this machine's clock is 45s behind the server's")
      yield* date(-600_000)
      expect(yield* found).toBe("this machine's clock is 10m ahead of the server's")
      yield* date(0)
      expect(yield* kinds).toEqual([])
      yield* date(-30_000)
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "with a follow-up of unknown outcome reports it, and since when",
    Effect.gen(function* () {
      const row = yield* planned
      yield* TestClock.adjust("1 minute")
      yield* (yield* ledger).advance(row, { status: "unknown" }, AuditEvents.some.unknown)
      const [first] = yield* Effect.flatMap(Health.Health, ({ troubles }) => troubles)
      yield* TestClock.adjust("1 minute")
      const [again] = yield* Effect.flatMap(Health.Health, ({ troubles }) => troubles)
      expect(first).toMatchObject({
        kind: "outcome_unknown",
        since: after(60_000),
        found: "the outcome of 1 follow-up is unknown"
      })
      expect(again).toEqual(first)
    })
  )

  story(
    "reports that a follow-up is late only beyond what its own backlog explains, and not while it is paused",
    Effect.gen(function* () {
      yield* planned
      const until = (millis: number) =>
        Effect.all([TestClock.setTime(after(millis).epochMillis), Activity.turned, answer({})])
      yield* until(hour + 600_500)
      expect(yield* kinds).toEqual([])
      yield* until(hour + 602_000)
      expect(yield* kinds).toEqual(["late"])
      yield* (yield* ledger).pause
      expect(yield* kinds).toEqual([])
    })
  )

  story(
    "reports that a follow-up is late also where each failure moves the date it is due at",
    Effect.gen(function* () {
      const row = yield* planned
      yield* TestClock.setTime(after(hour + 600_500).epochMillis)
      const failed = (failures: number) =>
        Effect.flatMap(ledger, ({ advance }) =>
          advance(row, { failures, due_at: after(2 * hour) }, AuditEvents.some.unreachable)
        )
      const again = yield* failed(4)
      yield* Effect.zipRight(Activity.turned, answer({}))
      expect(yield* kinds).toEqual([])
      yield* Effect.flatMap(ledger, ({ advance }) =>
        advance(Option.getOrThrow(again), { failures: 5 }, AuditEvents.some.unreachable)
      )
      expect(yield* kinds).toEqual(["late"])
    })
  )

  story(
    "that was paused for more than four hours reports it; one that is held does at once",
    Effect.gen(function* () {
      const { hold, pause, resume } = yield* ledger
      const later = Effect.zipRight(TestClock.adjust("4 hours"), Activity.turned)
      yield* pause
      yield* later
      expect(yield* kinds).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(yield* kinds).toEqual(["paused"])
      yield* resume
      yield* answer({})
      yield* hold("nudge@1 was put in force, and 500 contacts would be written to", 500)
      expect(yield* found).toBe("everything is held: nudge@1 was put in force, and 500 contacts would be written to")
    })
  )
})
