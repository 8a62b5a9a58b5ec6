/** Answers `connections`. */
import * as Contract from "@effect-invent/domain/api/Connections"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"

const connections = Answering.paged(Contract.list.successSchema)
const options = Answering.paged(Contract.actionOptions.successSchema)

/** Answers `connections`. The options are those that a test set up. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "connections", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) =>
        within(path.org_id, connections(world.organization.connections.list(urlParams)))
      )
      .handle("actionOptions", ({ path, payload, urlParams }) =>
        within(path.org_id, options(world.organization.connections.actionOptions(payload, urlParams)))
      )
  )
)
