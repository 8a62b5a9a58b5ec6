/** Answers `segments`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Segments"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const segments = Answering.paged(Contract.list.successSchema)

/** Answers `segments`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "segments", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) =>
        within(path.org_id, segments(world.organization.segments.list(urlParams)))
      )
      .handle("update", ({ path, payload }) =>
        within(path.org_id, applies(world.organization.segments.update(path.segment_id, payload)))
      )
  )
)
