/** What the assistant does to a chat: begin a message, end it, and follow up when that is due. */
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Obstacle } from "../Behaviour.ts"
import * as Reply from "../Assistant/Reply.ts"
import type { Core, Event } from "./Core.ts"
import type { ChatRecord, MessageRecord } from "./Store.ts"

/**
 * Makes what the assistant does to chats. It writes nothing where the chat's state, or the contact's block, forbids it,
 * and by an option in a chat that is muted.
 */
export const make = (core: Core) => {
  const { atomic, options, store } = core

  const isBlocked = (chat: ChatRecord) => store.contacts.get(chat.contact_id)?.blocked === true

  const isMuted = (chat: ChatRecord, now: DateTime.Utc) =>
    chat.muted_until !== null && DateTime.lessThan(now, chat.muted_until)

  /**
   * The switches of the chat, the contact and the assistant. Which of them comes before which is undocumented: here
   * any.
   */
  const isSilenced = (chat: ChatRecord) => {
    const assistant = store.assistants.get(chat.assistant_id)
    const { conversation } = chat.assistant_config ?? assistant?.config ?? {}
    return (
      !chat.ai_enabled ||
      store.contacts.get(chat.contact_id)?.ai_replies_disabled === true ||
      conversation?.enable_ai_replies === false ||
      assistant?.enabled === false ||
      assistant?.deleted === true ||
      assistant?.integration.enabled === false
    )
  }

  const beginReply = Effect.fnUntraced(function* (chatId: ChatId) {
    const chat = store.chats.get(chatId)
    if (chat === undefined || isSilenced(chat) || chat.state !== "OPEN" || isBlocked(chat)) return Option.none()
    const at = yield* DateTime.now
    if (options.mutedAssistant === "silent" && isMuted(chat, at)) return Option.none()
    return Option.some(core.addMessage(chat, at, { author: "assistant", member: null, status: "RUNNING" }).id)
  }, atomic)

  /** Part of a change: ends a message with this outcome. */
  const end = (message: MessageRecord, outcome: Reply.Outcome, at: DateTime.Utc) => {
    message.updated_at = at
    message.status = outcome._tag === "Failure" ? "FAILED" : "COMPLETED"
    if (outcome._tag === "Text") message.parts = text(outcome.text)
    if (outcome._tag === "Tool") message.tool = { id: store.ids.toolCall(), name: outcome.name, pending: true }
    if (outcome._tag === "Approval") {
      message.approval = { id: store.ids.toolCall(), name: outcome.name, status: "pending", reason: null }
    }
    if (outcome._tag === "Failure") message.error = outcome.error
  }

  const endReply = Effect.fnUntraced(function* (
    chatId: ChatId,
    messageId: MessageId,
    outcome: Reply.Outcome,
    cause: "reply" | "tool"
  ) {
    const chat = store.chats.get(chatId)
    const message = store.messages.get(messageId)
    if (chat === undefined || message?.chat_id !== chatId) return
    const at = yield* DateTime.now
    end(message, outcome, at)
    core.touch(chat, at)
    yield* core.messageEnded(chat, message, cause, at)
  }, atomic)

  const call = Effect.fnUntraced(function* (chatId: ChatId, outcome: Reply.Outcome) {
    const chat = yield* store.findChat(chatId)
    const at = yield* DateTime.now
    const message = core.addMessage(chat, at, { author: "assistant", member: null, status: "RUNNING" })
    end(message, outcome, at)
    yield* core.messageEnded(chat, message, "reply", at)
    const { approval, id, tool } = message
    return { id, tool_call_id: tool?.id ?? approval?.id ?? null }
  }, atomic)

  /** The assistant opens an interactive tool, which waits for the contact's answer. */
  const openTool = (chatId: ChatId, name: string) => call(chatId, Reply.Tool(name))

  /** The assistant requests an action, which waits for a human's approval. */
  const requestApproval = (chatId: ChatId, name: string) => call(chatId, Reply.Approval(name))

  const obstacles = (chat: ChatRecord, now: DateTime.Utc): Record<Obstacle, boolean> => ({
    closed: chat.state === "CLOSED",
    snoozed: chat.state === "SNOOZED",
    muted: isMuted(chat, now),
    aiDisabled: isSilenced(chat),
    blocked: isBlocked(chat),
    unsubscribed: store.contacts.get(chat.contact_id)?.unsubscribed === true
  })

  const followUp = Effect.fnUntraced(function* (chatId: ChatId, due: DateTime.Utc) {
    const chat = store.chats.get(chatId)
    if (chat?.follow_up_at !== due) return
    const at = yield* DateTime.now
    const inTheWay = obstacles(chat, at)
    const kinds = Object.keys(inTheWay) as Array<Obstacle>
    const fires = kinds.every((kind) => !inTheWay[kind] || options.followUpFiresWhen[kind])
    if (!fires && options.suppressedFollowUp === "kept") return
    if (fires) {
      const parts = text("Are you still there? I am happy to help.")
      const message = core.addMessage(chat, at, { author: "assistant", member: null, status: "COMPLETED", parts })
      yield* core.messageEnded(chat, message, "follow_up", at)
    }
    yield* core.setFollowUp(chat, null)
    yield* core.stateChanged(chat, "assistant", at)
  }, atomic)

  /** What a chat of an earlier run still waits for. A message that was being written then has failed. */
  const unfinishedIn = Effect.fnUntraced(function* (chat: ChatRecord, at: DateTime.Utc) {
    for (const { id, status } of chat.messages) {
      const message = status === "RUNNING" ? store.messages.get(id) : undefined
      if (message === undefined) continue
      message.status = "FAILED"
      message.error = "The emulator was stopped"
      message.updated_at = at
      if (message.approval !== null) message.approval.status = "failed"
      else yield* core.messageEnded(chat, message, "reply", at)
    }
    const { follow_up_at, id: chat_id } = chat
    const isOver = options.suppressedFollowUp === "kept" && follow_up_at !== null && DateTime.lessThan(follow_up_at, at)
    const last = chat.messages.at(-1)
    const turn = chat.messages.filter((message) => message.author === "contact" && message.parts !== null).length
    const words = (last?.parts ?? []).map((part) => part.text).join("\n")
    return [
      ...(follow_up_at === null || isOver ? [] : [{ _tag: "FollowUpSet", chat_id, follow_up_at } as const]),
      ...(last?.author === "contact" && last.parts !== null
        ? [{ _tag: "ContactWrote", chat_id, at, turn, text: words } as const]
        : [])
    ]
  })

  const unfinished: Effect.Effect<ReadonlyArray<Event>> = atomic(
    Effect.flatMap(DateTime.now, (at) => Effect.forEach([...store.chats.values()], (chat) => unfinishedIn(chat, at)))
  ).pipe(Effect.map((events) => events.flat()))

  return { beginReply, endReply, followUp, unfinished, openTool, requestApproval }
}
