/** Answers `assistants`, its actions included. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `assistants`. */
export const make = Effect.map(World, ({ assistants: { actions, ...assistants } }) =>
  group("assistants", {
    list: ({ urlParams }) => assistants.list(urlParams),
    create: applies(({ payload }) => assistants.create(payload)),
    get: ({ path }) => assistants.get(path.assistant_id),
    update: applies(({ path, payload }) => assistants.update(path.assistant_id, payload)),
    rotateSecretKey: applies(({ path }) => assistants.rotateSecretKey(path.assistant_id)),
    listActions: ({ path, urlParams }) => actions.list(path.assistant_id, urlParams),
    createAction: applies(({ path, payload }) => actions.create(path.assistant_id, payload)),
    getAction: ({ path }) => actions.get(path),
    updateAction: applies(({ path, payload }) => actions.update(path, payload)),
    reorderActions: applies(({ path, payload, urlParams }) => actions.reorder(path.assistant_id, payload, urlParams))
  })
)
