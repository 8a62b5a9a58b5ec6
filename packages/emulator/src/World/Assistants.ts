/** The assistants of the organization: listed, created within the hourly limit, changed. */
import type { CreateAssistant, UpdateAssistant } from "@effect-invent/domain/api/Assistants"
import type { Assistant } from "@effect-invent/domain/Assistant"
import type { AssistantId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { Refusal } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Pages from "./Pages.ts"
import type { AssistantRecord } from "./Store.ts"

const mostAnHour = 10

const show = ({ avatar_id, ...record }: AssistantRecord): Assistant => ({
  ...record,
  deleted: false,
  avatar_url: avatar_id === null ? null : `https://files.invalid/${avatar_id}`,
  integrations: [],
  actions: []
})

export const make = (core: Core) => {
  const { atomic, options, store } = core
  const page = Pages.make(options)

  /** Part of a change. */
  const add = (at: DateTime.Utc, given: Pick<AssistantRecord, "name"> & Partial<AssistantRecord>): AssistantRecord => {
    const assistant: AssistantRecord = {
      id: store.ids.assistant(),
      enabled: true,
      secret_key: null,
      avatar_id: null,
      config: null,
      boards: [],
      created_at: at,
      updated_at: at,
      ...given
    }
    store.assistants.set(assistant.id, assistant)
    return assistant
  }

  const list = Effect.fn("World.assistants.list")(
    (query: Pages.PageQuery) => Effect.sync(() => page([...store.assistants.values()], query, show)),
    atomic
  )

  const get = Effect.fn("World.assistants.get")(
    (id: AssistantId) => Effect.map(store.findAssistant(id), show),
    atomic
  )

  const create = Effect.fn("World.assistants.create")(function* (payload: typeof CreateAssistant.Type) {
    const at = yield* DateTime.now
    const anHourAgo = DateTime.subtract(at, { hours: 1 })
    const recent = [...store.assistants.values()].filter(
      ({ created_at }) => created_at !== null && DateTime.greaterThan(created_at, anHourAgo)
    )
    if (recent.length >= mostAnHour) {
      return yield* new Refusal({ status: 429, message: `At most ${mostAnHour} assistants can be created in an hour` })
    }
    const { generate_secret_key = false, ...given } = payload
    return show(add(at, { ...given, secret_key: generate_secret_key ? store.ids.secretKey() : null }))
  }, atomic)

  const update = Effect.fn("World.assistants.update")(function* (id: AssistantId, patch: typeof UpdateAssistant.Type) {
    const assistant = yield* store.findAssistant(id)
    yield* Effect.forEach(patch.boards ?? [], ({ initial_segment_id }) =>
      initial_segment_id === undefined ? Effect.void : store.findSegment(initial_segment_id)
    )
    if (patch.config !== undefined) assistant.config = { ...assistant.config, ...patch.config }
    if (patch.boards !== undefined) assistant.boards = patch.boards
    assistant.updated_at = yield* DateTime.now
    return show(assistant)
  }, atomic)

  return { add, list, get, create, update }
}
export type Assistants = ReturnType<typeof make>
