/** Answers `memories`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `memories`. */
export const make = Effect.map(World, ({ memories }) =>
  group("memories", {
    list: ({ path, urlParams }) => memories.list(path.chat_id, urlParams),
    clear: applies(({ path }) => memories.clear(path.chat_id)),
    remove: applies(({ path }) => memories.remove(path.chat_id, path.memory_id))
  })
)
