/** Answers `files`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `files`. */
export const make = Effect.map(World, ({ files }) =>
  group("files", {
    list: ({ path, urlParams }) => files.list(path.chat_id, urlParams),
    listOrg: ({ urlParams }) => files.listOrg(urlParams),
    uploadOrg: applies(({ payload }) => files.uploadOrg(payload))
  })
)
