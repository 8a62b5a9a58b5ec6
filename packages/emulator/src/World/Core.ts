/** What every part of the world works with: the records, one change at a time, and the writing down of each change. */
import type { ChatId } from "@effect-invent/domain/Ids"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import { type Cause, Log } from "../Log.ts"
import { Options } from "../Options.ts"
import * as Memory from "./Memory.ts"
import * as Store from "./Store.ts"

/** What the assistant has to know about. */
export type Event =
  | {
      readonly _tag: "ContactWrote"
      readonly chat_id: ChatId
      readonly at: DateTime.Utc
      readonly turn: number
      readonly text: string
    }
  | { readonly _tag: "ToolAnswered"; readonly chat_id: ChatId; readonly at: DateTime.Utc }
  | { readonly _tag: "FollowUpSet"; readonly chat_id: ChatId; readonly follow_up_at: DateTime.Utc | null }

export const make = Effect.gen(function* () {
  const log = yield* Log
  const options = yield* Options
  const store = Store.make()
  const { commit } = yield* Memory.make(store)
  const turn = yield* Effect.makeSemaphore(1)
  const events = yield* PubSub.unbounded<Event>()

  /** Makes a change whole: no other change and no interruption comes between its parts and their log entries. */
  const atomic = <A, E, R>(change: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    turn.withPermits(1)(Effect.uninterruptible(Effect.ensuring(change, commit)))

  const stateChanged = (chat: Store.ChatRecord, by: string, at: DateTime.Utc) =>
    Effect.suspend(() => {
      chat.updated_at = at
      return log.append({
        kind: "state",
        at,
        chat_id: chat.id,
        by,
        state: chat.state,
        ai_enabled: chat.ai_enabled,
        follow_up_at: chat.follow_up_at,
        muted_until: chat.muted_until,
        assigned: chat.assigned !== null
      })
    })

  const setFollowUp = (chat: Store.ChatRecord, follow_up_at: DateTime.Utc | null) =>
    Effect.suspend(() => {
      chat.follow_up_at = follow_up_at
      return PubSub.publish(events, { _tag: "FollowUpSet", chat_id: chat.id, follow_up_at })
    })

  /** Puts a message into the chat. One that is still running is logged by {@link messageEnded}. */
  const addMessage = (
    chat: Store.ChatRecord,
    at: DateTime.Utc,
    message: Pick<Store.MessageRecord, "author" | "member" | "status"> & Partial<Store.MessageRecord>
  ): Store.MessageRecord => {
    const record: Store.MessageRecord = {
      id: store.ids.message(),
      chat_id: chat.id,
      created_at: at,
      updated_at: at,
      parts: null,
      error: null,
      tool: null,
      response: null,
      ...message
    }
    chat.messages.push(record)
    store.messages.set(record.id, record)
    chat.updated_at = at
    return record
  }

  const messageEnded = (chat: Store.ChatRecord, message: Store.MessageRecord, cause: Cause, at: DateTime.Utc) =>
    log.append({
      kind: "message",
      at,
      chat_id: chat.id,
      conversation_id: chat.conversation_id,
      message_id: message.id,
      author: message.author,
      cause,
      status: message.status === "FAILED" ? "FAILED" : "COMPLETED"
    })

  return { store, log, options, events, atomic, stateChanged, setFollowUp, addMessage, messageEnded }
})
export type Core = Effect.Effect.Success<typeof make>
