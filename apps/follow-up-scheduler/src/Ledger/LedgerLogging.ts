/**
 * A ledger that logs, once it is on record, that a follow-up was sent, done, taken back, or is of unknown outcome: one
 * line each, by ids, with the organization where several are named. Skipped follow-ups are not logged.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { FollowUp } from "../Plan/FollowUp.ts"
import { Ledger } from "../Ledger.ts"

const words = {
  sent: "a follow-up went out",
  done: "a follow-up was done",
  withdrawn: "a follow-up was taken back",
  unknown: "nobody knows whether a follow-up went out"
}

const isLogged = (status: string): status is keyof typeof words => Object.hasOwn(words, status)

const tell =
  ({ orgLabelOf }: Ledger["Type"]) =>
  ({ chat_id, key, policy, reason, status, step }: FollowUp) =>
    isLogged(status)
      ? Effect.flatMap(orgLabelOf(chat_id), (org) =>
          Effect.logInfo(words[status]).pipe(
            Effect.annotateLogs({
              ...(org !== undefined && { org }),
              chat: chat_id,
              policy,
              step,
              key,
              ...(reason !== null && { reason })
            })
          )
        )
      : Effect.void

/** Wraps the ledger of the context; only changes by `advance` are logged. */
export const layer = Layer.effect(
  Ledger,
  Effect.map(Ledger, (ledger): Ledger["Type"] => ({
    ...ledger,
    advance: (from, change, event) =>
      Effect.tap(ledger.advance(from, change, event), (changed) =>
        Effect.forEach(change.status === undefined ? [] : Option.toArray(changed), tell(ledger), { discard: true })
      )
  }))
)
