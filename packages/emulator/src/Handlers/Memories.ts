/** Answers `memories`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Memories"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const memories = Answering.paged(Contract.list.successSchema)

/** Answers `memories`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "memories", (handlers) =>
  Effect.map(Answering.make, ({ deleted, refuse, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => refuse(memories(world.memories.list(path.chat_id, urlParams))))
      .handle("clear", ({ path }) => refuse(Effect.as(applies(world.memories.clear(path.chat_id)), deleted)))
      .handle("remove", ({ path }) =>
        refuse(Effect.as(applies(world.memories.remove(path.chat_id, path.memory_id)), deleted))
      )
  )
)
