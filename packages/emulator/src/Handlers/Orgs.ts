/** Answers `orgs`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Orgs"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"

const organizations = Answering.paged(Contract.list.successSchema)

export const layer = HttpApiBuilder.group(InventApi.InventApi, "orgs", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers.handle("list", ({ path, urlParams }) => within(path.org_id, organizations(world.organization.orgs.list(urlParams))))
  )
)
