/** Answers `connections`. The options are those that a test set up. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { group } from "./Handler.ts"

/** Makes the handlers of `connections`. */
export const make = Effect.map(World, ({ organization: { connections } }) =>
  group("connections", {
    list: ({ urlParams }) => connections.list(urlParams),
    actionOptions: ({ payload, urlParams }) => connections.actionOptions(payload, urlParams)
  })
)
