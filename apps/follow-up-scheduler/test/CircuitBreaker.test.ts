import * as InventError from "@effect-invent/domain/InventError"
import { expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as CircuitBreaker from "../src/ChatReader/CircuitBreaker.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Build from "./Build.ts"
import { unsent } from "./FakeChat.ts"
import { reviewChat, setClock, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, chat_id, hour, minute, second } = Build

const fault = new InventError.ServerFault({ endpoint: "state.update", attempts: 1, status: 503, excerpt: "" })
const refusal = new InventError.NotFound({ endpoint: "state.update", attempts: 1, status: 404, excerpt: "" })

/** So many that are due try every 3 seconds, for so long: how often one of them reached the service. */
const tries = (
  outage: CircuitBreaker.CircuitBreaker["Type"],
  look: Effect.Effect<void, InventError.RepeatableError>,
  due: number,
  time: Duration.Duration
) =>
  Effect.gen(function* () {
    let count = 0
    const each = Effect.zipRight(
      Effect.sync(() => count++),
      Effect.ignore(outage.learn(look))
    )
    for (let seconds = 0; seconds < Duration.toSeconds(time); seconds += 3) {
      yield* Effect.forEach(Arr.range(1, due), () => Effect.whenEffect(each, outage.mayLook), { concurrency: 4 })
      yield* TestClock.adjust("3 seconds")
    }
    return count
  })

it.effect(
  "a service that fails for an hour is only probed, however much is due, and read as before once it answers",
  () =>
    Effect.gen(function* () {
      const outage = yield* CircuitBreaker.make
      const atMost =
        CircuitBreaker.tolerated +
        4 +
        Math.log2(CircuitBreaker.longestPause.pipe(Duration.toSeconds)) +
        Duration.toSeconds("1 hour") / Duration.toSeconds(CircuitBreaker.longestPause)
      expect(yield* Metric.value(Telemetry.outage)).toMatchObject({ value: 0 })
      expect(yield* tries(outage, Effect.fail(fault), 50, Duration.hours(1))).toBeLessThan(atMost)
      expect(yield* Metric.value(Telemetry.outage)).toMatchObject({ value: 1 })
      yield* TestClock.adjust(CircuitBreaker.longestPause)
      expect(yield* tries(outage, Effect.void, 50, Duration.seconds(9))).toBe(150)
      expect(yield* Metric.value(Telemetry.outage)).toMatchObject({ value: 0 })
    })
)

it.effect("a few failures, or refusals of single chats, are no outage", () =>
  Effect.gen(function* () {
    const outage = yield* CircuitBreaker.make
    expect(yield* tries(outage, Effect.fail(fault), CircuitBreaker.tolerated - 1, Duration.seconds(3))).toBe(
      CircuitBreaker.tolerated - 1
    )
    yield* outage.learn(Effect.void)
    expect(yield* tries(outage, Effect.fail(fault), CircuitBreaker.tolerated - 1, Duration.seconds(3))).toBe(
      CircuitBreaker.tolerated - 1
    )
    yield* outage.learn(Effect.void)
    expect(yield* tries(outage, Effect.fail(refusal), 100, Duration.seconds(3))).toBe(100)
  })
)

it.effect("who waits for a turn goes on when the outage is over", () =>
  Effect.gen(function* () {
    const outage = yield* CircuitBreaker.make
    yield* tries(outage, Effect.fail(fault), 20, Duration.minutes(10))
    const waiting = yield* Effect.fork(
      Effect.forEach(Arr.range(1, 8), () => Effect.zipRight(outage.turn, outage.learn(Effect.void)), { concurrency: 8 })
    )
    yield* TestClock.adjust(Duration.times(CircuitBreaker.longestPause, 2))
    expect((yield* Fiber.join(waiting)).length).toBe(8)
  })
)

story(
  "what falls due in an outage stays as it is, without a request or a line in the audit, and is carried out afterwards",
  (fake) =>
    under(fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.put(unsent(fault))
        yield* Effect.repeatN(Effect.ignore(reviewChat), CircuitBreaker.tolerated)
        const lines = Effect.flatMap(Ledger.Ledger, (ledger) =>
          Effect.map(ledger.story(chat_id), ({ length }) => length)
        )
        const before = { requests: fake.requests.length, lines: yield* lines }
        yield* sweepAt(after(second))
        expect({ requests: fake.requests.length, lines: yield* lines }).toEqual(before)
        // Another look has taken the turn in which it is found out whether the outage is over.
        yield* setClock(after(hour))
        expect(yield* Effect.flatMap(CircuitBreaker.CircuitBreaker, ({ mayLook }) => mayLook)).toBe(true)
        expect(yield* sweepAt(after(hour))).toBe(0)
        expect({ requests: fake.requests.length, lines: yield* lines }).toEqual(before)
        expect(yield* sweepAt(after(hour + 10 * second))).toBe(1)
        const probed = { requests: fake.requests.length, lines: yield* lines }
        expect(probed.requests).toBe(before.requests + 1)
        yield* sweepAt(after(hour + 11 * second))
        yield* sweepAt(after(hour + 12 * second))
        expect({ requests: fake.requests.length, lines: yield* lines }).toEqual(probed)
        yield* fake.put((_, apply) => apply)
        yield* sweepAt(after(hour + 20 * minute))
        yield* sweepUntil(after(2 * hour))
        expect((yield* fake.followUps).length).toBe(1)
      })
    )
)
