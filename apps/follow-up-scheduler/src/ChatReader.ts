/**
 * Reads one chat, fresh. No published endpoint reads a chat; a state update that changes nothing answers with the whole of
 * it, and the messages are listed beside it, unless this process has listed them already and the chat still ends as it did.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import { isDecoded } from "@effect-invent/domain/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "./Decide/ChatSnapshot.ts"
import * as MessageList from "./Decide/MessageList.ts"
import * as OptOuts from "./ChatReader/OptOuts.ts"
import { ActivePolicy, type Policy } from "./Policy.ts"
import * as BoundedMap from "./ChatReader/BoundedMap.ts"

export class ChatReader extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader")<
  ChatReader,
  {
    readonly read: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
    /** Whether anything happened in the chat since a message, and its state: one request, and another for segments. */
    readonly glance: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
    /** What was written since an earlier look, and nothing of the chat's state: one request. */
    readonly hear: (before: ChatSnapshot.ChatSnapshot) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
  }
>() {}

/** An answer that arrives garbled is asked for once more: what the chat says may not wait for the next look. */
const onceMore = <A>(answer: Effect.Effect<A, RepeatableError>) =>
  Effect.retry(answer, { times: 1, while: ({ _tag }) => _tag === "UnexpectedResponse" })

/** Whether a list includes the instant it is asked from is undocumented. */
const margin = Duration.seconds(1)

/** Lists messages, and remembers how the service orders its lists: a list whose times are all the same does not show it. */
const listing = (invent: InventClient["Type"]) => {
  let direction: MessageList.Direction | undefined
  const list = (chat_id: ChatId, from_date?: DateTime.Utc) =>
    Stream.runCollect(invent.messages.stream({ path: { chat_id }, ...(from_date && { urlParams: { from_date } }) })).pipe(
      onceMore,
      Effect.map((messages) => {
        const listed = Chunk.toReadonlyArray(messages)
        direction = MessageList.directionOf(listed.filter(isDecoded)) ?? direction
        return { listed, direction }
      })
    )
  return {
    list,
    news: ({ chat_id, messages }: ChatSnapshot.ChatSnapshot) => {
      const last = messages.at(-1)
      return list(chat_id, last && DateTime.subtractDuration(last.at, margin))
    }
  }
}

const whole = (invent: InventClient["Type"], chat_id: ChatId) => onceMore(invent.state.update({ path: { chat_id }, payload: {} }))

/** Chats whose messages are remembered; of others, they are listed again. */
const remembered = 1000

const reading = (invent: InventClient["Type"]): ChatReader["Type"] => {
  const { list, news } = listing(invent)
  const known = BoundedMap.make<ChatId, ChatSnapshot.ChatSnapshot>(remembered)
  const remember = (chat: ChatSnapshot.ChatSnapshot) => Effect.sync(() => known.keep(chat.chat_id, chat))
  return {
    read: (chat_id) =>
      Effect.flatMap(whole(invent, chat_id), (chat) => {
        const before = known.get(chat_id)
        return before !== undefined && ChatSnapshot.endsAs(before, ChatSnapshot.make(chat_id, chat, []))
          ? Effect.succeed(ChatSnapshot.refresh(before, chat))
          : Effect.map(list(chat_id), ({ direction, listed }) => ChatSnapshot.make(chat_id, chat, listed, direction))
      }).pipe(Effect.tap(remember)),
    glance: (chat_id) => Effect.map(whole(invent, chat_id), (chat) => ChatSnapshot.make(chat_id, chat, [])),
    hear: (before) =>
      Effect.tap(news(before), ({ direction, listed }) => {
        const same = known.get(before.chat_id)
        const isSame = same !== undefined && same.messages.at(-1)?.id === before.messages.at(-1)?.id
        return isSame ? remember(ChatSnapshot.hear(same, listed, direction)) : Effect.void
      }).pipe(Effect.map(({ direction, listed }) => ChatSnapshot.hear(before, listed, direction)))
  }
}

const readingOnly = (invent: InventClient["Type"]): ChatReader["Type"] => {
  const { list, news } = listing(invent)
  const read = (chat_id: ChatId) =>
    Effect.map(list(chat_id), ({ direction, listed }) => ChatSnapshot.make(chat_id, undefined, listed, direction))
  const hear: ChatReader["Type"]["hear"] = (before) =>
    Effect.map(news(before), ({ direction, listed }) => ChatSnapshot.hear(before, listed, direction))
  return { read, glance: read, hear }
}

/** The contact's segments beside the chat, where the policy asks for them: another request for each chat. */
const withSegments = ({ glance, hear, read }: ChatReader["Type"], invent: InventClient["Type"], { match }: Policy): ChatReader["Type"] => {
  if (match.segments === undefined) return { read, glance, hear }
  const segmentsOf = (chat: ChatSnapshot.ChatSnapshot) =>
    chat.contact_id === undefined
      ? Effect.succeed(chat)
      : invent.contacts.streamSegments({ path: { contact_id: chat.contact_id } }).pipe(
          Stream.filter(isDecoded),
          Stream.map(({ id }) => id),
          Stream.runCollect,
          Effect.map((segments) => ({ ...chat, segments: Chunk.toReadonlyArray(segments) }))
        )
  return { glance: (chat_id) => Effect.flatMap(glance(chat_id), segmentsOf), hear, read: (chat_id) => Effect.flatMap(read(chat_id), segmentsOf) }
}

/** Beside the chat, what the contact list and the activities say of its contacts: see `OptOuts` for what it costs. */
const withOptOuts = ({ glance, hear, read }: ChatReader["Type"], optOuts: OptOuts.OptOuts["Type"]): ChatReader["Type"] => {
  const marked = (chat: ChatSnapshot.ChatSnapshot) =>
    Effect.map(optOuts.of(chat.contact_ids), (optOut) => ChatSnapshot.withOptOut(chat, optOut))
  return {
    glance: (chat_id) => Effect.flatMap(glance(chat_id), marked),
    hear,
    read: (chat_id) => Effect.flatMap(read(chat_id), marked)
  }
}

/** Reads the whole chat: one request where nothing was written since it was last read here, else two for up to a hundred messages. */
export const layer = Layer.effect(ChatReader, Effect.map(InventClient, reading))

/** What the policy in force asks for, and who opted out. */
const complete = (base: (invent: InventClient["Type"]) => ChatReader["Type"]) =>
  Layer.effect(
    ChatReader,
    Effect.map(Effect.all([InventClient, ActivePolicy, OptOuts.OptOuts]), ([invent, policy, optOuts]) =>
      withOptOuts(withSegments(base(invent), invent, policy), optOuts)
    )
  ).pipe(Layer.provideMerge(OptOuts.layer))

/** The same, who opted out, and what else the policy in force asks for. */
export const layerMatching = complete(reading)

/** Reads with GET only, and so sees no state: for dry runs. */
export const layerReadOnly = complete(readingOnly)
