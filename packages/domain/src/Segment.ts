/** A segment: a named, coloured set of contacts, placed on boards. */
import * as Schema from "effect/Schema"
import { BoardId, SegmentId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"

/** The colours of the vendor's interface. */
export const colors = [
  "red",
  "orange",
  "amber",
  "yellow",
  "lime",
  "green",
  "teal",
  "cyan",
  "sky",
  "blue",
  "indigo",
  "violet",
  "purple",
  "fuchsia",
  "pink",
  "rose",
  "neutral"
] as const

/** Reads and writes a colour. One that was not documented when this was written is read as `Unknown`. */
export const Color = Open.literals(...colors)
/** A colour of the vendor's interface, or an `Unknown`. */
export type Color = typeof Color.Type

const segment = Open.struct({
  id: SegmentId,
  name: Open.optional(Schema.String),
  color: Open.optional(Color),
  contacts_count: Open.optional(Schema.Number),
  /** On `segments.list`, `segments.update` and activities; neither on a contact nor on `contacts.listSegments`. */
  boards: Open.optional(
    Open.list(
      Open.struct({
        board_id: Open.optional(BoardId),
        board_name: Open.optional(Schema.String),
        column_id: Open.optional(Schema.String)
      })
    )
  ),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Segment" })

/**
 * A named, coloured set of contacts, and how many are in it. A segment can be a column of a board.
 *
 * @see https://docs.useinvent.com/api-reference/get-segments
 */
export interface Segment extends Schema.Schema.Type<typeof segment> {}
/** {@link Segment} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface SegmentEncoded extends Schema.Schema.Encoded<typeof segment> {}
/**
 * Reads {@link Segment} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept.
 */
export const Segment: Schema.Schema<Segment, SegmentEncoded> = segment
