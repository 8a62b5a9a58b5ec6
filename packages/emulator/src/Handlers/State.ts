/** Answers `state`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

/** Answers `state`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "state", (handlers) =>
  Effect.gen(function* () {
    const { refuse, world } = yield* Answering.make
    return handlers
      .handle("update", ({ path, payload }) =>
        Effect.flatMap(Answering.caller, (by) => {
          const update = world.updateState(path.chat_id, payload, by)
          return refuse(Object.keys(payload).length === 0 ? update : applies(update))
        })
      )
      .handle("assign", ({ path, payload }) =>
        Effect.flatMap(Answering.caller, (by) =>
          refuse(applies(world.state.assign(path.chat_id, payload.member_id, by)))
        )
      )
      .handle("markUnseen", ({ path }) => refuse(applies(world.state.markUnseen(path.chat_id))))
      .handle("info", ({ path }) => refuse(world.state.info(path.chat_id)))
  })
)
