/** Answers `workflows`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Workflows"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../Call.ts"
import * as Answering from "./Answering.ts"

const runs = Answering.paged(Contract.listRuns.successSchema)

export const layer = HttpApiBuilder.group(InventApi.InventApi, "workflows", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("run", ({ path, payload }) =>
        within(path.org_id, applies(world.organization.workflows.run(path.workflow_id, payload.identifier)))
      )
      .handle("listRuns", ({ path, urlParams }) => within(path.org_id, runs(world.organization.workflows.listRuns(urlParams))))
  )
)
