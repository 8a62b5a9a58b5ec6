/** The organization of a chat: the one whose list showed it, else the one on record. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import type { Ledger } from "../Ledger.ts"
import * as Orgs from "../Policy/Orgs.ts"
import type { ChatRows } from "../Watch/ChatRows.ts"

/** Whether the organization is among the named ones. True where none is named, or it is not known. */
export const isNamed = (orgs: Orgs.Orgs["Type"], org: Orgs.Org): boolean =>
  orgs.length === 0 || org === undefined || orgs.includes(org)

/**
 * Gives the organization of a chat without a request; undefined where none is named, or neither a list nor the ledger
 * has shown it. The only organization that is named counts where nothing shows another one.
 */
export const make =
  (orgs: Orgs.Orgs["Type"], rows: ChatRows["Type"], ledger: Ledger["Type"]) =>
  (chat_id: ChatId): Effect.Effect<Orgs.Org> => {
    if (orgs.length === 0) return Effect.succeed(undefined)
    const only = orgs.length === 1 ? orgs[0] : undefined
    // A ledger of an older edition has no column for it.
    const recorded = Effect.orElseSucceed(ledger.orgOf(chat_id), () => undefined)
    return Effect.flatMap(rows.orgOf(chat_id), (shown) =>
      shown === undefined ? Effect.map(recorded, (org) => org ?? only) : Effect.succeed(shown)
    )
  }

/** The same; where nothing shows it yet, reads the lists for it, by GET. */
export const makeSearching = (orgs: Orgs.Orgs["Type"], rows: ChatRows["Type"], ledger: Ledger["Type"]) => {
  const orgOf = make(orgs, rows, ledger)
  const search = (chat_id: ChatId) =>
    Effect.zipRight(rows.find(chat_id, { since: Number.NEGATIVE_INFINITY }), rows.orgOf(chat_id))
  return (chat_id: ChatId) =>
    Effect.flatMap(orgOf(chat_id), (org) =>
      org === undefined && Orgs.areSeveral(orgs) ? search(chat_id) : Effect.succeed(org)
    )
}
