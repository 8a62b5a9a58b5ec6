import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { setImmediate } from "node:timers"
import * as VirtualTime from "../src/Time/VirtualTime.ts"

const begin = "2026-07-15T12:00:00Z"
const elapsed = Effect.map(DateTime.now, (now) => now.epochMillis - DateTime.unsafeMake(begin).epochMillis)

/** Ends after so many turns of the event loop, as an answer from a socket does. */
const eventLoop = (turns: number): Effect.Effect<void> =>
  Effect.async<void>((resume) => void setImmediate(() => resume(turns > 1 ? eventLoop(turns - 1) : Effect.void)))

const both = { concurrency: "unbounded", discard: true } as const

describe("work outside virtual time", () => {
  it.live("stops the clock until it has ended, however long that takes", () =>
    Effect.gen(function* () {
      const program = Effect.race(
        Effect.zipRight(VirtualTime.outside(eventLoop(500)), elapsed),
        Effect.zipRight(Effect.sleep("1 milli"), elapsed)
      )
      assert.strictEqual(yield* VirtualTime.run(program, begin), 0)
    })
  )

  it.live("is done one at a time, and takes the same course whatever it takes", () =>
    Effect.gen(function* () {
      const courseWith = (turns: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const course: Array<string> = []
          const note = (what: string) => Effect.sync(() => void course.push(what))
          const caller = (name: string, index: number) =>
            note(`${name} calls`).pipe(
              Effect.zipRight(
                VirtualTime.outside(Effect.zipRight(note(`${name} begins`), eventLoop(turns[index] ?? 1)))
              ),
              Effect.zipRight(note(`${name} ends`)),
              Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 30)),
              Effect.zipRight(note(`${name} goes on`))
            )
          yield* VirtualTime.run(Effect.all(["a", "b", "c"].map(caller), both), begin)
          return course
        })
      const course = yield* courseWith([1, 1, 1])
      assert.deepStrictEqual(course.slice(0, 6), ["a calls", "b calls", "c calls", "a begins", "a ends", "a goes on"])
      assert.deepStrictEqual(yield* courseWith([200, 3, 50]), course)
    })
  )

  it.live("lets the next work begin when it fails, and when it is interrupted before or after it began", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        assert.strictEqual(yield* Effect.flip(VirtualTime.outside(Effect.fail("no"))), "no")
        const begun = yield* Deferred.make<void>()
        const working = yield* Effect.fork(
          VirtualTime.outside(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
        )
        const waiting = yield* Effect.fork(VirtualTime.outside(Effect.void))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(waiting)
        yield* Fiber.interrupt(working)
        yield* VirtualTime.outside(eventLoop(3))
        return "done"
      })
      assert.strictEqual(yield* VirtualTime.run(program, begin), "done")
    })
  )

  it.live("is just the work under any other clock", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* VirtualTime.outside(Effect.succeed(1)), 1)
    })
  )

  it.live("is how a layer is built and closed", () =>
    Effect.gen(function* () {
      const course: Array<string> = []
      const slow = (what: string) =>
        Effect.zipRight(
          eventLoop(100),
          Effect.map(elapsed, (at) => void course.push(`${what} at ${at}`))
        )
      const layer = VirtualTime.layerOutside(
        Layer.scopedDiscard(Effect.acquireRelease(slow("built"), () => slow("closed")))
      )
      yield* VirtualTime.run(Effect.provide(Effect.sleep("1 hour"), layer), begin)
      assert.deepStrictEqual(course, ["built at 0", `closed at ${Duration.toMillis("1 hour")}`])
    })
  )
})
