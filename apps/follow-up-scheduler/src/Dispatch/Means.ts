/** What an action is carried out with. */
import * as Guard from "@effect-invent/client/Guard"
import type { InventClient } from "@effect-invent/client/InventClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ChatReader } from "../ChatReader.ts"
import type { ChatSnapshot } from "../ChatSnapshot.ts"
import * as Checkpoint from "../Checkpoint.ts"
import * as Episode from "../Episode.ts"
import type { FollowUp } from "../FollowUp.ts"
import type { Ledger } from "../Ledger.ts"
import type { Observe } from "../Observe.ts"
import type { Policy } from "../Policy.ts"
import type { Timer } from "../Timer.ts"
import type * as Moves from "./Moves.ts"

export interface Means {
  readonly invent: InventClient["Type"]
  readonly reader: ChatReader["Type"]
  readonly ledger: Ledger["Type"]
  readonly observe: Observe["Type"]
  readonly timer: Timer["Type"]
  readonly moves: ReturnType<typeof Moves.make>
}

/** How often the result of a request is looked for before its absence is believed. */
export const maxLooks = 3
/** How often a request is made again when an earlier one seems never to have been applied. */
export const maxArms = 3

/**
 * A request for a row that asks the ledger last of all before it leaves: one whose row was taken by another meanwhile, or
 * that comes too late to be what the row says, is held back.
 */
export const whileOurs =
  ({ ledger }: Means, followUp: FollowUp, until: DateTime.Utc | undefined, onLeave: Effect.Effect<void> = Effect.void) =>
  <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const isWanted = Effect.gen(function* () {
      const isOurs = yield* Effect.orElseSucceed(ledger.isCurrent(followUp), () => false)
      yield* Checkpoint.reach("before request")
      return isOurs && (until === undefined || DateTime.lessThan(yield* DateTime.now, until))
    })
    return request.pipe(
      Guard.withGuard(Effect.tap(isWanted, (yes) => (yes ? onLeave : Effect.void))),
      Effect.ensuring(Checkpoint.reach("after request"))
    )
  }

/** The chat with our own messages under our own name. */
export const claimed = ({ ledger }: Means, policy: Policy, { conversation_id }: FollowUp, chat: ChatSnapshot) =>
  Effect.map(ledger.taken(conversation_id), (taken) => Episode.claim(chat, taken, policy))
