/** What all contacts together may get: one more holds everything until an operator resumes it. */
import { ChatId, ConversationId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Ledger } from "../src/Ledger.ts"
import * as Plan from "../src/Plan.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import { setClock, story, under } from "./Scheduling.ts"

const { after, day, hour, messageId, minute } = Build

/** Arms a follow-up of a conversation of its own, for now; whether it was armed. */
const arm = (name: string, now: number, limits: Readonly<Record<string, number>>) =>
  Effect.gen(function* () {
    yield* setClock(after(now))
    const ledger = yield* Ledger
    const chat = Build.chat({ chat_id: ChatId.make(name), conversation_id: ConversationId.make(name), contact_ids: [] })
    const planned = yield* ledger.plan(
      Plan.make(Build.policy(), chat, { step: 1, anchor_id: messageId("a") }, after(now)),
      AuditEvents.some.planned
    )
    const row = Option.getOrThrow(planned)
    const armed = yield* ledger.arm(row, { status: "armed", follow_up_at: after(now) }, AuditEvents.some.armed, {
      chat,
      limits: Build.policy(limits)
    })
    return Option.isSome(armed)
  })

const held = Effect.flatMap(Ledger, (ledger) => ledger.heldBy)
const resume = Effect.flatMap(Ledger, (ledger) => ledger.resume)

story("of an hour: the next one holds everything, and after a resume the count begins anew", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      const limits = { at_most_per_hour: 2 }
      expect([yield* arm("1", 0, limits), yield* arm("2", minute, limits)]).toEqual([true, true])
      expect(yield* held).toEqual(Option.none())
      expect(yield* arm("3", 2 * minute, limits)).toBe(false)
      expect(yield* held).toEqual(Option.some("at_most_per_hour: 2 follow-ups within an hour"))
      expect(Option.isSome(yield* Effect.flatMap(Ledger, (ledger) => ledger.paused))).toBe(true)
      yield* resume
      expect(yield* held).toEqual(Option.none())
      expect([yield* arm("4", 3 * minute, limits), yield* arm("5", 4 * minute, limits)]).toEqual([true, true])
      expect(yield* arm("6", 5 * minute, limits)).toBe(false)
    })
  )
)

story("of an hour is not reached by those of the hour before", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      const limits = { at_most_per_hour: 1 }
      expect([yield* arm("1", 0, limits), yield* arm("2", hour, limits)]).toEqual([true, true])
      expect(yield* arm("3", 2 * hour - 1, limits)).toBe(false)
    })
  )
)

story("of a day holds, too, however slowly they come, and a pause of an operator's is no hold", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      const limits = { at_most_per_day: 2 }
      expect([yield* arm("1", 0, limits), yield* arm("2", 5 * hour, limits)]).toEqual([true, true])
      expect(yield* arm("3", day - 1, limits)).toBe(false)
      expect(yield* held).toEqual(Option.some("at_most_per_day: 2 follow-ups within a day"))
      yield* resume
      yield* Effect.flatMap(Ledger, (ledger) => ledger.pause)
      expect(yield* held).toEqual(Option.none())
    })
  )
)
