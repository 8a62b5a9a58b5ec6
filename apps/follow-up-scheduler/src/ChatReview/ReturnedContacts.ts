/**
 * Finds chats that are to be read again although nothing happened in them: of contacts whom a list of the service kept
 * from follow-ups, and who are no longer on it. A contact who resubscribed, say, is followed up again.
 *
 * Cost. No request as long as no chat has such a reason; else the lists, where they were not read lately. A chat is
 * named once until its contact is on the list again, because the reason may have come from elsewhere.
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { SqlError } from "@effect/sql/SqlError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as OptOuts from "../ChatReader/OptOuts.ts"
import { Ledger } from "../Ledger.ts"
import type { DecidedFor } from "../Ledger/ChatDecisions.ts"

/** Chats of one organization that were decided for one reason. */
const groupOf = ({ org_id, reason }: DecidedFor) => JSON.stringify([org_id, reason])

const isListed = (reason: DecidedFor["reason"]): reason is OptOuts.ListedReason =>
  OptOuts.listedReasons.some((each) => each === reason)

/** Finds these chats; each run names those that came since the one before. */
export interface ReturnedContacts {
  /** Where a list cannot be read, it gives none of its chats, and logs why. */
  readonly chats: Effect.Effect<ReadonlyArray<ChatId>, SqlError>
}

/** No chat was named yet. */
export const make = Effect.gen(function* () {
  const ledger = yield* Ledger
  const optOuts = yield* OptOuts.OptOuts
  const named = new Set<ChatId>()

  const returned = (chats: Arr.NonEmptyReadonlyArray<DecidedFor>) => {
    const [{ org_id, reason }] = chats
    if (!isListed(reason)) return Effect.succeed([])
    const listed = Effect.tapError(optOuts.listed(reason, org_id ?? undefined), (error) =>
      Effect.logDebug(`who is ${reason} is not known now: ${error.message}`)
    )
    return Effect.map(Effect.option(listed), (ids) =>
      chats.flatMap(({ chat_id, contact_id }) => {
        if (Option.isNone(ids)) return []
        const isOn = ids.value.has(contact_id)
        if (isOn) named.delete(chat_id)
        if (isOn || named.has(chat_id)) return []
        named.add(chat_id)
        return [chat_id]
      })
    )
  }

  const chats = ledger.decidedFor(OptOuts.listedReasons).pipe(
    Effect.map((found) => Object.values(Arr.groupBy(found, groupOf))),
    Effect.flatMap(Effect.forEach(returned)),
    Effect.map(Arr.flatten)
  )
  return { chats } satisfies ReturnedContacts
})
