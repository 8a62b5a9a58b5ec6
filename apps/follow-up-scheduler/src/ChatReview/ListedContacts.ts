/**
 * Has armed follow-ups looked at again at once whose contacts are on a list of the service that was just read: of who
 * unsubscribed, is blocked, or has the assistant switched off. The look takes them back while there is time.
 */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Ledger } from "../Ledger.ts"
import type { Timer } from "../Timer.ts"

/** Makes the follow-ups of these contacts due now that are armed for later. */
export const bringForward = (ledger: Ledger["Type"], timer: Timer["Type"]) =>
  Effect.fn("ListedContacts.bringForward")(function* (ids: ReadonlySet<ContactId>) {
    if (ids.size === 0) return
    const now = yield* DateTime.now
    for (const { contact_id, followUp } of yield* ledger.armedAfter(now)) {
      if (contact_id === undefined || !ids.has(contact_id) || DateTime.lessThanOrEqualTo(followUp.due_at, now)) continue
      const changed = yield* ledger.advance(followUp, { due_at: now }, { name: "brought_forward" })
      yield* Effect.forEach(Option.toArray(changed), timer.schedule, { discard: true })
    }
  })
