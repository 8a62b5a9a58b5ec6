/** Answers `files`. */
import * as Contract from "@effect-invent/domain/api/Files"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const files = Answering.paged(Contract.list.successSchema)

/** Answers `files`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "files", (handlers) =>
  Effect.map(Answering.make, ({ refuse, within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => refuse(files(world.files.list(path.chat_id, urlParams))))
      .handle("listOrg", ({ path, urlParams }) => within(path.org_id, files(world.files.listOrg(urlParams))))
      .handle("uploadOrg", ({ path, payload }) => within(path.org_id, applies(world.files.uploadOrg(payload))))
  )
)
