/** Decides about a chat by its row alone where nothing can be due: no message is listed for it (decision 0023). */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChatReader } from "../ChatReader.ts"
import * as Decide from "../Decide.ts"
import * as RowDecision from "../Decide/RowDecision.ts"
import type { Ledger } from "../Ledger.ts"
import * as Orgs from "../Policy/Orgs.ts"
import type { PolicyVersions } from "../Policies/PolicyVersions.ts"
import type { Erasure } from "../Privacy/Erasure.ts"
import * as Telemetry from "../Telemetry.ts"

/** The decision about the chat of an erased contact; it is not recorded. */
export const erased = Decide.Decision.Stop({ reason: "erased" })

/** What a review by the row uses. */
export interface Services {
  readonly erasure: Erasure["Type"]
  readonly ledger: Ledger["Type"]
  readonly orgs: Orgs.Orgs["Type"]
  readonly policies: PolicyVersions["Type"]
  readonly reader: ChatReader["Type"]
}

/**
 * Decides by the row and records the decision, and that the messages were not listed. None, and nothing recorded, where
 * they have to be: `RowDecision.decide` gives no reason, or the conversation has a follow-up on record.
 */
export const make =
  ({ erasure, ledger, orgs, policies, reader }: Services) =>
  (chat_id: ChatId): Effect.Effect<Option.Option<Decide.Decision>, RepeatableError | SqlError> =>
    Effect.gen(function* () {
      const row = yield* reader.row(chat_id)
      if (Option.isNone(row) || (yield* ledger.hasFollowUp(row.value))) return Option.none()
      const chat = yield* erasure.check(yield* ledger.recallConsent(row.value))
      if (chat.isErased) return Option.some(erased)
      const found = RowDecision.decide(chat, yield* policies.current)
      if (found === undefined) return Option.none()
      const { decision, policy } = found
      const { contact_ids, conversation_id, org_id } = chat
      // In the order of a whole review: what is on record of a contact who was merged into another goes with them.
      yield* ledger.followMerge(chat)
      yield* erasure.mark(chat)
      if (chat.consent !== undefined) yield* ledger.rememberConsent(chat, chat.consent)
      const { _tag, reason } = decision
      yield* ledger.decidedByRow({ chat_id, conversation_id, org_id, decision: _tag, reason, until: null }, contact_ids)
      if (yield* erasure.forget(chat)) return Option.some(erased)
      yield* Telemetry.decided(_tag, reason, {
        policy: policy.id,
        variant: undefined,
        org: Orgs.areSeveral(orgs) ? org_id : undefined
      })
      return Option.some(decision)
    })
