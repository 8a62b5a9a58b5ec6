/**
 * What contacts do: open a chat, write, answer an interactive tool. Through the API they can on custom channels only.
 */
import type { DecideApproval } from "@effect-invent/domain/api/Approval"
import type { CreateChat, RespondToTool, SendMessage } from "@effect-invent/domain/api/AsContact"
import type { AssistantId, ChannelId, ChatId, ContactId, MessageId, ToolCallId } from "@effect-invent/domain/Ids"
import { text, type UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { badRequest, notFound, Refusal } from "../Refusal.ts"
import type { ApprovalPath, Approvals } from "./Approvals.ts"
import type { Core } from "./Core.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { ChannelRecord, ChatRecord, MemberRecord } from "./Store.ts"
import * as Wire from "./Wire.ts"

const textOf = (message: UserMessage) => message.map((part) => part.text).join("\n")

/** Makes what contacts do, through the API and otherwise. Through the API any channel but a custom one is refused. */
export const make = (core: Core, book: ContactBook, approvals: Approvals) => {
  const { atomic, options, store } = core
  const { admit, customOnly, findOwnChannel, findOwnChat } = book

  const findMember = (chat: ChatRecord, channel: ChannelRecord): Effect.Effect<MemberRecord, Refusal> => {
    const member = chat.members.find((each) => each._tag === "Contact" && each.channel_id === channel.id)
    return member === undefined ? notFound("channel of this chat", channel.id) : Effect.succeed(member)
  }

  const channelsOn = (chat: ChatRecord): ReadonlyArray<ChannelRecord> =>
    chat.members.flatMap((member) => {
      const channel = member._tag === "Contact" ? store.channels.get(member.channel_id) : undefined
      return channel === undefined ? [] : [channel]
    })

  const impliedChannel = (chat: ChatRecord) => {
    const [first, ...others] = channelsOn(chat).filter((channel) => channel.type === "custom")
    if (first === undefined) return badRequest(`Chat ${chat.id} has no custom channel`)
    return others.length === 0
      ? Effect.succeed(first)
      : badRequest("channel_id is required: the contact has more than one custom channel on this chat")
  }

  /** A sign of life of the contact: reopens the chat and cancels the follow-up, by the options. */
  const contactActed = Effect.fnUntraced(function* (chat: ChatRecord, at: DateTime.Utc) {
    chat.last_contact_message_at = at
    const { closed, snoozed } = options.contactMessageReopens
    const reopens = (chat.state === "CLOSED" && closed) || (chat.state === "SNOOZED" && snoozed)
    const clears = chat.follow_up_at !== null && options.replyClearsFollowUp
    if (reopens) chat.state = "OPEN"
    if (clears) yield* core.setFollowUp(chat, null)
    if (reopens || clears) yield* core.stateChanged(chat, "contact", at)
  })

  const begin = Effect.fnUntraced(function* (
    {
      assistant_id,
      channel_type,
      contact_id,
      title
    }: Pick<ChatRecord, "assistant_id" | "channel_type" | "contact_id" | "title">,
    member: MemberRecord,
    at: DateTime.Utc
  ) {
    const { country } = yield* store.findContact(contact_id)
    const chat: ChatRecord = {
      id: store.ids.chat(),
      conversation_id: store.conversation(contact_id, assistant_id),
      contact_id,
      assistant_id,
      channel_type,
      title,
      model: "emulator",
      visibility: "PRIVATE",
      pinned: false,
      tools: [],
      created_at: at,
      updated_at: at,
      members: [member],
      messages: [],
      state: "OPEN",
      ai_enabled: true,
      assistant_config: null,
      assigned: null,
      follow_up_at: null,
      muted_until: null,
      csat_score: null,
      last_contact_message_at: null,
      admin_unseen_count: 0,
      user_unseen_count: 0
    }
    core.addChat(chat)
    const { conversation_id, id: chat_id } = chat
    yield* core.append({ kind: "chat", at, chat_id, conversation_id, contact_id, country, channel_type })
    yield* core.stateChanged(chat, "contact", at)
    return chat
  })

  /** The chat that a contact's message to this one goes into. */
  const liveChat = Effect.fnUntraced(function* (chat: ChatRecord, member: MemberRecord, at: DateTime.Utc) {
    return chat.state === "CLOSED" && options.newChatAfterClose ? yield* begin(chat, member, at) : chat
  })

  const write = Effect.fnUntraced(function* (
    addressed: ChatRecord,
    member: MemberRecord,
    parts: UserMessage,
    cause: "opening" | "message"
  ) {
    const at = yield* DateTime.now
    const chat = yield* liveChat(addressed, member, at)
    const record = core.addMessage(chat, at, { author: "contact", member, status: "COMPLETED", parts })
    yield* core.messageEnded(chat, record, cause, at)
    yield* contactActed(chat, at)
    const turn = chat.messages.filter((message) => message.author === "contact" && message.parts !== null).length
    yield* core.publish({ _tag: "ContactWrote", chat_id: chat.id, at, turn, text: textOf(parts) })
    return Wire.message(store, record)
  })

  const open = Effect.fnUntraced(function* (channel: ChannelRecord, payload: typeof CreateChat.Type) {
    const contact = yield* store.findContact(channel.contact_id)
    const { assistant_id } = payload
    const assistant = yield* assistant_id === undefined ? store.findDefaultAssistant : store.findAssistant(assistant_id)
    if (assistant.deleted) return yield* notFound("assistant", assistant.id)
    yield* admit(contact)
    const member: MemberRecord = { _tag: "Contact", id: store.ids.member(), channel_id: channel.id }
    const given = {
      contact_id: contact.id,
      assistant_id: assistant.id,
      channel_type: channel.type,
      title: payload.title ?? null
    }
    const chat = yield* begin(given, member, yield* DateTime.now)
    if (payload.message !== undefined) yield* write(chat, member, payload.message, "opening")
    return Wire.chat(store, chat)
  })

  const createChat = Effect.fnUntraced(function* (
    path: { readonly contact_id: ContactId; readonly channel_id: ChannelId },
    payload: typeof CreateChat.Type
  ) {
    const channel = yield* findOwnChannel(path.contact_id, path.channel_id)
    yield* customOnly(channel)
    return yield* open(channel, payload)
  }, atomic)

  const sendMessage = Effect.fnUntraced(function* (
    path: { readonly contact_id: ContactId; readonly chat_id: ChatId },
    payload: typeof SendMessage.Type
  ) {
    const chat = yield* findOwnChat(path.contact_id, path.chat_id)
    const channel =
      payload.channel_id === undefined
        ? yield* impliedChannel(chat)
        : yield* findOwnChannel(path.contact_id, payload.channel_id)
    const member = yield* findMember(chat, channel)
    yield* customOnly(channel)
    yield* admit(yield* store.findContact(path.contact_id))
    return yield* write(chat, member, payload.message, "message")
  }, atomic)

  const respondToTool = Effect.fnUntraced(function* (
    path: {
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
      readonly chat_id: ChatId
      readonly message_id: MessageId
      readonly tool_call_id: ToolCallId
    },
    payload: typeof RespondToTool.Type
  ) {
    const chat = yield* findOwnChat(path.contact_id, path.chat_id)
    const channel = yield* findOwnChannel(path.contact_id, path.channel_id)
    const member = yield* findMember(chat, channel)
    yield* customOnly(channel)
    yield* admit(yield* store.findContact(path.contact_id))
    const { tool } = yield* core.findMessage(chat, path.message_id)
    if (tool === null || tool.id !== path.tool_call_id) return yield* notFound("tool call", path.tool_call_id)
    if (!tool.pending) {
      return yield* new Refusal({ status: options.toolNoLongerPending, message: `Tool call ${tool.id} was answered` })
    }
    const at = yield* DateTime.now
    tool.pending = false
    const response = { id: tool.id, connection_id: payload.connection_id }
    const record = core.addMessage(chat, at, { author: "contact", member, status: "COMPLETED", response })
    yield* core.messageEnded(chat, record, "tool", at)
    yield* contactActed(chat, at)
    yield* core.publish({
      _tag: "ToolAnswered",
      chat_id: chat.id,
      at,
      words: "Thank you, that is connected."
    })
    return Wire.message(store, record)
  }, atomic)

  const startChat = Effect.fnUntraced(function* (options: {
    readonly channelId: ChannelId
    readonly assistantId?: AssistantId
    readonly text?: string
  }) {
    const channel = yield* store.findChannel(options.channelId)
    return yield* open(channel, {
      ...(options.assistantId === undefined ? {} : { assistant_id: options.assistantId }),
      ...(options.text === undefined ? {} : { message: text(options.text) })
    })
  }, atomic)

  const contactWrites = Effect.fnUntraced(function* (chatId: ChatId, body: string) {
    const chat = yield* store.findChat(chatId)
    const [channel] = channelsOn(chat)
    if (channel === undefined) return yield* notFound("channel of chat", chatId)
    yield* admit(yield* store.findContact(chat.contact_id))
    return yield* write(chat, yield* findMember(chat, channel), text(body), "message")
  }, atomic)

  const decideApproval = Effect.fnUntraced(function* (
    path: ApprovalPath & { readonly contact_id: ContactId; readonly channel_id: ChannelId },
    decision: DecideApproval
  ) {
    const chat = yield* findOwnChat(path.contact_id, path.chat_id)
    const channel = yield* findOwnChannel(path.contact_id, path.channel_id)
    yield* findMember(chat, channel)
    yield* customOnly(channel)
    yield* admit(yield* store.findContact(path.contact_id))
    return yield* approvals.decide(path, decision)
  }, atomic)

  return { decideApproval, createChat, sendMessage, respondToTool, startChat, contactWrites }
}
