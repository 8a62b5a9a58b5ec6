/** Answers `assistants`. */
import * as Contract from "@effect-invent/domain/api/Assistants"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../Call.ts"
import * as Answering from "./Answering.ts"

const assistants = Answering.paged(Contract.list.successSchema)

export const layer = HttpApiBuilder.group(InventApi.InventApi, "assistants", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, assistants(world.assistants.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.assistants.create(payload))))
      .handle("get", ({ path }) => within(path.org_id, world.assistants.get(path.assistant_id)))
      .handle("update", ({ path, payload }) => within(path.org_id, applies(world.assistants.update(path.assistant_id, payload))))
      .handle("createChat", ({ path, payload }) =>
        within(path.org_id, applies(world.createAssistantChat(path.assistant_id, payload), { chatId: (chat) => chat.id }))
      )
  )
)
