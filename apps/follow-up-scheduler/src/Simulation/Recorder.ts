/** Reads chats from the API, to put on record what happened in them. */
import { InventClient } from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import { type ChatId, ConversationId, type MessageId } from "@effect-invent/domain/Ids"
import type { SqlError } from "@effect/sql/SqlError"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as ChatRows from "../Watch/ChatRows.ts"
import * as InTurns from "../Watch/InTurns.ts"
import * as FromChat from "./FromChat.ts"
import { Ledger } from "../Ledger.ts"

/** Gives the messages of a conversation that were follow-ups of ours: they are marked in the record. */
export class OwnFollowUps extends Context.Tag("@effect-invent/follow-up-scheduler/OwnFollowUps")<
  OwnFollowUps,
  (conversation_id: ConversationId) => Effect.Effect<ReadonlySet<MessageId>, SqlError>
>() {}

/** By the ledger. Follow-ups that it does not have are recorded as ordinary messages. */
export const layer = Layer.effect(
  OwnFollowUps,
  Effect.map(
    Ledger,
    (ledger) => (conversation_id) =>
      Effect.map(ledger.taken(conversation_id), (taken) => new Set(taken.flatMap(({ message_id }) => message_id ?? [])))
  )
)

const ofChat = Effect.fn("Recorder.ofChat")(function* (chat: Chat) {
  const invent = yield* InventClient
  const own = yield* OwnFollowUps
  const messages = yield* Stream.runCollect(
    Stream.filter(invent.messages.stream({ path: { chat_id: chat.id } }), isDecoded)
  )
  const ours = yield* own(chat.state?.conversation_id ?? ConversationId.make(chat.id))
  return FromChat.make(chat.id, chat, Chunk.toReadonlyArray(messages), ours, yield* DateTime.now)
})

const concurrency = 8

/**
 * The row of a chat in the lists, which are read once for all chats. One that no list shows is read by an update that
 * changes nothing, because no endpoint reads one chat (decision 0015).
 */
const read = Effect.fn("Recorder.read")(function* (chat_id: ChatId, since: number) {
  const found = yield* Effect.flatMap(ChatRows.ChatRows, ({ find }) => find(chat_id, { since }))
  if (Option.isSome(found)) return found.value.chat
  const invent = yield* InventClient
  return yield* invent.state.update({ path: { chat_id }, payload: {} })
})

/** Named chats, in their order, by GET where a list shows them. A chat that does not exist is logged and left out. */
export const ofChats = (chat_ids: ReadonlyArray<ChatId>) =>
  Stream.fromEffect(MonotonicClock.elapsed).pipe(
    Stream.flatMap((since) => Stream.map(Stream.fromIterable(chat_ids), (chat_id) => ({ chat_id, since }))),
    Stream.mapEffect(
      ({ chat_id, since }) =>
        read(chat_id, since).pipe(
          Effect.flatMap(ofChat),
          Effect.asSome,
          Effect.catchTag("NotFound", () =>
            Effect.as(Effect.logWarning(`chat ${chat_id} does not exist`), Option.none())
          )
        ),
      { concurrency }
    ),
    Stream.filterMap((conversation) => conversation)
  )

/** All chats of the inboxes, by GET only. Of several organizations, one whose inbox cannot be read is logged. */
export const ofInbox = Stream.unwrap(
  Effect.zipWith(InventClient, Orgs.Orgs, (invent, orgs) =>
    InTurns.ofEach(orgs, (org) => invent.inbox.stream({ path: Orgs.pathOf(org) })).pipe(
      Stream.filter(isDecoded),
      Stream.mapEffect(ofChat, { concurrency })
    )
  )
)
