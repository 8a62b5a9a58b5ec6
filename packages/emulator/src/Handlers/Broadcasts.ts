/** Answers `broadcasts`. What is sent depends on the body: none, a marketing broadcast; any, a transactional one. */
import * as Contract from "@effect-invent/domain/api/Broadcasts"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import type { BroadcastId } from "@effect-invent/domain/Ids"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type { HttpServerRequest } from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { applies } from "../RequestContext.ts"
import { badRequest } from "../Refusal.ts"
import * as Answering from "./Answering.ts"

const broadcasts = Answering.paged(Contract.list.successSchema)
const recipients = Answering.paged(Contract.listRecipients.successSchema)
const decode = Schema.decode(Schema.parseJson(Contract.SendTransactional))
const encodeBroadcast = Schema.encode(Contract.sendMarketing.successSchema)

/** Answers `broadcasts`. A send without a body is the older, marketing one; with a body it is transactional. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "broadcasts", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) => {
    const send = Effect.fnUntraced(function* (id: BroadcastId, request: HttpServerRequest) {
      const body = yield* Effect.mapError(request.text, () => badRequest("The body is not text"))
      if (body !== "") {
        const payload = yield* Effect.mapError(decode(body), ({ message }) => badRequest(message))
        return yield* applies(world.broadcasts.sendTransactional(id, payload))
      }
      const broadcast = yield* applies(world.broadcasts.sendMarketing(id))
      return HttpServerResponse.unsafeJson(yield* Effect.orDie(encodeBroadcast(broadcast)))
    })
    return handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, broadcasts(world.broadcasts.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.broadcasts.create(payload))))
      .handleRaw("sendTransactional", ({ path, request }) => within(path.org_id, send(path.broadcast_id, request)))
      .handle("listRecipients", ({ path, urlParams }) =>
        within(path.org_id, recipients(world.broadcasts.listRecipients(path.broadcast_id, urlParams)))
      )
      .handle("dryRunEntries", ({ path, payload }) =>
        within(path.org_id, world.broadcasts.dryRunEntries(path.broadcast_id, payload))
      )
  })
)
