/**
 * Reads one chat, fresh. No published endpoint reads a chat; a state update that changes nothing answers with the whole of
 * it, and the messages are listed beside it.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "./ChatSnapshot.ts"

export class ChatReader extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader")<
  ChatReader,
  {
    readonly read: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
    /** Whether anything happened in the chat since a message, and its state: one request. */
    readonly glance: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
  }
>() {}

const listOf = (invent: InventClient["Type"], chat_id: ChatId) =>
  Effect.map(Stream.runCollect(invent.messages.stream({ path: { chat_id } })), Chunk.toReadonlyArray)

const whole = (invent: InventClient["Type"], chat_id: ChatId) => invent.state.update({ path: { chat_id }, payload: {} })

/** Reads the whole chat: two requests for a chat of up to a hundred messages. */
export const layer = Layer.effect(
  ChatReader,
  Effect.map(InventClient, (invent) => ({
    read: (chat_id) =>
      Effect.flatMap(whole(invent, chat_id), (chat) =>
        Effect.map(listOf(invent, chat_id), (messages) => ChatSnapshot.make(chat_id, chat, messages))
      ),
    glance: (chat_id) => Effect.map(whole(invent, chat_id), (chat) => ChatSnapshot.make(chat_id, chat, []))
  }))
)

/** Reads with GET only, and so sees no state: for dry runs. */
export const layerReadOnly = Layer.effect(
  ChatReader,
  Effect.map(InventClient, (invent) => {
    const read = (chat_id: ChatId) =>
      Effect.map(listOf(invent, chat_id), (messages) => ChatSnapshot.make(chat_id, undefined, messages))
    return { read, glance: read }
  })
)
