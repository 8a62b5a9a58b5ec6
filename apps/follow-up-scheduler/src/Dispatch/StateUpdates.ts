/**
 * Updates of a chat's state, whose answers count: each is the newest row of its chat, and what the service dates by it is no
 * news for the watch.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as Effect from "effect/Effect"
import * as MonotonicClock from "../MonotonicClock.ts"
import { ChatRows } from "../Watch/ChatRows.ts"
import * as SeenChats from "../Watch/SeenChats.ts"

export const make = Effect.gen(function* () {
  const { state } = yield* InventClient
  const rows = yield* ChatRows
  const countAsSeen = yield* SeenChats.makeCountAsSeen
  const update: InventClient["Type"]["state"]["update"] = (request) =>
    Effect.flatMap(MonotonicClock.millis, (asked_at) =>
      Effect.tap(state.update(request), (chat) =>
        // Where it cannot be recorded, the watch looks at the chat once more.
        Effect.zipRight(rows.keep([chat], asked_at), Effect.ignoreLogged(countAsSeen(chat)))
      )
    )
  return { update, forget: rows.forget }
})

export type StateUpdates = Effect.Effect.Success<typeof make>
