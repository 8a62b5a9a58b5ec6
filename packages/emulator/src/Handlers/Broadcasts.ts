/** Answers `broadcasts`. A send without a body is the older, marketing one; with a body it is transactional. */
import * as Contract from "@effect-invent/domain/api/Broadcasts"
import type { Broadcast } from "@effect-invent/domain/Broadcast"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { World } from "../World.ts"
import { applies, group, orWithoutBody } from "./Handler.ts"

const encode = Schema.encodeSync(Contract.sendMarketing.successSchema)

const marketing = (broadcast: Broadcast) => HttpServerResponse.unsafeJson(encode(broadcast))

/** Makes the handlers of `broadcasts`. */
export const make = Effect.map(World, ({ broadcasts }) =>
  group("broadcasts", {
    list: ({ urlParams }) => broadcasts.list(urlParams),
    create: applies(({ payload }) => broadcasts.create(payload)),
    sendTransactional: orWithoutBody(
      applies(({ path, payload }) => broadcasts.sendTransactional(path.broadcast_id, payload)),
      applies(({ path }) => Effect.map(broadcasts.sendMarketing(path.broadcast_id), marketing))
    ),
    listRecipients: ({ path, urlParams }) => broadcasts.listRecipients(path.broadcast_id, urlParams),
    dryRunEntries: ({ path, payload }) => broadcasts.dryRunEntries(path.broadcast_id, payload)
  })
)
