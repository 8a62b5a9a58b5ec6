import * as SendGuard from "@effect-invent/client/SendGuard"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { calls, chat, inOrder, json, within } = Vendor

describe("a guard", () => {
  it.scoped("that refuses keeps the request from leaving, and its error is distinct from others", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat))
      const error = yield* Effect.flip(SendGuard.withGuard(Effect.succeed(false))(calls.Idempotent(invent)))
      expect(SendGuard.isWithheld(error)).toBe(true)
      expect(error.message).toBe("state.update was not sent: it is no longer wanted")
      expect(seen).toEqual([])
    })
  )

  it.scoped("that says yes changes nothing, and calls outside of it are not asked for", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat))
      yield* SendGuard.withGuard(Effect.succeed(true))(calls.Idempotent(invent))
      yield* calls.Idempotent(invent)
      expect(seen).toHaveLength(2)
    })
  )

  it.scoped("is asked again before a repetition", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(json({}, 503), json(chat)))
      const answers = yield* Ref.make([true, false])
      const guard = Ref.modify(answers, ([first = false, ...rest]) => [first, rest])
      const error = yield* within("1 minutes", Effect.flip(SendGuard.withGuard(guard)(calls.Idempotent(invent))))
      expect(SendGuard.isWithheld(error)).toBe(true)
      expect(seen).toHaveLength(1)
    })
  )

  it.scoped("is asked after the wait for a permit, not before", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat), { rateLimit: { limit: 1, window: "1 minutes" } })
      const isWanted = yield* Ref.make(true)
      yield* calls.Idempotent(invent)
      const waiting = yield* Effect.fork(Effect.flip(SendGuard.withGuard(Ref.get(isWanted))(calls.Idempotent(invent))))
      yield* TestClock.adjust("30 seconds")
      yield* Ref.set(isWanted, false)
      yield* TestClock.adjust("3 minutes")
      expect(SendGuard.isWithheld(yield* Fiber.join(waiting))).toBe(true)
      expect(seen).toHaveLength(1)
    })
  )
})
