/**
 * An update of a chat that sets `follow_up_at`, whose answer is lost. The assistant may have written by it once that
 * instant has passed, and the same update would have it write again.
 */
import type * as Settings from "@effect-invent/client/Settings"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { chat, chat_id, inOrder, json, within } = Vendor
const lost = Vendor.text("", 503)

/** How the update ended, and how many requests it took. The time is 0 at first, and an attempt has 20 seconds. */
const updated = (
  ahead: DurationInput | null,
  answers: Parameters<typeof inOrder>,
  options: Partial<Settings.Options> = {}
) =>
  Effect.gen(function* () {
    const { invent, seen } = yield* Vendor.connect(inOrder(...answers), options)
    const follow_up_at = ahead === null ? null : DateTime.addDuration(yield* DateTime.now, ahead)
    const update = invent.state.update({ path: { chat_id }, payload: { follow_up_at } })
    const ended = yield* within("4 minutes", Effect.either(update))
    return [ended._tag === "Left" ? ended.left._tag : "applied", seen.length]
  })

describe("an update with a follow_up_at, where its answer was lost,", () => {
  it.scoped("is sent again while even a slow attempt ends before that instant", () =>
    Effect.gen(function* () {
      for (const answer of [lost, Vendor.reset]) {
        expect(yield* updated("1 hour", [answer, json(chat)])).toEqual(["applied", 2])
        expect(yield* updated("21 seconds", [answer, json(chat)])).toEqual(["applied", 2])
      }
    })
  )

  it.scoped("is not sent again where that may arrive after it, and fails as the answer was lost", () =>
    Effect.gen(function* () {
      for (const ahead of ["20 seconds", "1 second", 0] as const) {
        expect(yield* updated(ahead, [lost, json(chat)])).toEqual(["ServerFault", 1])
        expect(yield* updated(ahead, [Vendor.reset, json(chat)])).toEqual(["ConnectionLost", 1])
      }
      expect(yield* updated("35 seconds", [Vendor.stalls, json(chat)])).toEqual(["TimedOut", 1])
    })
  )

  it.scoped("does not wait for a Retry-After that ends too late", () =>
    Effect.gen(function* () {
      const busy = Vendor.text("", 503, { "retry-after": "60" })
      expect(yield* updated("70 seconds", [busy, json(chat)])).toEqual(["ServerFault", 1])
      expect(yield* updated("90 seconds", [busy, json(chat)])).toEqual(["applied", 2])
    })
  )

  it.scoped("is not sent again after too long a wait for a permit, nor after a 429 that came in between", () =>
    Effect.gen(function* () {
      const rateLimit = { limit: 1, window: "1 minute" } as const
      expect(yield* updated("70 seconds", [lost, json(chat)], { rateLimit })).toEqual(["ServerFault", 1])
      expect(yield* updated("3 minutes", [lost, json(chat)], { rateLimit })).toEqual(["applied", 2])
      const refused = Vendor.text("", 429, { "retry-after": "60" })
      expect(yield* updated("70 seconds", [lost, refused, json(chat)])).toEqual(["ServerFault", 2])
    })
  )
})

it.scoped("an update that certainly was not applied is sent again, also after that instant", () =>
  Effect.gen(function* () {
    for (const answer of [Vendor.refused, Vendor.text("", 429)]) {
      expect(yield* updated("1 second", [answer, json(chat)])).toEqual(["applied", 2])
      expect(yield* updated(0, [answer, json(chat)])).toEqual(["applied", 2])
    }
  })
)

it.scoped("an update that cancels the follow-up, or does not mention it, is sent again at any time", () =>
  Effect.gen(function* () {
    expect(yield* updated(null, [lost, json(chat)])).toEqual(["applied", 2])
    const { invent, seen } = yield* Vendor.connect(inOrder(lost, json(chat)))
    yield* within("10 seconds", Vendor.calls.Idempotent(invent))
    expect(seen.length).toBe(2)
  })
)
