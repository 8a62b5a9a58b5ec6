/** How many planned follow-ups are begun at a time. */
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Turns from "../src/Dispatch/Turns.ts"

const most = 12

/** How many turns are free. */
const free = (turns: Turns.Turns) =>
  Effect.gen(function* () {
    const fibers = yield* Effect.forEach(Arr.range(0, most), () => Effect.fork(turns.ifFree(Effect.never)))
    yield* Effect.yieldNow()
    const taken = fibers.filter((fiber) => fiber.unsafePoll() === null)
    yield* Fiber.interruptAll(fibers)
    return taken.length
  })

const learn = (turns: Turns.Turns, times: number, isInTime: boolean) =>
  Effect.replicateEffect(turns.learn(isInTime), times, { discard: true })

describe("turns", () => {
  it.effect("are all free at first, and no more than that", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flatMap(Turns.make(most), free)).toBe(most)
    })
  )

  it.effect("are half as many after as many late reads in a row, down to one", () =>
    Effect.gen(function* () {
      const turns = yield* Turns.make(most)
      const counts = yield* Effect.forEach([11, 1, 6, 3, 1, 1], (late) =>
        Effect.zipRight(learn(turns, late, false), free(turns))
      )
      expect(counts).toEqual([12, 6, 3, 1, 1, 1])
    })
  )

  it.effect("stay as many where one read of a round was in time", () =>
    Effect.gen(function* () {
      const turns = yield* Turns.make(most)
      yield* Effect.replicateEffect(Effect.zipRight(learn(turns, most - 1, false), turns.learn(true)), 10, {
        discard: true
      })
      expect(yield* free(turns)).toBe(most)
    })
  )

  it.effect("are one more after a round in time, and at most all of them", () =>
    Effect.gen(function* () {
      const turns = yield* Turns.make(most)
      yield* learn(turns, most, false)
      yield* learn(turns, 5, true)
      expect(yield* free(turns)).toBe(6)
      yield* learn(turns, 2, true)
      expect(yield* free(turns)).toBe(7)
      yield* learn(turns, 100, true)
      expect(yield* free(turns)).toBe(most)
    })
  )

  it.effect("go to the longest waiting first, once fewer are taken than there are", () =>
    Effect.gen(function* () {
      const turns = yield* Turns.make(2)
      const order: Array<string> = []
      const waits = (name: string) => Effect.fork(turns.inTurn(Effect.sync(() => void order.push(name))))
      yield* turns.inTurn(
        Effect.gen(function* () {
          yield* learn(turns, 2, false)
          yield* waits("first")
          yield* waits("second")
          yield* Effect.yieldNow()
          expect(order).toEqual([])
        })
      )
      yield* Effect.replicateEffect(Effect.yieldNow(), 5)
      expect(order).toEqual(["first", "second"])
    })
  )
})
