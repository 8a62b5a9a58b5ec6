/** What every part of the world works with: the records, one change at a time, and the writing down of each change. */
import type {
  BroadcastId,
  ChatId,
  MessageId,
  OrgId,
  RecipientId,
  UserId,
  WorkflowRunId
} from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import { type Cause, type Entry, Log } from "../Log.ts"
import { Options } from "../Behaviour.ts"
import { notFound, type Refusal } from "../Refusal.ts"
import * as JournalSync from "./Persistence/JournalSync.ts"
import type * as Store from "./Store.ts"
import * as Stores from "./Stores.ts"
import * as Summary from "./Summary.ts"

/** What the assistant reacts to. */
export type Event =
  | {
      readonly _tag: "ContactWrote"
      readonly chat_id: ChatId
      readonly at: DateTime.Utc
      readonly turn: number
      readonly text: string
    }
  | { readonly _tag: "ToolAnswered"; readonly chat_id: ChatId; readonly at: DateTime.Utc; readonly words: string }
  | {
      readonly _tag: "ActionApproved"
      readonly chat_id: ChatId
      readonly at: DateTime.Utc
      readonly message_id: MessageId
    }
  | { readonly _tag: "FollowUpSet"; readonly chat_id: ChatId; readonly follow_up_at: DateTime.Utc | null }

/**
 * What is done at a later instant and not by the assistant: a run of a workflow that has started is ended, a scheduled
 * broadcast is sent at `at`, and a row of one that is sent in the background is sent.
 */
export type Task = { readonly org_id: OrgId; readonly at: DateTime.Utc } & (
  | { readonly _tag: "EndRun"; readonly run_id: WorkflowRunId }
  | { readonly _tag: "SendBroadcast"; readonly broadcast_id: BroadcastId }
  | { readonly _tag: "SendRecipient"; readonly recipient_id: RecipientId }
)

/** A chat that is new, or has changed. */
export interface Change {
  readonly chat_id: ChatId
  readonly isNew: boolean
}

/**
 * Throws where the answer to the request that makes the change cannot be shown; the change is taken back then. Null, by
 * default: a change that no request makes is kept as it is.
 */
export class AnswerCheck extends Context.Reference<AnswerCheck>()("@effect-invent/emulator/AnswerCheck", {
  defaultValue: (): ((answer: unknown) => void) | null => null
}) {}

/** After so many messages of a chat the assistant writes a summary. */
const summarizedEvery = 10

/** How many changes are held for a listener that does not keep up; it misses the oldest. */
const heldChanges = 4096

/** Makes the stores, one change at a time, and the writing down of each in the log and the journal. */
export const make = Effect.gen(function* () {
  const log = yield* Log
  const options = yield* Options
  const stores = Stores.make()
  const { commit } = yield* JournalSync.make(stores)
  const turn = yield* Effect.makeSemaphore(1)
  const events = yield* PubSub.unbounded<Event>()
  const tasks = yield* PubSub.unbounded<Task>()
  const changes = yield* PubSub.sliding<Change>(heldChanges)
  const touched = new Map<ChatId, boolean>()
  const waiting: Array<Effect.Effect<unknown>> = []

  const announce = Effect.suspend(() => {
    if (touched.size === 0) return Effect.void
    const published = [...touched].map(([chat_id, isNew]): Change => ({ chat_id, isNew }))
    touched.clear()
    return PubSub.publishAll(changes, published)
  })

  /** Part of a change: what others see of it, once it is written down. */
  const later = (effect: Effect.Effect<unknown>) => Effect.sync(() => void waiting.push(effect))

  const written = Effect.suspend(() =>
    commit.pipe(Effect.zipRight(Effect.all(waiting.splice(0), { discard: true })), Effect.zipRight(announce))
  )

  const takeBack = Effect.sync(() => {
    stores.undo.takeBack()
    waiting.length = 0
    touched.clear()
  })

  /** Takes a change back that fails, or whose answer does not pass the check. */
  const checked = <A, E, R>(change: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(AnswerCheck, (check) => {
      if (check === null) return change
      stores.undo.begin()
      return Effect.tap(change, (answer) => Effect.sync(() => check(answer))).pipe(
        Effect.tapErrorCause(() => takeBack),
        Effect.ensuring(Effect.sync(() => stores.undo.end()))
      )
    })

  /**
   * Makes a change whole: no other change and no interruption comes between its parts and their log entries. One that a
   * request makes is made whole or not at all.
   */
  const atomic = <A, E, R>(change: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    turn.withPermits(1)(Effect.uninterruptible(Effect.ensuring(checked(change), written)))

  const append = (entry: Entry) => later(log.append(entry))
  const publish = (event: Event) => later(PubSub.publish(events, event))
  const perform = (task: Task) => later(PubSub.publish(tasks, task))

  /** What the parts of one organization are made with. */
  const of = (store: Store.Store) => {
    const touch = (chat: Store.ChatRecord, at: DateTime.Utc) => {
      chat.updated_at = at
      touched.set(chat.id, touched.get(chat.id) ?? false)
    }

    const addChat = (chat: Store.ChatRecord) => {
      store.chats.set(chat.id, chat)
      touched.set(chat.id, true)
    }

    const stateChanged = (chat: Store.ChatRecord, by: string, at: DateTime.Utc, isTouched = true) =>
      Effect.suspend(() => {
        if (isTouched) touch(chat, at)
        return append({
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
        return publish({ _tag: "FollowUpSet", chat_id: chat.id, follow_up_at })
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
        approval: null,
        broadcast_id: null,
        ...message
      }
      chat.messages.push(record)
      store.messages.set(record.id, record)
      touch(chat, at)
      if (record.author === "contact") {
        chat.admin_unseen_count += 1
        chat.user_unseen_count = 0
      } else {
        chat.user_unseen_count += 1
        if (record.author === "user") chat.admin_unseen_count = 0
      }
      if (chat.messages.length % summarizedEvery === 0) Summary.write(store, chat, at)
      return record
    }

    const findMessage = (chat: Store.ChatRecord, id: MessageId): Effect.Effect<Store.MessageRecord, Refusal> => {
      const message = store.messages.get(id)
      return message?.chat_id === chat.id ? Effect.succeed(message) : notFound("message", id)
    }

    const staffMember = (chat: Store.ChatRecord, user_id: UserId) => {
      const present = chat.members.find((member) => member._tag === "User" && member.user_id === user_id)
      if (present !== undefined) return present
      const member = { _tag: "User", id: store.ids.member(), user_id } as const
      chat.members.push(member)
      return member
    }

    const messageEnded = (chat: Store.ChatRecord, message: Store.MessageRecord, cause: Cause, at: DateTime.Utc) =>
      append({
        kind: "message",
        at,
        created_at: message.created_at,
        chat_id: chat.id,
        conversation_id: chat.conversation_id,
        message_id: message.id,
        author: message.author,
        cause,
        status: message.status === "FAILED" ? "FAILED" : "COMPLETED"
      })

    return {
      store,
      stores,
      append,
      options,
      events,
      publish,
      tasks,
      perform,
      changes,
      atomic,
      touch,
      addChat,
      stateChanged,
      setFollowUp,
      addMessage,
      findMessage,
      staffMember,
      messageEnded
    }
  }

  return { stores, of }
})
/** What every part of an organization is made with. */
export type Core = ReturnType<Effect.Effect.Success<typeof make>["of"]>
