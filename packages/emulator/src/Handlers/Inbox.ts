/** Answers `inbox`. */
import * as Contract from "@effect-invent/domain/api/Inbox"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"
import * as Listening from "./Listening.ts"

const chats = Answering.paged(Contract.list.successSchema)

/** Answers `inbox`, its WebSocket included. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "inbox", (handlers) =>
  Effect.gen(function* () {
    const { within, world } = yield* Answering.make
    const listen = yield* Listening.make
    return handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, chats(world.inbox.list(urlParams))))
      .handleRaw("events", ({ path, request }) => within(path.org_id, listen({ request })))
  })
)
