/** What is going to be done about a conversation, and the key that makes it happen at most once. Pure. */
import type { ChatId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import type { Policy } from "./Policy.ts"

/** Names a follow-up for good: the same conversation, policy, step and anchor always give the same key. */
export const FollowUpKey = Schema.String.pipe(Schema.brand("FollowUpKey"))
export type FollowUpKey = typeof FollowUpKey.Type

export interface Plan {
  readonly key: FollowUpKey
  readonly conversation_id: ConversationId
  readonly chat_id: ChatId
  readonly policy: string
  readonly step: number
  readonly anchor_id: MessageId
  /** When to look again and, if everything is as it was, act. */
  readonly due_at: DateTime.Utc
}

const keyLength = 22

/** The policy's name, not its version: a new version of a policy does not send the same step twice. */
export const keyOf = (conversation_id: ConversationId, policyName: string, step: number, anchor_id: MessageId): FollowUpKey =>
  FollowUpKey.make(
    createHash("sha256")
      .update(JSON.stringify([conversation_id, policyName, step, anchor_id]))
      .digest("base64url")
      .slice(0, keyLength)
  )

export const make = (
  policy: Policy,
  chat: ChatSnapshot,
  what: { readonly step: number; readonly anchor_id: MessageId },
  due_at: DateTime.Utc
): Plan => ({
  key: keyOf(chat.conversation_id, policy.name, what.step, what.anchor_id),
  conversation_id: chat.conversation_id,
  chat_id: chat.chat_id,
  policy: policy.id,
  step: what.step,
  anchor_id: what.anchor_id,
  due_at
})
