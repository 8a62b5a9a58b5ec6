/** Answers `knowledge`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `knowledge`. */
export const make = Effect.map(World, ({ knowledge }) =>
  group("knowledge", {
    create: applies(({ payload }) => knowledge.create(payload)),
    get: ({ path }) => knowledge.get(path.content_id),
    updateUrl: applies(({ path, payload }) => knowledge.updateUrl(path.content_id, payload)),
    listChunks: ({ path, urlParams }) => knowledge.listChunks(path.content_id, urlParams),
    listOfAssistant: ({ path, urlParams }) => knowledge.listOfAssistant(path.assistant_id, urlParams),
    listAvailable: ({ path, urlParams }) => knowledge.listAvailable(path.assistant_id, urlParams)
  })
)
