/** Lists the messages of a chat: all of them, or those since the last one that is known. */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as SendGuard from "@effect-invent/client/SendGuard"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as MessageList from "../Decide/MessageList.ts"
import * as MonotonicClock from "../MonotonicClock.ts"

/** Repeats a request once whose answer could not be decoded. */
export const onceMore = <A>(answer: Effect.Effect<A, RepeatableError>) =>
  Effect.retry(answer, { times: 1, while: ({ _tag }) => _tag === "UnexpectedResponse" })

/**
 * A list is requested with a start this long before the last known message. No page says whether a list includes a
 * message of exactly its start.
 */
const margin = Duration.seconds(1)

/**
 * Runs a listing, and gives the moment when its first request left beside the result. The wait for the first permit
 * does not count, and the waits between the pages do.
 */
export const sinceItLeft = <A, E, R>(listing: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const guard = yield* SendGuard.CurrentGuard
    const begun = yield* MonotonicClock.moment
    let left: MonotonicClock.Moment | undefined
    const noted = Effect.map(MonotonicClock.moment, (now) => void (left ??= now))
    const result = yield* SendGuard.withGuard(Effect.zipLeft(guard, noted))(listing)
    return { result, asked_at: left ?? begun }
  })

/**
 * Lists messages, and keeps how the service orders its lists. A list whose times are all the same does not show the
 * order; an earlier list does.
 */
export const make = (invent: InventClient["Type"]) => {
  let direction: MessageList.Direction | undefined
  const list = (chat_id: ChatId, from_date?: DateTime.Utc) =>
    Stream.runCollect(
      invent.messages.stream({ path: { chat_id }, ...(from_date && { urlParams: { from_date } }) })
    ).pipe(
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
