/** Answers `state`. An update without any key changes nothing. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, caller, group, type Handlers } from "./Handler.ts"

/** Makes the handlers of `state`. */
export const make = Effect.map(World, ({ state, updateState }) => {
  const update = (({ call, path, payload }) =>
    updateState(path.chat_id, payload, caller(call))) satisfies Handlers<"state">["update"]
  return group("state", {
    update: (request) => (Object.keys(request.payload).length === 0 ? update(request) : applies(update)(request)),
    assign: applies(({ call, path, payload }) => state.assign(path.chat_id, payload.member_id, caller(call))),
    markUnseen: applies(({ path }) => state.markUnseen(path.chat_id)),
    info: ({ path }) => state.info(path.chat_id)
  })
})
