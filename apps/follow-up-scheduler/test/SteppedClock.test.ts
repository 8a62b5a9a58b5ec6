/**
 * The machine's clock is put back by ten minutes, as after it was fast: waits and ages are as long as before. The
 * machine is suspended for an hour: what was learned before is an hour old.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import type { Contact } from "@effect-invent/domain/Contact"
import { ContactId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, vi } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Progress from "../src/cli/Progress.ts"
import * as Delay from "../src/Dispatch/Delay.ts"
import { Dispatch } from "../src/Dispatch.ts"
import { Ledger } from "../src/Ledger.ts"
import * as MonotonicClock from "../src/MonotonicClock.ts"
import * as CircuitBreaker from "../src/ChatReader/CircuitBreaker.ts"
import * as OptOuts from "../src/ChatReader/OptOuts.ts"
import * as GracefulShutdown from "../src/Dispatch/GracefulShutdown.ts"
import * as Grace from "../src/Dispatch/GracefulShutdown/Grace.ts"
import * as Build from "./Build.ts"
import { unsent } from "./FakeChat.ts"
import { reviewChat, record, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, followUp, hour, minute, policy, second } = Build

const fault = new InventError.ServerFault({ endpoint: "state.update", attempts: 1, status: 503, excerpt: "" })

/**
 * Runs a test whose wall clock can be put back by ten minutes, while what sleeps and the monotonic clock go on as they
 * were; and forward by an hour, as it is after the machine was suspended.
 */
const withStep = <A, E, R>(
  test: (putBack: Effect.Effect<void>, suspend: Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  TestClock.testClockWith((clock) => {
    let step = 0
    const millis = () => clock.unsafeCurrentTimeMillis() - step
    const stepped: TestClock.TestClock = {
      ...clock,
      unsafeCurrentTimeMillis: millis,
      currentTimeMillis: Effect.sync(millis),
      setTime: (instant) => Effect.suspend(() => clock.setTime(instant + step))
    }
    const by = (millis: number) => Effect.sync(() => void (step += millis))
    return Effect.withClock(test(by(10 * minute), by(-hour)), stepped)
  })

it.effect("an outage is over as soon as the service is well again", () =>
  withStep((putBack) =>
    Effect.gen(function* () {
      const outage = yield* CircuitBreaker.make
      yield* Effect.repeatN(Effect.ignore(outage.learn(Effect.fail(fault))), CircuitBreaker.tolerated)
      yield* putBack
      const turn = yield* Effect.fork(outage.turn)
      yield* TestClock.adjust(CircuitBreaker.shortestPause)
      yield* Fiber.join(turn)
    })
  )
)

it.effect("what is under way when a stop is requested is waited for no longer than the grace", () =>
  withStep((putBack) =>
    Effect.gen(function* () {
      const grace = Duration.toMillis(Grace.byDefault)
      const finishing = yield* GracefulShutdown.finishing
      const later = yield* Effect.fork(finishing(Effect.never))
      const first = yield* Effect.fork(GracefulShutdown.inOrder(finishing(Effect.never)))
      yield* TestClock.adjust("1 second")
      const stopped = yield* Effect.fork(Fiber.interrupt(first))
      yield* TestClock.adjust(grace - 1000)
      yield* putBack
      const ended = yield* Effect.fork(Fiber.interrupt(later))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(ended)
      yield* Fiber.join(stopped)
    })
  ).pipe(Effect.provide(GracefulShutdown.layer))
)

it.scoped("progress is printed on", () =>
  withStep((putBack) =>
    Effect.gen(function* () {
      const write = vi.spyOn(process.stderr, "write").mockReturnValue(true)
      yield* Effect.addFinalizer(() => Effect.sync(() => write.mockRestore()))
      const report = yield* Progress.make("conversations")
      yield* TestClock.adjust("6 seconds")
      yield* putBack
      yield* report({ count: 12, part: undefined })
      yield* TestClock.adjust("6 seconds")
      yield* report({ count: 24, part: undefined })
      const printed = write.mock.calls.map(([text]) => String(text))
      expect(printed.map((text) => /(\d+ conversations, \d+\/s)/.exec(text)?.[1])).toEqual([
        "12 conversations, 2/s",
        "24 conversations, 2/s"
      ])
    })
  )
)

it.effect("what is kept for a minute is found anew after a minute", () =>
  withStep((putBack) =>
    Effect.gen(function* () {
      let found = 0
      const kept = yield* MonotonicClock.cachedFor("1 minute")(Effect.sync(() => ++found))
      expect([yield* kept, yield* kept]).toEqual([1, 1])
      yield* putBack
      yield* TestClock.adjust("1 minute")
      expect(yield* kept).toBe(2)
    })
  )
)

describe("a wait that was written by a clock that was fast", () => {
  const now = after(0)
  const failed = (failures: number, due: number) =>
    followUp({ status: "planned", follow_up_at: null, failures, due_at: after(due) })
  const armed = (due: number, fields: Parameters<typeof followUp>[0] = {}) =>
    followUp({ follow_up_at: after(second), due_at: after(due), ...fields })
  const isTooLong = (row: ReturnType<typeof followUp>) => Delay.isTooLong(row, policy(), now)

  it("is longer than any wait after so many failures, or for a confirmation", () => {
    expect([isTooLong(failed(1, 30 * second)), isTooLong(failed(1, 41 * second))]).toEqual([false, true])
    expect([isTooLong(failed(3, 2 * minute)), isTooLong(failed(3, 3 * minute))]).toEqual([false, true])
    expect([isTooLong(failed(99, 5 * minute)), isTooLong(failed(99, 6 * minute))]).toEqual([false, true])
    expect([isTooLong(armed(minute + second)), isTooLong(armed(2 * minute))]).toEqual([false, true])
    expect(isTooLong(armed(2 * minute, { failures: 3 }))).toBe(false)
  })

  it("is none that is a date: of a plan, or of the follow-up that was armed", () => {
    expect(isTooLong(failed(0, 100 * hour))).toBe(false)
    expect(isTooLong(armed(10 * hour + minute, { follow_up_at: after(10 * hour) }))).toBe(false)
  })

  story("is not waited for: the chat is looked at again by the clock that is right", (fake) =>
    withStep((putBack) =>
      under(fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* fake.once("read", unsent(fault))
          yield* sweepAt(after(hour))
          yield* putBack
          const right = yield* DateTime.now
          yield* sweepAt(DateTime.add(right, { seconds: 31 }))
          expect(yield* fake.followUpAt).toBeUndefined()
          yield* sweepUntil(after(2 * hour))
          expect(yield* fake.followUps).toEqual([DateTime.formatIso(after(hour))])
        })
      )
    )
  )

  story("of a follow-up that is under way is not waited for either: it is looked at before its instant", (fake) =>
    withStep((putBack) =>
      under(fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })(
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepAt(after(hour - 15 * second))
          yield* sweepAt(after(hour - 5 * second))
          yield* TestClock.adjust("1 minute")
          yield* fake.once("list", unsent(fault))
          yield* sweepAt(after(hour + minute))
          yield* putBack
          yield* TestClock.adjust("45 seconds")
          yield* Effect.flatMap(Dispatch, (dispatch) => dispatch.sweep(Duration.zero))
          const [armed] = yield* Effect.flatMap(Ledger, (ledger) => ledger.armed(Build.conversation_id))
          expect(armed?.due_at).toEqual(after(hour - 5 * second))
          yield* sweepUntil(after(2 * hour))
          expect(yield* record).toEqual(["1 nudge@1 sent"])
        })
      )
    )
  )
})

for (const { action, fields } of [
  { action: "set", fields: {} },
  {
    action: "send",
    fields: { steps: [{ after: "1 hour", action: "send_message", message: "Do you still need help?" }] }
  }
]) {
  story(`a look that was fresh before the clock was put back is too old afterwards (${action})`, (fake) =>
    withStep((putBack) =>
      under(
        fake,
        fields
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* fake.once("newest", (_, apply) =>
            Effect.zipRight(TestClock.adjust("6 seconds"), Effect.zipRight(putBack, apply))
          )
          yield* sweepAt(after(hour))
          expect(fake.requests).not.toContain(action)
          expect(yield* record).toEqual(["1 nudge@1 planned"])
        })
      )
    )
  )

  story(`a look from before the machine was suspended is too old afterwards (${action})`, (fake) =>
    withStep((_, suspend) =>
      under(
        fake,
        fields
      )(
        Effect.gen(function* () {
          yield* reviewChat
          yield* fake.once("newest", (_, apply) => Effect.zipRight(suspend, apply))
          yield* sweepAt(after(hour))
          expect(fake.requests).not.toContain(action)
          expect(yield* record).toEqual(["1 nudge@1 planned"])
        })
      )
    )
  )
}

for (const [what, step] of [
  ["the clock was put back", 0],
  ["the machine was suspended", 1]
] as const) {
  it.effect(`who unsubscribes is known within the age of the lists, also after ${what}`, () =>
    withStep((...steps) => {
      const contact_id = ContactId.make("contact_1")
      const listed: Array<Contact> = []
      const invent = InventClient.layerMock({
        contacts: {
          stream: (request) =>
            request?.urlParams?.status === "UNSUBSCRIBED"
              ? Stream.suspend(() => Stream.fromIterable(listed))
              : Stream.empty
        }
      })
      return Effect.gen(function* () {
        const optOuts = yield* OptOuts.OptOuts
        yield* optOuts.of([contact_id])
        listed.push({ id: contact_id })
        yield* steps[step]
        if (step === 0) yield* TestClock.adjust("3 minutes")
        expect(yield* optOuts.of([contact_id])).toMatchObject({ isUnsubscribed: true })
      }).pipe(Effect.provide(Layer.provide(OptOuts.layer, invent)))
    })
  )
}
