/** A segment: a named, coloured set of contacts, placed on boards. */
import * as Schema from "effect/Schema"
import { BoardId, SegmentId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"

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

export const Color = Open.literals(...colors)
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

/** @see https://docs.useinvent.com/api-reference/get-segments */
export interface Segment extends Schema.Schema.Type<typeof segment> {}
export interface SegmentEncoded extends Schema.Schema.Encoded<typeof segment> {}
export const Segment: Schema.Schema<Segment, SegmentEncoded> = segment
