/** Answers `messages`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Messages"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"
import * as Approving from "./Approving.ts"

const messages = Answering.paged(Contract.list.successSchema)

/** Answers `messages`. A decision waits for its action without `background: true`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "messages", (handlers) =>
  Effect.gen(function* () {
    const { deleted, refuse, world } = yield* Answering.make
    const approving = yield* Approving.make
    return handlers
      .handle("list", ({ path, urlParams }) =>
        refuse(
          messages(
            Effect.map(world.listMessages(path.chat_id, urlParams), ({ messages, ...counts }) => ({
              entries: messages,
              ...counts
            }))
          )
        )
      )
      .handle("create", ({ path, payload }) =>
        Effect.flatMap(Answering.caller, (by) =>
          refuse(applies(world.messages.create(path.chat_id, payload.message, by)))
        )
      )
      .handle("get", ({ path }) => refuse(world.messages.get(path)))
      .handle("edit", ({ path, payload }) => refuse(applies(world.messages.edit(path, payload.message))))
      .handle("remove", ({ path }) => refuse(Effect.as(applies(world.messages.remove(path)), deleted)))
      .handle("decideApproval", ({ path, payload }) =>
        refuse(approving(path, payload, world.approvals.decideApproval(path, payload)))
      )
  })
)
