/** Answers `files`. */
import * as Contract from "@effect-invent/domain/api/Files"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Answering from "./Answering.ts"

const files = Answering.paged(Contract.list.successSchema)

export const layer = HttpApiBuilder.group(InventApi.InventApi, "files", (handlers) =>
  Effect.map(Answering.make, ({ refuse, world }) =>
    handlers.handle("list", ({ path, urlParams }) => refuse(files(world.files.list(path.chat_id, urlParams))))
  )
)
