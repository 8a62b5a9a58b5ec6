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
import { type InventError, OutcomeUnknown, type RepeatableError } from "@effect-invent/domain/InventError"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Decoded from "./internal/contract/Decoded.ts"
import * as Similarity from "./internal/reconcile/Similarity.ts"
import type { Service } from "./ClientTypes.ts"

/** What became of a request whose answer was lost, by what the server lists. */
export type Verdict<A> = Data.TaggedEnum<{
  /** It was applied, and this is its result. */
  Applied: { readonly result: A }
  /** It was not applied, if the assumptions hold. */
  NotApplied: {}
  /** The evidence allows two readings, or there is none yet. */
  StillUnknown: { readonly reason: string }
}>
interface VerdictDefinition extends Data.TaggedEnum.WithGenerics<1> {
  readonly taggedEnum: Verdict<this["A"]>
}
/** Makes a verdict, matches on its tag (`$match`), and tests for it (`$is`). */
export const Verdict = Data.taggedEnum<VerdictDefinition>()

/** How long to look for what became of a request, and how often to send it. */
export interface Patience {
  /** What was applied is listed at most so long after its answer was lost; default 10 seconds. */
  readonly visibleWithin?: Duration.DurationInput
  /** How often to look in that time, the last time at its end; default 4. */
  readonly looks?: number
  /** How often to send at most; default 2. */
  readonly maxSends?: number
}

/** Which of the entries that are listed can be the request's. */
export interface Window {
  /** How far the server's clock may be from ours, in either direction; default 2 minutes. */
  readonly skew?: Duration.DurationInput
  /** How many equal requests are unaccounted for, this one included; default 1. */
  readonly sends?: number
}

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

const defaults = { visibleWithin: Duration.seconds(10), looks: 4, maxSends: 2, skew: Duration.minutes(2) }

/** The server's clock may be as far off as `skew`. */
export const before = (instant: DateTime.Utc, { skew = defaults.skew }: Window) =>
  DateTime.subtractDuration(instant, skew)

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

/** The verdict when nothing was found: that is an answer only when it had the time to appear. */
export const absent = (
  unknown: OutcomeUnknown,
  { visibleWithin = defaults.visibleWithin }: Patience
): Effect.Effect<Verdict<never>> =>
  Effect.map(DateTime.now, (now) => {
    const conclusiveAt = DateTime.addDuration(unknown.sentAt, visibleWithin)
    return DateTime.lessThan(now, conclusiveAt)
      ? Verdict.StillUnknown({ reason: `nothing is listed yet; look again at ${DateTime.formatIso(conclusiveAt)}` })
      : Verdict.NotApplied()
  })

/**
 * The verdict by any list: as many equal entries as requests, and each was applied. Any other number fits no single
 * reading, except none.
 */
export const judge = <A extends { readonly id: string }>(
  candidates: ReadonlyArray<A>,
  likeness: (candidate: A) => Similarity.Similarity,
  unknown: OutcomeUnknown,
  options: Window & Patience & { readonly known?: ReadonlyArray<string> }
): Effect.Effect<Verdict<A>> => {
  const known = new Set(options.known)
  const isNew = candidates.filter(({ id }) => !known.has(id))
  const equal = isNew.filter((candidate) => likeness(candidate) === "Equal")
  const doubtful = isNew.filter((candidate) => likeness(candidate) === "Doubtful")
  const sends = options.sends ?? 1
  if (doubtful.length > 0) {
    const ids = doubtful.map(({ id }) => id).join(", ")
    return Effect.succeed(Verdict.StillUnknown({ reason: `author, content or time leaves open whether it is ${ids}` }))
  }
  if (equal.length === 0) return absent(unknown, options)
  return Effect.succeed(
    equal.length === sends
      ? Verdict.Applied({ result: equal[equal.length - 1]! })
      : Verdict.StillUnknown({
          reason: `${sends} sent, ${equal.length} equal listed: ${equal.map(({ id }) => id).join(", ")}`
        })
  )
}

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
    return tool?.mentions.some((mention) => mention["status"] === "pending")
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

/** Looks until it is certain that it was applied, or to the end of the time in which that can show. */
const settled = <A, E, R>(
  look: Effect.Effect<Verdict<A>, E, R>,
  { looks = defaults.looks, visibleWithin = defaults.visibleWithin }: Patience
): Effect.Effect<Verdict<A>, never, R> => {
  const last = Math.max(1, looks)
  const gap = Duration.times(visibleWithin, 1 / Math.max(1, last - 1))
  const folded = Effect.catchAll(look, (error) => Effect.succeed(Verdict.StillUnknown({ reason: String(error) })))
  const from = (nth: number): Effect.Effect<Verdict<A>, never, R> =>
    Effect.flatMap(folded, (verdict) =>
      verdict._tag === "Applied" || nth >= last
        ? Effect.succeed(verdict)
        : Effect.zipRight(Effect.sleep(gap), from(nth + 1))
    )
  return last === 1 ? Effect.zipRight(Effect.sleep(gap), from(1)) : from(1)
}

const isUnknown = (error: unknown): error is OutcomeUnknown => error instanceof OutcomeUnknown

/**
 * Sends, and when the outcome is unknown looks for what became of it: gives the result where it was applied, sends
 * again only where it was not applied at the end of the wait, and fails with the `OutcomeUnknown` otherwise. `verdict`
 * is asked about the first request that was lost, so that one which shows late is still seen; its own failures count as
 * no evidence.
 */
export const exactlyOnce = <A, E, R, E2, R2>(
  send: Effect.Effect<A, E | OutcomeUnknown, R>,
  verdict: (unknown: OutcomeUnknown) => Effect.Effect<Verdict<A>, E2, R2>,
  patience: Patience = {}
): Effect.Effect<A, E | OutcomeUnknown, R | R2> => {
  const { maxSends = defaults.maxSends } = patience
  const from = (nth: number, first?: OutcomeUnknown): Effect.Effect<A, E | OutcomeUnknown, R | R2> =>
    Effect.catchIf(send, isUnknown, (unknown) =>
      Effect.flatMap(
        settled(verdict(first ?? unknown), patience),
        (verdict): Effect.Effect<A, E | OutcomeUnknown, R | R2> => {
          if (verdict._tag === "Applied") return Effect.succeed(verdict.result)
          return verdict._tag === "NotApplied" && nth < maxSends
            ? from(nth + 1, first ?? unknown)
            : Effect.fail(unknown)
        }
      )
    )
  return from(1)
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
