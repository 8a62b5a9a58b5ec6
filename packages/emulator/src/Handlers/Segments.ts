/** Answers `segments`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `segments`. */
export const make = Effect.map(World, ({ organization: { segments } }) =>
  group("segments", {
    list: ({ urlParams }) => segments.list(urlParams),
    update: applies(({ path, payload }) => segments.update(path.segment_id, payload))
  })
)
