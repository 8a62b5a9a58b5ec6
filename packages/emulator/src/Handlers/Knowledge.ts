/** Answers `knowledge`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Knowledge"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const chunks = Answering.paged(Contract.listChunks.successSchema)
const contents = Answering.paged(Contract.listOfAssistant.successSchema)
const available = Answering.paged(Contract.listAvailable.successSchema)

/** Answers `knowledge`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "knowledge", (handlers) =>
  Effect.map(Answering.make, ({ within, world: { knowledge } }) =>
    handlers
      .handle("create", ({ path, payload }) => within(path.org_id, applies(knowledge.create(payload))))
      .handle("get", ({ path }) => within(path.org_id, knowledge.get(path.content_id)))
      .handle("updateUrl", ({ path, payload }) =>
        within(path.org_id, applies(knowledge.updateUrl(path.content_id, payload)))
      )
      .handle("listChunks", ({ path, urlParams }) =>
        within(path.org_id, chunks(knowledge.listChunks(path.content_id, urlParams)))
      )
      .handle("listOfAssistant", ({ path, urlParams }) =>
        within(path.org_id, contents(knowledge.listOfAssistant(path.assistant_id, urlParams)))
      )
      .handle("listAvailable", ({ path, urlParams }) =>
        within(path.org_id, available(knowledge.listAvailable(path.assistant_id, urlParams)))
      )
  )
)
