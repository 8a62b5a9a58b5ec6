/** A view of a table: which records it shows, in which order, and how. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { TableId, ViewId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"

const text = Open.optional(Schema.String)
const flag = Open.optional(Schema.Boolean)
const number = Open.optional(Schema.Number)

const viewConfig = Open.struct({
  shared: Open.optional(OpenRecord.Json),
  board: Open.optional(
    Open.struct({
      key: text,
      hide_empty_groups: flag,
      card_fields: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
      columns: Open.optional(Open.list(Open.struct({ key: text, visible: flag }))),
      date: Open.optional(OpenRecord.Json),
      number: Open.optional(Open.struct({ from: number, to: number, step: number }))
    })
  ),
  table: Open.optional(
    Open.struct({
      columns: Open.optional(Open.list(Open.struct({ key: text, visible: flag, sticky: flag, width: number })))
    })
  ),
  calendar: Open.optional(Open.struct({ key: text, show_weekends: flag })),
  timeline: Open.optional(Open.struct({ key: text, end_key: text }))
}).annotations({ identifier: "ViewConfig" })

/** How a view shows its records: a part for each way, of which the view's type uses one. */
export interface ViewConfig extends Schema.Schema.Type<typeof viewConfig> {}
/** {@link ViewConfig} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ViewConfigEncoded extends Schema.Schema.Encoded<typeof viewConfig> {}
/**
 * Reads {@link ViewConfig} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const ViewConfig: Schema.Schema<ViewConfig, ViewConfigEncoded> = viewConfig

const view = Open.struct({
  id: ViewId,
  table_id: Open.optional(TableId),
  name: text,
  description: text,
  config: Open.optional(Open.tolerant(ViewConfig)),
  sort: Open.optional(Open.struct({ key: text })),
  filter: Open.optional(Open.struct({ key: text, value: Open.optional(Schema.Unknown) })),
  position: number,
  is_default: flag,
  show_in_sidebar: flag,
  archived: flag,
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "View" })

/**
 * The page leaves out what it calls enums: a type of view and a direction of sorting are to be expected beside these
 * keys.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-views/update-a-view
 */
export interface View extends Schema.Schema.Type<typeof view> {}
/** {@link View} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ViewEncoded extends Schema.Schema.Encoded<typeof view> {}
/** Reads {@link View} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept. */
export const View: Schema.Schema<View, ViewEncoded> = view

const writtenText = Closed.optional(Schema.String)
const writtenFlag = Closed.optional(Schema.Boolean)
const writtenNumber = Closed.optional(Schema.Number)

/** In a request. */
export const ViewConfigChange = Closed.struct({
  shared: Closed.optional(OpenRecord.Json),
  board: Closed.optional(
    Closed.struct({
      key: writtenText,
      hide_empty_groups: writtenFlag,
      card_fields: Closed.optional(Schema.Array(Schema.String)),
      columns: Closed.optional(Schema.Array(Closed.struct({ key: writtenText, visible: writtenFlag }))),
      date: Closed.optional(OpenRecord.Json),
      number: Closed.optional(Closed.struct({ from: writtenNumber, to: writtenNumber, step: writtenNumber }))
    })
  ),
  table: Closed.optional(
    Closed.struct({
      columns: Closed.optional(
        Schema.Array(
          Closed.struct({ key: writtenText, visible: writtenFlag, sticky: writtenFlag, width: writtenNumber })
        )
      )
    })
  ),
  calendar: Closed.optional(Closed.struct({ key: writtenText, show_weekends: writtenFlag })),
  timeline: Closed.optional(Closed.struct({ key: writtenText, end_key: writtenText }))
})
/** How a view shows its records, in a request. Only the keys given are sent. */
export type ViewConfigChange = typeof ViewConfigChange.Type
