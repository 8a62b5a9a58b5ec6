/** What is to be done in a conversation, and the key by which it is done at most once. Pure. */
import type { ChatId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import type { AnyPolicy } from "./Policy.ts"

/** The key of a follow-up: the same conversation, policy, step and anchor always give the same key. */
export const FollowUpKey = Schema.String.pipe(Schema.brand("FollowUpKey"))
/** The key of a follow-up: 22 characters of base64url, from a SHA-256 hash. */
export type FollowUpKey = typeof FollowUpKey.Type

/** A step to be taken later. `Ledger.plan` makes a row of it. `policy` is the id of a version, `step` counts from 1. */
export interface Plan {
  readonly key: FollowUpKey
  readonly conversation_id: ConversationId
  readonly chat_id: ChatId
  readonly policy: string
  /** The contact's variant of the policy; undefined where it has none, or it is not known yet. */
  readonly variant?: string | undefined
  readonly step: number
  readonly anchor_id: MessageId
  /** When to read the chat again and, if the decision is still the same, act. */
  readonly due_at: DateTime.Utc
}

const keyLength = 22

/** The policy's name, not its version: a new version of a policy does not send the same step twice. */
export const keyOf = (
  conversation_id: ConversationId,
  policyName: string,
  step: number,
  anchor_id: MessageId
): FollowUpKey =>
  FollowUpKey.make(
    createHash("sha256")
      .update(JSON.stringify([conversation_id, policyName, step, anchor_id]))
      .digest("base64url")
      .slice(0, keyLength)
  )

/**
 * The plan of a step, with its key. `due_at`: when the dispatcher reads the chat again and decides. For a step that
 * waits this is `Decision.Wait.until`, which `arm_lead` has already been taken off.
 */
export const make = (
  policy: Pick<AnyPolicy, "id" | "name">,
  chat: ChatSnapshot,
  what: { readonly step: number; readonly anchor_id: MessageId; readonly variant?: string | undefined },
  due_at: DateTime.Utc
): Plan => ({
  key: keyOf(chat.conversation_id, policy.name, what.step, what.anchor_id),
  conversation_id: chat.conversation_id,
  chat_id: chat.chat_id,
  policy: policy.id,
  ...(what.variant !== undefined && { variant: what.variant }),
  step: what.step,
  anchor_id: what.anchor_id,
  due_at
})
