/** The first reading of the lists: which errors end a scheduler that has read no chat yet. */
import * as InventError from "@effect-invent/domain/InventError"
import { expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Scheduler from "../src/Scheduler.ts"
import { Watch } from "../src/Watch.ts"
import { story, under } from "./Scheduling.ts"

const call = { endpoint: "inbox.list", attempts: 0 }
const undecodable = new InventError.UnexpectedResponse({ ...call, status: 200, excerpt: "<html>", issue: "no JSON" })
const errors: ReadonlyArray<readonly [InventError.RepeatableError, boolean]> = [
  [undecodable, true],
  [new InventError.Unauthorized({ ...call, status: 401, excerpt: "" }), true],
  [new InventError.ConnectionFailed({ ...call, reason: "ECONNREFUSED" }), true],
  [new InventError.RateLimitUnavailable({ ...call, reason: "the database does not accept connections" }), false],
  [new InventError.ServerFault({ ...call, status: 503, excerpt: "" }), false],
  [new InventError.TimedOut({ ...call, deadline: "attempt", after: Duration.seconds(30) }), false]
]

for (const [error, isEnd] of errors) {
  story(`${error._tag} ${isEnd ? "ends the scheduler" : "passes, and is outlasted"}`, (fake) => {
    const watch = Watch.of({ chats: Stream.fail(error), inTurn: (work) => work, keepsRows: true })
    return under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const serving = yield* Effect.fork(
          Effect.provideService(Scheduler.serve(Scheduler.serveDefaults), Watch, watch)
        )
        yield* TestClock.adjust("10 seconds")
        const ended = yield* Fiber.poll(serving)
        expect(Option.isSome(ended)).toBe(isEnd)
        yield* Fiber.interrupt(serving)
      })
    )
  })
}

story(
  "an answer that cannot be decoded is requested again, twice, and the watch begins where the third can be",
  (fake) => {
    let readings = 0
    const chats = Stream.suspend(() => (++readings <= 2 ? Stream.fail(undecodable) : Stream.never))
    const watch = Watch.of({ chats, inTurn: (work) => work, keepsRows: true })
    return under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const serving = yield* Effect.fork(
          Effect.provideService(Scheduler.serve(Scheduler.serveDefaults), Watch, watch)
        )
        yield* TestClock.adjust("1 minute")
        expect([Option.isSome(yield* Fiber.poll(serving)), readings]).toEqual([false, 3])
        yield* Fiber.interrupt(serving)
      })
    )
  }
)
