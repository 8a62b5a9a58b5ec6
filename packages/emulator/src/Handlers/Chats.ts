/**
 * Answers `chats`, its WebSocket included. The list has today's names for a channel's keys, not those of its old page.
 */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"
import * as Listening from "./Listening.ts"

/** Makes the handlers of `chats`. */
export const make = Effect.zipWith(World, Listening.make, ({ chats, inbox }, events) =>
  group("chats", {
    list: ({ urlParams }) => inbox.list(urlParams),
    update: applies(({ path, payload }) => chats.update(path.chat_id, payload)),
    events
  })
)
