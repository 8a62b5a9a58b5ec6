/** Answers `views`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

/** Answers `views`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "views", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers.handle("update", ({ path, payload }) =>
      within(path.org_id, applies(world.views.update(path.view_id, payload)))
    )
  )
)
