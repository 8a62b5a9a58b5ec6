/** What belongs to the organization as a whole: segments, fields and connections. */
import type { ActionOptions, OptionFilter } from "@effect-invent/domain/api/Connections"
import type { SegmentFilter, UpdateSegment } from "@effect-invent/domain/api/Segments"
import type { ActionOption, Connection } from "@effect-invent/domain/Connection"
import type { SegmentId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import { contactsTable } from "./Records.ts"
import * as Tables from "./Tables.ts"
import * as WireContact from "./WireContact.ts"

/** Makes what the API does with segments, fields and connections. */
export const make = (core: Core) => {
  const { atomic, store } = core
  const { page } = Pages

  const listSegments = flow(
    ({ exclude_board_columns = false, search = "", ...query }: typeof SegmentFilter.Type) =>
      Effect.sync(() => {
        const found = [...store.segments.values()].filter(
          ({ boards, name }) =>
            name.toLowerCase().includes(search.toLowerCase()) && !(exclude_board_columns && boards.length > 0)
        )
        return page(found, query, (segment) => WireContact.segment(store, segment))
      }),
    atomic
  )

  const updateSegment = Effect.fnUntraced(function* (id: SegmentId, patch: typeof UpdateSegment.Type) {
    const segment = yield* store.findSegment(id)
    Object.assign(segment, given(patch), { updated_at: yield* DateTime.now })
    return WireContact.segment(store, segment)
  }, atomic)

  /** Which field the options are of is not looked at: each connection has its own, whatever is requested. */
  const actionOptions = flow(
    (
      { connection_id }: typeof ActionOptions.Type,
      { search = "", value, values, ...query }: typeof OptionFilter.Type
    ) =>
      Effect.sync(() => {
        const options = (connection_id && store.connections.get(connection_id)?.options) || []
        const found = options.filter(
          (option) =>
            option.toLowerCase().includes(search.toLowerCase()) &&
            (value === undefined || option === value) &&
            (values === undefined || values.includes(option))
        )
        return page(found, query, (option): ActionOption => ({ label: option, value: option }))
      }),
    atomic
  )

  const listConnections = flow(
    (query: Pages.PageQuery) =>
      Effect.sync(() => page([...store.connections.values()], query, ({ id }): Connection => ({ id }))),
    atomic
  )

  return {
    segments: { list: listSegments, update: updateSegment },
    fields: {
      list: (query: Pages.PageQuery) =>
        atomic(
          Effect.sync(() => {
            const ofContacts = [...store.fields.values()].filter(({ table_id }) => table_id === contactsTable)
            return page(ofContacts, query, Tables.showField)
          })
        )
    },
    connections: { list: listConnections, actionOptions }
  }
}
