/** What the operator decides about a follow-up of unknown outcome. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FollowUp } from "../Plan/FollowUp.ts"
import { Ledger, unarmed } from "../Ledger.ts"
import * as Operator from "../Ledger/Operator.ts"
import { FollowUpKey } from "../Plan.ts"
import { Timer } from "../Timer.ts"
import * as Api from "./Api.ts"

/** Counts it as sent, or as done where it writes nothing. The cadence goes on with the next step. */
const asDelivered = (from: FollowUp) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const detail = { step: from.step, ...(yield* Operator.by) }
    const status = from.writes ? "sent" : "done"
    return yield* ledger.advance(from, { status, reason: null }, { name: "assumed_delivered", detail })
  })

/** Plans it for now. It goes out only if a fresh decision about the chat says so. */
const sendAgain = (from: FollowUp) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const timer = yield* Timer
    const due_at = yield* DateTime.now
    const event = { name: "sent_again", detail: { step: from.step, ...(yield* Operator.by) } } as const
    const planned = yield* ledger.advance(from, { ...unarmed, status: "planned", reason: null, due_at }, event)
    yield* Effect.forEach(Option.toArray(planned), timer.schedule, { discard: true })
    return planned
  })

/**
 * Resolves a follow-up of unknown outcome, and records who did. Fails with `NothingToResolve` where it is not unknown,
 * or was resolved meanwhile, and with `SqlError`.
 */
export const resolve = Effect.fn("ResolveUnknown.resolve")(function* (key: string, as: Api.Resolution["as"]) {
  const found = yield* Effect.flatMap(Ledger, (ledger) => ledger.find(FollowUpKey.make(key)))
  const unknown = Option.filter(found, ({ status }) => status === "unknown")
  if (Option.isNone(unknown)) return yield* new Api.NothingToResolve({ key })
  const changed = yield* as === "delivered" ? asDelivered(unknown.value) : sendAgain(unknown.value)
  if (Option.isNone(changed)) return yield* new Api.NothingToResolve({ key })
})
