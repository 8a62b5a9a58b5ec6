/** Answers `records`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { group } from "./Handler.ts"

/** Makes the handlers of `records`. */
export const make = Effect.map(World, ({ records }) =>
  group("records", {
    listActivities: ({ path, urlParams }) => records.listActivities(path.record_id, urlParams)
  })
)
