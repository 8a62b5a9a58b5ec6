import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { expect } from "@effect/vitest"
import * as Ledger from "../src/Ledger.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Watch from "../src/Watch.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import { reviewChat, setClock, story, sweepAt, sweepUntil, under, underPolicies } from "./Scheduling.ts"

const { after, day, hour, minute, second } = Build

const tagged = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, tags: Readonly<Record<string, string>>) =>
  Metric.value(Object.entries(tags).reduce((metric, [name, value]) => Metric.tagged(metric, name, value), metric))

const counts = Effect.all({
  sent: tagged(Telemetry.ends, { status: "sent", policy: "nudge" }),
  replied: tagged(Telemetry.ends, { status: "skipped", reason: "replied", policy: "nudge" }),
  waiting: tagged(Telemetry.decisions, { decision: "Wait", reason: "silence", policy: "nudge" })
}).pipe(
  Effect.map((states) => ({ sent: states.sent.count, replied: states.replied.count, waiting: states.waiting.count }))
)

const steps = [{ after: "1 hour", action: "schedule_follow_up" }]

story("every end is counted once by how, and every look by its decision", (fake) =>
  Effect.gen(function* () {
    const before = yield* counts
    yield* under(fake, { steps: [...steps, { after: "1 day", action: "schedule_follow_up" }] })(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(2 * hour))
        yield* fake.writes("contact")
        yield* sweepUntil(after(3 * 24 * hour))
      })
    )
    const now = yield* counts
    expect({ sent: now.sent - before.sent, replied: now.replied - before.replied }).toEqual({ sent: 1, replied: 1 })
    expect(now.waiting - before.waiting).toBeGreaterThan(0)
  })
)

story("an end of a policy with variants is counted by the variant, too", (fake) =>
  Effect.gen(function* () {
    const ofShort = tagged(Telemetry.ends, { status: "sent", policy: "nudge", variant: "short" })
    const before = yield* ofShort
    const policy = Build.policyWithVariants({ short: "99.99 %", long: "0.01 %" })
    yield* Effect.zipRight(reviewChat, sweepUntil(after(day))).pipe(
      Effect.provide(underPolicies(Ledger.layer, fake, [policy]))
    )
    expect((yield* ofShort).count - before.count).toBe(1)
  })
)

story("lateness is the time from the instant a follow-up was due for to when it is taken up", (fake) =>
  Effect.gen(function* () {
    const lateness = tagged(Telemetry.lateness, { status: "planned", policy: "nudge" })
    const before = yield* lateness
    yield* under(fake, { steps })(Effect.zipRight(reviewChat, sweepAt(after(hour + 7 * minute))))
    const now = yield* lateness
    expect(now.count - before.count).toBe(1)
    expect(now.sum - before.sum).toBeCloseTo(Duration.toSeconds(Duration.minutes(7)) + 15, 0)
  })
)

const gauge = <Type, In, Out extends { readonly value: number }>(metric: Metric.Metric<Type, In, Out>) =>
  Effect.map(Metric.value(metric), ({ value }) => value)

story(
  "what a monitor alerts on is counted: what is to come, what is overdue, what is unknown, and whether all is held",
  (fake) =>
    under(fake, { steps })(
      Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        yield* reviewChat
        yield* setClock(after(2 * hour))
        yield* ledger.pause
        const serving = yield* Effect.fork(
          Scheduler.serve(Scheduler.serveDefaults).pipe(Effect.provide(Watch.layerEvents(Stream.never)))
        )
        const counted = Effect.all({
          open: gauge(Telemetry.open),
          overdue: gauge(Telemetry.overdue),
          unknown: gauge(Telemetry.unknown),
          paused: gauge(Telemetry.paused),
          swept: gauge(Telemetry.sweepTimestamp)
        })
        yield* TestClock.adjust("1 second")
        expect(yield* counted).toEqual({
          open: 1,
          overdue: 1,
          unknown: 0,
          paused: 1,
          swept: after(2 * hour).epochMillis / 1000
        })
        const [due] = yield* ledger.overdue(after(day))
        yield* ledger.advance(due!, { status: "unknown", reason: "not_confirmed" }, AuditEvents.some.unknown)
        yield* ledger.resume
        yield* TestClock.adjust("15 seconds")
        expect(yield* counted).toEqual({
          open: 0,
          overdue: 0,
          unknown: 1,
          paused: 0,
          swept: after(2 * hour + 15 * second).epochMillis / 1000
        })
        yield* Fiber.interrupt(serving)
      })
    )
)
