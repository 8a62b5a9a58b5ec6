/** Answers `assistants`. */
import * as Actions from "@effect-invent/domain/api/AssistantActions"
import * as Contract from "@effect-invent/domain/api/Assistants"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const assistants = Answering.paged(Contract.list.successSchema)
const actions = Answering.paged(Actions.list.successSchema)

/** Answers `assistants`, its actions included. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "assistants", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, assistants(world.assistants.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.assistants.create(payload))))
      .handle("get", ({ path }) => within(path.org_id, world.assistants.get(path.assistant_id)))
      .handle("update", ({ path, payload }) =>
        within(path.org_id, applies(world.assistants.update(path.assistant_id, payload)))
      )
      .handle("rotateSecretKey", ({ path }) =>
        within(path.org_id, applies(world.assistants.rotateSecretKey(path.assistant_id)))
      )
      .handle("listActions", ({ path, urlParams }) =>
        within(path.org_id, actions(world.assistants.actions.list(path.assistant_id, urlParams)))
      )
      .handle("createAction", ({ path, payload }) =>
        within(path.org_id, applies(world.assistants.actions.create(path.assistant_id, payload)))
      )
      .handle("getAction", ({ path }) => within(path.org_id, world.assistants.actions.get(path)))
      .handle("updateAction", ({ path, payload }) =>
        within(path.org_id, applies(world.assistants.actions.update(path, payload)))
      )
      .handle("reorderActions", ({ path, payload, urlParams }) =>
        within(path.org_id, actions(applies(world.assistants.actions.reorder(path.assistant_id, payload, urlParams))))
      )
  )
)
