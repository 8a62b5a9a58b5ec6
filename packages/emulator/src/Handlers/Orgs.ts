/** Answers `orgs`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Orgs"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const organizations = Answering.paged(Contract.list.successSchema)
const usage = Answering.paged(Contract.listUsage.successSchema)

/** Answers `orgs`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "orgs", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, organizations(world.orgs.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.orgs.create(payload))))
      .handle("update", ({ path, payload }) =>
        within(path.org_id, applies(world.orgs.update(path.sub_org_id, payload)))
      )
      .handle("updateBilling", ({ path, payload }) =>
        within(path.org_id, applies(world.orgs.updateBilling(path.sub_org_id, payload)))
      )
      .handle("join", ({ path, payload }) => within(path.org_id, applies(world.orgs.join(path.sub_org_id, payload))))
      .handle("listUsage", ({ path, urlParams }) => within(path.org_id, usage(world.orgs.usage(urlParams))))
  )
)
