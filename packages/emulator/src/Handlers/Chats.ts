/** Answers `chats`. The list has today's names for a channel's keys, not those of its old page. */
import * as Contract from "@effect-invent/domain/api/Chats"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"
import * as Listening from "./Listening.ts"

const chats = Answering.paged(Contract.list.successSchema)

/** Answers `chats`, its WebSocket included. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "chats", (handlers) =>
  Effect.gen(function* () {
    const { refuse, within, world } = yield* Answering.make
    const listen = yield* Listening.make
    return handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, chats(world.inbox.list(urlParams))))
      .handle("update", ({ path, payload }) => refuse(applies(world.chats.update(path.chat_id, payload))))
      .handleRaw("events", ({ path, request }) => within(path.org_id, listen({ request })))
  })
)
