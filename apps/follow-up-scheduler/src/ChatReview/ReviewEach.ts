/** Reads chats, several at a time, and stops at an error that every other chat would meet, too. */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Decide from "../Decide.ts"

/** How many chats are read at a time. */
export const concurrency = 8

/** The result for one chat: a decision, or the error of this chat alone. */
export interface Found {
  readonly chat_id: ChatId
  readonly decision: Decide.Decision | undefined
  readonly error: RepeatableError | undefined
}

/** Errors that every other chat would meet, too. */
const affectsAllChats = (error: RepeatableError | SqlError): boolean =>
  error._tag === "Unauthorized" || error._tag === "ConnectionFailed" || error._tag === "SqlError"

type AffectsAllChats = Extract<RepeatableError, { readonly _tag: "Unauthorized" | "ConnectionFailed" }> | SqlError

/**
 * Turns an error of this chat alone into a result. Fails with an error that every other chat would meet: a refused key,
 * a failed connection, or a failed database.
 */
export const found = <R>(chat_id: ChatId, look: Effect.Effect<Decide.Decision, RepeatableError | SqlError, R>) =>
  look.pipe(
    Effect.map((decision): Found => ({ chat_id, decision, error: undefined })),
    Effect.catchIf(
      (error): error is Exclude<RepeatableError, AffectsAllChats> => !affectsAllChats(error),
      (error) => Effect.succeed<Found>({ chat_id, decision: undefined, error })
    )
  )

/**
 * Reads each chat once and calls `onFound` with its result. Stops at an error that every other chat would meet, too.
 */
export const reviewEach = <R>(
  chat_ids: ReadonlyArray<ChatId>,
  look: (chat_id: ChatId) => Effect.Effect<Decide.Decision, RepeatableError | SqlError, R>,
  onFound: (found: Found) => Effect.Effect<void>
) => {
  const lookAt = (chat_id: ChatId) => Effect.flatMap(found(chat_id, look(chat_id)), onFound)
  const [first, ...others] = chat_ids
  // The first chat is read alone, so that a wrong key or host ends the pass after one request.
  return Effect.zipRight(
    first === undefined ? Effect.void : lookAt(first),
    Effect.forEach(others, lookAt, { concurrency, discard: true })
  )
}
