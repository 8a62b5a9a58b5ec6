/** Which of the policies in force a chat belongs to: the first one, in the stated order, that takes it. Pure. */
import type * as Arr from "effect/Array"
import type { AnyPolicy } from "../Policy.ts"
import * as Audience from "./Audience.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"
import * as PolicyMatch from "./PolicyMatch.ts"

/** The policies in force, in the order in which a chat is offered to them. No two have the same name. */
export type InForce = Arr.NonEmptyReadonlyArray<AnyPolicy>

/** The facts about a chat by which its policy is chosen. */
export type Traits = PolicyMatch.Traits & Pick<ChatSnapshot, "channel" | "isAdmin">

/** The policy of a chat. */
export interface Choice {
  /** The policy to decide by. Where none takes the chat it is the first one, by which the decision names the reason. */
  readonly policy: AnyPolicy
  /** Whether that policy takes the chat. */
  readonly isTaken: boolean
  /** The policies after it that would take the chat, too. */
  readonly others: ReadonlyArray<AnyPolicy>
}

/** Whether the policy would take the chat if it were the only one. Temporary chats are left alone by every policy. */
export const takes = (policy: Pick<AnyPolicy, "match">, chat: Traits): boolean =>
  Audience.exclusion(policy, { ...chat, isTemporary: false }) === undefined && PolicyMatch.matches(policy.match, chat)

/** Chooses the first policy that takes the chat. */
export const choose = (policies: InForce, chat: Traits): Choice => {
  const [first, ...others] = policies.filter((policy) => takes(policy, chat))
  return { policy: first ?? policies[0], isTaken: first !== undefined, others }
}
