/** Answers `views`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `views`. */
export const make = Effect.map(World, ({ views }) =>
  group("views", { update: applies(({ path, payload }) => views.update(path.view_id, payload)) })
)
