/** Answers `analytics`. */
import * as Contract from "@effect-invent/domain/api/Analytics"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"

const growth = Answering.paged(Contract.listContactGrowth.successSchema)

/** Answers `analytics` from what is in the world. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "analytics", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("dashboard", ({ path }) => within(path.org_id, world.analytics.dashboard()))
      .handle("listContactGrowth", ({ path, urlParams }) =>
        within(path.org_id, growth(world.analytics.growth(urlParams)))
      )
  )
)
