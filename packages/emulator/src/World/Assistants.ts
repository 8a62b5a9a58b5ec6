/** The assistants of the organization: listed, created within the hourly limit, changed, and given actions. */
import type { AssistantFilter, CreateAssistant, UpdateAssistant } from "@effect-invent/domain/api/Assistants"
import type { Assistant } from "@effect-invent/domain/Assistant"
import { AssistantConfig, AssistantConfigChange } from "@effect-invent/domain/Assistant/AssistantConfig"
import type { AssistantId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Schema from "effect/Schema"
import { Refusal } from "../Refusal.ts"
import * as Actions from "./Actions.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type { AssistantRecord } from "./Store.ts"
import * as WireContact from "./WireContact.ts"

const mostAnHour = 10

const encodeChange = Schema.encodeSync(AssistantConfigChange)
const decodeConfig = Schema.decodeSync(AssistantConfig)

/** A configuration as it is read, of one as it was sent. */
export const configOf = (change: AssistantConfigChange): AssistantConfig =>
  decodeConfig(given(encodeChange(change)) as never)

/** Makes what the API does with assistants. More than ten creations within an hour are refused with 429. */
export const make = (core: Core) => {
  const { atomic, store } = core
  const { page } = Pages

  const board = ({ board_id, initial_segment_id }: AssistantRecord["boards"][number], at: DateTime.Utc | null) => {
    const segment = initial_segment_id && store.segments.peek(initial_segment_id)
    return {
      id: `board_of_${board_id}`,
      board_id,
      board_name: board_id,
      initial_segment: segment ? WireContact.contactSegment(store, segment) : null,
      created_at: at,
      updated_at: at
    }
  }

  const show = ({ avatar_id, boards, integration, ...record }: AssistantRecord): Assistant => ({
    ...record,
    avatar_url: avatar_id === null ? null : `https://files.invalid/${avatar_id}`,
    integrations: [{ id: `integration_of_${record.id}`, enabled: integration.enabled, assistant_id: record.id }],
    actions: [...store.actions.values()].filter(({ assistant_id }) => assistant_id === record.id).map(Actions.show),
    boards: boards.map((each) => board(each, record.updated_at))
  })

  /** Part of a change. */
  const add = (at: DateTime.Utc, given: Pick<AssistantRecord, "name"> & Partial<AssistantRecord>): AssistantRecord => {
    const assistant: AssistantRecord = {
      id: store.ids.assistant(),
      enabled: true,
      deleted: false,
      integration: { enabled: true, has_connection: true },
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

  const list = flow(
    ({ search = "", ...query }: typeof AssistantFilter.Type) =>
      Effect.sync(() => {
        const found = [...store.assistants.values()].filter(({ name }) =>
          name.toLowerCase().includes(search.toLowerCase())
        )
        return page(found, query, show)
      }),
    atomic
  )

  const get = flow((id: AssistantId) => Effect.map(store.findAssistant(id), show), atomic)

  const create = Effect.fnUntraced(function* (payload: typeof CreateAssistant.Type) {
    const at = yield* DateTime.now
    const anHourAgo = DateTime.subtract(at, { hours: 1 })
    const recent = [...store.assistants.values()].filter(
      ({ created_at }) => created_at !== null && DateTime.greaterThan(created_at, anHourAgo)
    )
    if (recent.length >= mostAnHour) {
      return yield* new Refusal({ status: 429, message: `At most ${mostAnHour} assistants can be created in an hour` })
    }
    const { config, generate_secret_key = false, ...rest } = given(payload)
    if (rest.avatar_id !== undefined) yield* store.findFile(rest.avatar_id)
    const secret_key = generate_secret_key ? store.ids.secretKey() : null
    return show(add(at, { ...rest, ...(config && { config: configOf(config) }), secret_key }))
  }, atomic)

  const update = Effect.fnUntraced(function* (id: AssistantId, payload: typeof UpdateAssistant.Type) {
    const assistant = yield* store.findAssistant(id)
    const { boards, config, ...patch } = given(payload)
    yield* Effect.forEach(boards ?? [], ({ initial_segment_id }) =>
      initial_segment_id === undefined ? Effect.void : store.findSegment(initial_segment_id)
    )
    if (patch.avatar_id !== undefined) yield* store.findFile(patch.avatar_id)
    Object.assign(assistant, patch, { updated_at: yield* DateTime.now })
    if (config !== undefined) assistant.config = { ...assistant.config, ...configOf(config) }
    if (boards !== undefined) assistant.boards = boards.map(given)
    return show(assistant)
  }, atomic)

  const rotateSecretKey = Effect.fnUntraced(function* (id: AssistantId) {
    const assistant = yield* store.findAssistant(id)
    assistant.secret_key = store.ids.secretKey()
    assistant.updated_at = yield* DateTime.now
    return show(assistant)
  }, atomic)

  return { add, list, get, create, update, rotateSecretKey, actions: Actions.make(core) }
}
/** See {@link make}. */
export type Assistants = ReturnType<typeof make>
