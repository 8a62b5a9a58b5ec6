import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { expect } from "@effect/vitest"
import * as Telemetry from "../src/Telemetry.ts"
import * as Build from "./Build.ts"
import { observe, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, hour, minute } = Build

const tagged = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, tags: Readonly<Record<string, string>>) =>
  Metric.value(Object.entries(tags).reduce((metric, [name, value]) => Metric.tagged(metric, name, value), metric))

const counts = Effect.all({
  sent: tagged(Telemetry.ends, { status: "sent" }),
  replied: tagged(Telemetry.ends, { status: "skipped", reason: "replied" }),
  waiting: tagged(Telemetry.looks, { decision: "Wait", reason: "silence" })
}).pipe(Effect.map((states) => ({ sent: states.sent.count, replied: states.replied.count, waiting: states.waiting.count })))

const steps = [{ after: "1 hour", action: "schedule_follow_up" }]

story("every end is counted once by how, and every look by its decision", (fake) =>
  Effect.gen(function* () {
    const before = yield* counts
    yield* under(fake, { steps: [...steps, { after: "1 day", action: "schedule_follow_up" }] })(
      Effect.gen(function* () {
        yield* observe
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

story("lateness is the time from the instant a follow-up was due for to when it is taken up", (fake) =>
  Effect.gen(function* () {
    const lateness = tagged(Telemetry.lateness, { status: "planned" })
    const before = yield* lateness
    yield* under(fake, { steps })(Effect.zipRight(observe, sweepAt(after(hour + 7 * minute))))
    const now = yield* lateness
    expect(now.count - before.count).toBe(1)
    expect(now.sum - before.sum).toBeCloseTo(Duration.toSeconds(Duration.minutes(7)) + 15, 0)
  })
)
