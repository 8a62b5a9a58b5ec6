/** Answers `inbox`, its WebSocket included. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { group } from "./Handler.ts"
import * as Listening from "./Listening.ts"

/** Makes the handlers of `inbox`. */
export const make = Effect.zipWith(World, Listening.make, ({ inbox }, events) =>
  group("inbox", { list: ({ urlParams }) => inbox.list(urlParams), events })
)
