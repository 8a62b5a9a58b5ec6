/** Answers `orgs`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `orgs`. */
export const make = Effect.map(World, ({ orgs }) =>
  group("orgs", {
    list: ({ urlParams }) => orgs.list(urlParams),
    create: applies(({ payload }) => orgs.create(payload)),
    update: applies(({ path, payload }) => orgs.update(path.sub_org_id, payload)),
    updateBilling: applies(({ path, payload }) => orgs.updateBilling(path.sub_org_id, payload)),
    join: applies(({ path, payload }) => orgs.join(path.sub_org_id, payload)),
    listUsage: ({ urlParams }) => orgs.usage(urlParams)
  })
)
