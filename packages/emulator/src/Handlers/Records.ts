/** Answers `records`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Records"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"

const activities = Answering.paged(Contract.listActivities.successSchema)

/** Answers `records`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "records", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers.handle("listActivities", ({ path, urlParams }) =>
      within(path.org_id, activities(world.records.listActivities(path.record_id, urlParams)))
    )
  )
)
