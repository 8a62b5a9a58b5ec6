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
import * as Orgs from "../Policy/Orgs.ts"
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
 * Named chats, in their order. Each is read by an update that changes nothing, because no endpoint reads one chat
 * (decision 0015). A chat that does not exist is logged and left out.
 */
export const ofChats = (chat_ids: ReadonlyArray<ChatId>) =>
  Stream.fromIterable(chat_ids).pipe(
    Stream.mapEffect(
      (chat_id) =>
        Effect.flatMap(InventClient, (invent) => invent.state.update({ path: { chat_id }, payload: {} })).pipe(
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
