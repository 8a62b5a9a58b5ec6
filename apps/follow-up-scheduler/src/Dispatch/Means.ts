/** What an action is carried out with. */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as Effect from "effect/Effect"
import type { ChatReader } from "../ChatReader.ts"
import type { ChatSnapshot } from "../ChatSnapshot.ts"
import * as Episode from "../Episode.ts"
import type { FollowUp } from "../FollowUp.ts"
import type { Ledger } from "../Ledger.ts"
import type { Observe } from "../Observe.ts"
import type { Policy } from "../Policy.ts"
import type { Timer } from "../Timer.ts"
import type * as LastLook from "./LastLook.ts"
import type * as Moves from "./Moves.ts"

export interface Means {
  readonly invent: InventClient["Type"]
  readonly reader: ChatReader["Type"]
  readonly ledger: Ledger["Type"]
  readonly observe: Observe["Type"]
  readonly timer: Timer["Type"]
  readonly moves: ReturnType<typeof Moves.make>
  readonly lastLook: ReturnType<typeof LastLook.make>
}

/** How often the result of a request is looked for before its absence is believed. */
export const maxLooks = 3
/** How often a request is made again when an earlier one seems never to have been applied. */
export const maxArms = 3

/** The chat with our own messages under our own name. */
export const claimed = ({ ledger }: Means, policy: Policy, { conversation_id }: FollowUp, chat: ChatSnapshot) =>
  Effect.map(ledger.taken(conversation_id), (taken) => Episode.claim(chat, taken, policy))
