/**
 * What became of an unsafe request whose answer was lost. A verdict is found by looking at what the server lists; a
 * sender uses it to apply a request exactly once. `Reconcilable` lists the verdict of each endpoint, and the endpoints
 * without one.
 *
 * It rests on two assumptions, as the API has no idempotency key: what was applied is listed `visibleWithin` after
 * the answer was lost, and no other program does the same as the same contact meanwhile. Where the evidence allows two
 * readings the verdict is `StillUnknown`, and nothing is sent again.
 *
 * ```ts
 * const message = yield* Reconcile.sendMessage(invent, { path: { contact_id, chat_id }, payload: { message } })
 * ```
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import type { InventError, OutcomeUnknown, RepeatableError } from "@effect-invent/domain/InventError"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Decoded from "./internal/contract/Decoded.ts"
import { exactlyOnce } from "./internal/reconcile/ExactlyOnce.ts"
import * as Similarity from "./internal/reconcile/Similarity.ts"
import { absent, before, judge, type Patience, Verdict, type Window } from "./internal/reconcile/Verdict.ts"
import type { Service } from "./ClientTypes.ts"

export { type Patience, Verdict, type Window, absent, before, judge } from "./internal/reconcile/Verdict.ts"
export { exactlyOnce } from "./internal/reconcile/ExactlyOnce.ts"

/** How to find out what became of a message. */
export interface MessageOptions extends Window, Patience {
  /**
   * Messages that existed before the request. A sender that is not given them lists the last ones before it sends;
   * a sender of equal messages that are not listed yet names them here.
   */
  readonly known?: ReadonlyArray<MessageId>
}

/** How to find out what became of a chat's creation. */
export interface ChatOptions<E = never, R = never> extends Window, Patience {
  /**
   * The chats that may be the new one, for example those of the inbox. No published endpoint lists a contact's chats.
   */
  readonly findChat?: Effect.Effect<ReadonlyArray<Chat>, E, R>
  /** Chats that existed before the request. Without them a sender calls `findChat` before it sends. */
  readonly known?: ReadonlyArray<ChatId>
}

type Contacts = Service["contacts"]
type SendMessage = Parameters<Contacts["sendMessage"]>[0]
type SendMessageOnChannel = Parameters<Contacts["sendMessageOnChannel"]>[0]
type RespondToTool = Parameters<Contacts["respondToTool"]>[0]
type CreateChat = Parameters<Contacts["createChat"]>[0]

/** The part of the client that a verdict needs. */
export interface Lists {
  readonly messages: Pick<Service["messages"], "stream">
}
/** The part of the client that a sender needs. */
export type Sends = Lists & {
  readonly contacts: Pick<Contacts, "createChat" | "respondToTool" | "sendMessage" | "sendMessageOnChannel">
}

const messagesOf = (invent: Lists, chat_id: ChatId, since?: DateTime.Utc) =>
  invent.messages.stream({ path: { chat_id }, urlParams: { from_date: since } })

/** The messages of a chat, each once. Fails where one cannot be read, as it may be the one that is looked for. */
export const listed = (invent: Lists, chat_id: ChatId, since?: DateTime.Utc) =>
  messagesOf(invent, chat_id, since).pipe(
    Decoded.whole("messages.list"),
    Stream.runCollect,
    // A page can shift under the reader, and then shows a message again.
    Effect.map((messages) => [
      ...new Map(Chunk.toReadonlyArray(messages).map((message) => [message.id, message])).values()
    ])
  )

interface Sent extends Similarity.Author {
  readonly chat_id: ChatId
  readonly message: UserMessage
}

const fromBody = ({ path, payload }: SendMessage): Sent => ({
  contact_id: path.contact_id,
  channel_id: payload.channel_id,
  chat_id: path.chat_id,
  message: payload.message
})

const fromPath = ({ path, payload }: SendMessageOnChannel): Sent => ({
  contact_id: path.contact_id,
  channel_id: path.channel_id,
  chat_id: path.chat_id,
  message: payload.message
})

const messageVerdict = (invent: Lists, sent: Sent, unknown: OutcomeUnknown, options: MessageOptions) => {
  const since = before(unknown.sentAt, options)
  return Effect.flatMap(listed(invent, sent.chat_id, since), (messages) =>
    judge(messages, (message) => Similarity.ofMessage(message, sent, since), unknown, options)
  )
}

/** Whether `contacts.sendMessage` was applied: looks for a new message of the contact's with the same parts. */
export const sendMessageVerdict = (
  invent: Lists,
  request: SendMessage,
  unknown: OutcomeUnknown,
  options: MessageOptions = {}
): Effect.Effect<Verdict<ChatMessage>, RepeatableError> => messageVerdict(invent, fromBody(request), unknown, options)

/** Whether `contacts.sendMessageOnChannel` was applied: as {@link sendMessageVerdict}, on that channel. */
export const sendMessageOnChannelVerdict = (
  invent: Lists,
  request: SendMessageOnChannel,
  unknown: OutcomeUnknown,
  options: MessageOptions = {}
): Effect.Effect<Verdict<ChatMessage>, RepeatableError> => messageVerdict(invent, fromPath(request), unknown, options)

/**
 * Whether `contacts.respondToTool` was applied. Applied: another message of the contact's names the tool call and the
 * connection. Not applied: none does, and the message with the tool shows that the call is pending. The shape of
 * neither is published, so both are searched for the ids; the whole chat is listed, as a tool can be older than any
 * margin.
 */
export const respondToToolVerdict = (
  invent: Lists,
  { path, payload }: RespondToTool,
  unknown: OutcomeUnknown,
  options: Patience = {}
): Effect.Effect<Verdict<ChatMessage>, RepeatableError> =>
  Effect.flatMap(listed(invent, path.chat_id), (messages): Effect.Effect<Verdict<ChatMessage>> => {
    const naming = messages.map((message) => ({ message, mentions: Similarity.mentions(message, path.tool_call_id) }))
    const answers = naming.filter(({ mentions, message }) => message.id !== path.message_id && mentions.length > 0)
    const mine = answers.filter(
      ({ mentions, message }) =>
        Similarity.ofAuthor(message, path) === "Equal" &&
        mentions.some((mention) => Object.values(mention).includes(payload.connection_id))
    )
    if (mine.length === 1 && answers.length === 1) return Effect.succeed(Verdict.Applied({ result: mine[0]!.message }))
    if (answers.length > 0) {
      const ids = answers.map(({ message }) => message.id).join(", ")
      return Effect.succeed(
        Verdict.StillUnknown({ reason: `what names the tool call is not this answer, or not it alone: ${ids}` })
      )
    }
    const tool = naming.find(({ message }) => message.id === path.message_id)
    return tool?.mentions.some(Similarity.isWaiting)
      ? absent(unknown, options)
      : Effect.succeed(
          Verdict.StillUnknown({ reason: "no answer is listed, and the tool does not say that it is pending" })
        )
  })

/**
 * Whether `contacts.createChat` was applied: looks for a new chat with the contact's channel, the assistant and the
 * title among those of `findChat`. Without it the outcome stays unknown, as no published endpoint lists a contact's
 * chats.
 */
export const createChatVerdict = <E = never, R = never>(
  { path, payload }: CreateChat,
  unknown: OutcomeUnknown,
  options: ChatOptions<E, R> = {}
): Effect.Effect<Verdict<Chat>, E, R> => {
  if (options.findChat === undefined) {
    const since = DateTime.formatIso(before(unknown.sentAt, options))
    return Effect.succeed(
      Verdict.StillUnknown({
        reason: `no endpoint lists the chats of channel ${path.channel_id}: findChat must name those since ${since}`
      })
    )
  }
  const wanted = { channel_id: path.channel_id, assistant_id: payload.assistant_id, title: payload.title }
  return Effect.flatMap(options.findChat, (chats) =>
    judge(chats, (chat) => Similarity.ofChat(chat, wanted, before(unknown.sentAt, options)), unknown, options)
  )
}

/** What exists before the first request: no equal message of before is mistaken for its result. */
export const recent = (invent: Lists, chat_id: ChatId, options: MessageOptions) =>
  options.known === undefined
    ? Effect.flatMap(DateTime.now, (now) =>
        messagesOf(invent, chat_id, before(now, options)).pipe(
          Stream.filter(isDecoded),
          Stream.map(({ id }) => id),
          Stream.runCollect,
          Effect.map(Chunk.toReadonlyArray)
        )
      )
    : Effect.succeed(options.known)

/**
 * `contacts.sendMessage`, applied exactly once. Costs one listing before it, unless `known` is given, and `looks` after
 * an answer that was lost.
 */
export const sendMessage = (
  invent: Sends,
  request: SendMessage,
  options: MessageOptions = {}
): Effect.Effect<ChatMessage, InventError> =>
  Effect.flatMap(recent(invent, request.path.chat_id, options), (known) =>
    exactlyOnce(
      invent.contacts.sendMessage(request),
      (unknown) => sendMessageVerdict(invent, request, unknown, { ...options, known }),
      options
    )
  )

/** `contacts.sendMessageOnChannel`, applied exactly once: as {@link sendMessage}. */
export const sendMessageOnChannel = (
  invent: Sends,
  request: SendMessageOnChannel,
  options: MessageOptions = {}
): Effect.Effect<ChatMessage, InventError> =>
  Effect.flatMap(recent(invent, request.path.chat_id, options), (known) =>
    exactlyOnce(
      invent.contacts.sendMessageOnChannel(request),
      (unknown) => sendMessageOnChannelVerdict(invent, request, unknown, { ...options, known }),
      options
    )
  )

/** `contacts.respondToTool`, applied exactly once. Lists the chat only after an answer that was lost. */
export const respondToTool = (
  invent: Sends,
  request: RespondToTool,
  options: Patience = {}
): Effect.Effect<ChatMessage, InventError> =>
  exactlyOnce(
    invent.contacts.respondToTool(request),
    (unknown) => respondToToolVerdict(invent, request, unknown, options),
    options
  )

/**
 * `contacts.createChat`, applied at most once, and exactly once where `findChat` finds it. Without `findChat` an answer
 * that was lost ends in `OutcomeUnknown` at once, as no look could find it out.
 */
export const createChat = <E = never, R = never>(
  invent: Pick<Sends, "contacts">,
  request: CreateChat,
  options: ChatOptions<E, R> = {}
): Effect.Effect<Chat, InventError | E, R> => {
  const { findChat } = options
  if (findChat === undefined) return invent.contacts.createChat(request)
  const existing: Effect.Effect<ReadonlyArray<ChatId>, E, R> = options.known === undefined
    ? Effect.map(findChat, (chats) => chats.map(({ id }) => id))
    : Effect.succeed(options.known)
  return Effect.flatMap(existing, (known) =>
    exactlyOnce(
      invent.contacts.createChat(request),
      (unknown) => createChatVerdict(request, unknown, { ...options, known }),
      options
    )
  )
}
