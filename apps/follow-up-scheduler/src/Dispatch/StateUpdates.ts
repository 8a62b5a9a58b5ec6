/**
 * Updates of a chat's state, whose answers are used as reads: each is the newest row of its chat. What the service
 * dates by such an update is marked as seen, so that the watch does not read the chat for it.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as Effect from "effect/Effect"
import * as MonotonicClock from "../MonotonicClock.ts"
import { ChatRows } from "../Watch/ChatRows.ts"
import * as SeenChats from "../Watch/SeenChats.ts"

/**
 * `update` sends a state update and keeps its answer as the chat's newest row. `forget` drops the row of a chat that a
 * request changed whose answer is not the chat.
 */
export const make = Effect.gen(function* () {
  const { state } = yield* InventClient
  const rows = yield* ChatRows
  const countAsSeen = yield* SeenChats.makeCountAsSeen
  const update: InventClient["Type"]["state"]["update"] = (request) =>
    Effect.flatMap(MonotonicClock.elapsed, (asked_at) =>
      Effect.tap(state.update(request), (chat) =>
        // Where it cannot be recorded, the watch names the chat once more.
        Effect.zipRight(rows.keep([chat], asked_at), Effect.ignoreLogged(countAsSeen(chat)))
      )
    )
  return { update, forget: rows.forget }
})

/** State updates whose answers are kept: see {@link make}. */
export type StateUpdates = Effect.Effect.Success<typeof make>
