/** Answers `analytics`, from what is in the world. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { group } from "./Handler.ts"

/** Makes the handlers of `analytics`. */
export const make = Effect.map(World, ({ analytics }) =>
  group("analytics", {
    dashboard: () => analytics.dashboard(),
    listContactGrowth: ({ urlParams }) => analytics.growth(urlParams)
  })
)
