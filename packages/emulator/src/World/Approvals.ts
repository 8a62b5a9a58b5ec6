/** Actions of the assistant's that wait for a human's approval: requested, decided, and carried out. */
import type { DecideApproval } from "@effect-invent/domain/api/Approval"
import type { ChatId, MessageId, ToolCallId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { notFound, Refusal } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Wire from "./Wire.ts"

/** The ids that a path names a pending action by. */
export interface ApprovalPath {
  readonly chat_id: ChatId
  readonly message_id: MessageId
  readonly tool_call_id: ToolCallId
}

/**
 * Makes what happens to an action that waits for approval. A second decision is refused, with the status that the
 * option `toolNoLongerPending` names.
 */
export const make = (core: Core) => {
  const { atomic, options, store } = core
  const running = new Map<MessageId, Deferred.Deferred<void>>()

  const rejected = (reason: string | undefined) => `I will not do that${reason === undefined ? "." : `: ${reason}`}`

  /** Part of a change: records the decision. The assistant does what was approved, and writes on. */
  const decide = Effect.fnUntraced(function* (path: ApprovalPath, { decision, reason }: DecideApproval) {
    const chat = yield* store.findChat(path.chat_id)
    const message = yield* core.findMessage(chat, path.message_id)
    const { approval } = message
    if (approval?.id !== path.tool_call_id) return yield* notFound("tool call", path.tool_call_id)
    if (approval.status !== "pending") {
      return yield* new Refusal({
        status: options.toolNoLongerPending,
        message: `Tool call ${approval.id} was decided on`
      })
    }
    const at = yield* DateTime.now
    const chat_id = chat.id
    message.updated_at = at
    core.touch(chat, at)
    if (decision === "rejected") {
      approval.status = "rejected"
      approval.reason = reason ?? null
      yield* core.publish({ _tag: "ToolAnswered", chat_id, at, words: rejected(reason) })
    } else {
      approval.status = "running"
      message.status = "RUNNING"
      running.set(message.id, yield* Deferred.make<void>())
      yield* core.publish({ _tag: "ActionApproved", chat_id, at, message_id: message.id })
    }
    return Wire.message(store, message)
  })

  const endAction = Effect.fnUntraced(function* (chatId: ChatId, messageId: MessageId) {
    const chat = store.chats.get(chatId)
    const message = store.messages.get(messageId)
    const at = yield* DateTime.now
    if (chat !== undefined && message?.approval?.status === "running") {
      message.approval.status = "completed"
      message.status = "COMPLETED"
      message.updated_at = at
      core.touch(chat, at)
      const words = `Done: ${message.approval.name}.`
      yield* core.publish({ _tag: "ToolAnswered", chat_id: chatId, at, words })
    }
    const waiting = running.get(messageId)
    running.delete(messageId)
    if (waiting !== undefined) yield* Deferred.succeed(waiting, undefined)
  }, atomic)

  /** The message once its action has come to an end. */
  const ended = Effect.fnUntraced(function* ({ chat_id, message_id }: ApprovalPath) {
    const waiting = running.get(message_id)
    if (waiting !== undefined) yield* Deferred.await(waiting)
    const chat = yield* store.findChat(chat_id)
    return Wire.message(store, yield* core.findMessage(chat, message_id))
  })

  return { decide, decideApproval: flow(decide, atomic), endAction, ended }
}
/** See {@link make}. */
export type Approvals = ReturnType<typeof make>
