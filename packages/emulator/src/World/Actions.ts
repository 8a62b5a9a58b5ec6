/** The actions that an assistant can take: kept, set up and put in order, and never carried out. */
import type { CreateAction, ReorderActions, UpdateAction } from "@effect-invent/domain/api/AssistantActions"
import { ActionConfig, ActionConfigChange, type AssistantAction } from "@effect-invent/domain/Assistant/AssistantAction"
import type { AssistantActionId, AssistantId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import { notFound } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type * as Records from "./Records.ts"

/** The ids that a path names an action by. */
export interface Path {
  readonly assistant_id: AssistantId
  readonly action_id: AssistantActionId
}

/** Places are in steps of so much, as on the page. */
const step = 100

const decodeConfig = Schema.decodeUnknownSync(ActionConfig)
const encodeConfig = Schema.encodeSync(ActionConfigChange)

/** Shows an action as the API does. */
export const show = ({ config, ...record }: Records.Action): AssistantAction => ({
  ...record,
  config: decodeConfig(config)
})

const byPosition = Order.mapInput(Order.number, ({ position }: Records.Action) => position)

/** Makes what the API does with actions. An action that is not the assistant's is refused with 404. */
export const make = ({ atomic, store }: Core) => {
  const of = (assistantId: AssistantId) =>
    [...store.actions.values()].filter(({ assistant_id }) => assistant_id === assistantId).sort(byPosition)

  const find = Effect.fnUntraced(function* ({ action_id, assistant_id }: Path) {
    yield* store.findAssistant(assistant_id)
    const action = yield* store.findAction(action_id)
    return action.assistant_id === assistant_id ? action : yield* notFound("action", action_id)
  })

  const list = Effect.fnUntraced(function* (assistantId: AssistantId, query: Pages.PageQuery) {
    yield* store.findAssistant(assistantId)
    return Pages.page(of(assistantId), query, show)
  }, atomic)

  const get = flow((path: Path) => Effect.map(find(path), show), atomic)

  const create = Effect.fnUntraced(function* (assistant_id: AssistantId, payload: typeof CreateAction.Type) {
    yield* store.findAssistant(assistant_id)
    const at = yield* DateTime.now
    const { config, ...rest } = given(payload)
    const action: Records.Action = {
      id: store.ids.action(),
      assistant_id,
      name: null,
      instructions: null,
      connection_id: null,
      config: given(encodeConfig(config)),
      position: (of(assistant_id).at(-1)?.position ?? 0) + step,
      created_at: at,
      updated_at: at,
      ...rest
    }
    store.actions.set(action.id, action)
    return show(action)
  }, atomic)

  const update = Effect.fnUntraced(function* (path: Path, payload: typeof UpdateAction.Type) {
    const action = yield* find(path)
    const { config, ...patch } = given(payload)
    Object.assign(action, patch, config && { config: given(encodeConfig(config)) }, { updated_at: yield* DateTime.now })
    return show(action)
  }, atomic)

  const reorder = Effect.fnUntraced(function* (
    assistant_id: AssistantId,
    { positions }: typeof ReorderActions.Type,
    query: Pages.PageQuery
  ) {
    const moved = yield* Effect.forEach(positions, ({ id, position }) =>
      Effect.map(find({ assistant_id, action_id: id }), (action) => ({ action, position }))
    )
    const at = yield* DateTime.now
    for (const { action, position } of moved) Object.assign(action, { position, updated_at: at })
    return Pages.page(of(assistant_id), query, show)
  }, atomic)

  return { list, get, create, update, reorder }
}
