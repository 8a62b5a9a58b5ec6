/**
 * Caps by contact: what was sent in one conversation counts in all others of the contact, and is read again before one
 * is armed.
 */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChatSnapshot } from "../src/Decide/ChatSnapshot.ts"
import { Ledger } from "../src/Ledger.ts"
import * as Plan from "../src/Plan.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import { story, under } from "./Scheduling.ts"

const { after, hour, messageId } = Build
const [ada, grace] = [ContactId.make("contact_ada"), ContactId.make("contact_grace")]

const chatOf = (name: string, ...contact_ids: ReadonlyArray<ContactId>): ChatSnapshot =>
  Build.chat({
    chat_id: ChatId.make(`chat_${name}`),
    conversation_id: ConversationId.make(`conversation_${name}`),
    contact_id: contact_ids[0],
    contact_ids
  })

const [one, two, other] = [chatOf("one", ada), chatOf("two", ada), chatOf("other", grace)]

/** On record as this contact's. */
const mark = (chat: ChatSnapshot) => Effect.flatMap(Erasure, (erasure) => erasure.mark(chat))

const planned = (chat: ChatSnapshot) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const plan = Plan.make(Build.policy(), chat, { step: 1, anchor_id: messageId("assistant@0") }, after(0))
    return Option.getOrThrow(yield* ledger.plan(plan, AuditEvents.some.planned))
  })

const arm = (chat: ChatSnapshot, at = after(hour)) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    return yield* ledger.arm(yield* planned(chat), { status: "armed", follow_up_at: at }, AuditEvents.some.armed, {
      chat,
      limits: Build.policy()
    })
  })

const recall = (chat: ChatSnapshot) =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.map(ledger.recallSends(chat), ({ sentElsewhere }) => sentElsewhere.map((at) => DateTime.formatIso(at)))
  )

const armedAt = [DateTime.formatIso(after(hour))]

describe("what a contact was sent", () => {
  story("counts in every other conversation of theirs, and in nobody else's", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* Effect.forEach([one, two, other], mark)
        yield* arm(one)
        expect(yield* recall(two)).toEqual(armedAt)
        expect(yield* recall(one)).toEqual([])
        expect(yield* recall(other)).toEqual([])
      })
    )
  )

  story("counts once it is sent or may have been, and not once it was taken back", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* Effect.forEach([one, two], mark)
        let row = Option.getOrThrow(yield* arm(one))
        for (const [status, expected] of [
          ["sent", armedAt],
          ["unknown", armedAt],
          ["withdrawn", []]
        ] as const) {
          row = Option.getOrThrow(yield* ledger.advance(row, { status }, AuditEvents.some[status]))
          expect(yield* recall(two), status).toEqual(expected)
        }
      })
    )
  )

  story("counts after a merge, by the contact whose chat it was and by the one whose it is", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        yield* Effect.forEach([one, other], mark)
        yield* arm(other)
        expect(yield* recall(chatOf("one", ada, grace))).toEqual(armedAt)
        yield* arm(one)
        expect(yield* recall(chatOf("other", ada))).toEqual(armedAt)
      })
    )
  )
})

describe("of two follow-ups to one contact that were decided upon at the same time", () => {
  story("one is armed, and the other is decided upon again", (fake) =>
    under(
      fake,
      {}
    )(
      Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* Effect.forEach([one, two, other], mark)
        const armed = yield* Effect.all([arm(one), arm(two), arm(other)], { concurrency: "unbounded" })
        expect(armed.map(Option.isSome).filter(Boolean)).toHaveLength(2)
        expect(Option.isSome(armed[2])).toBe(true)
        const again = armed.findIndex(Option.isNone) === 0 ? one : two
        const row = Option.getOrThrow(yield* ledger.find((yield* ledger.waiting(again.conversation_id))[0]!.key))
        const known = yield* ledger.recallSends(again)
        expect(
          Option.isSome(
            yield* ledger.arm(row, { status: "armed", follow_up_at: after(hour) }, AuditEvents.some.armed, {
              chat: known,
              limits: Build.policy()
            })
          )
        ).toBe(true)
      })
    )
  )
})
