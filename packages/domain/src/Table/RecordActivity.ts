/** One entry of a record's timeline: what happened to the record, and by whom. */
import * as Schema from "effect/Schema"
import { File } from "../File.ts"
import { ActivityId, AssistantId, BroadcastId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import { Segment } from "../Segment.ts"
import { User } from "../User.ts"

const change = Open.struct({
  key: Open.optional(Schema.String),
  old_value: Open.optional(Schema.Unknown),
  new_value: Open.optional(Schema.Unknown)
})

const recordActivity = Open.struct({
  id: ActivityId,
  actor: Open.optional(User),
  assistant: Open.optional(
    Open.struct({
      id: Open.optional(AssistantId),
      name: Open.optional(Schema.String),
      avatar_url: Open.optional(Schema.String)
    })
  ),
  segment: Open.optional(Open.tolerant(Segment)),
  broadcast: Open.optional(Open.struct({ id: Open.optional(BroadcastId), name: Open.optional(Schema.String) })),
  comment: Open.optional(Schema.String),
  attachments: Open.optional(Open.list(File)),
  file: Open.optional(Open.tolerant(File)),
  metadata: Open.optional(Open.tolerant(Open.struct({ changes: Open.optional(Open.list(change)) }))),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "RecordActivity" })

/**
 * The page leaves out what it calls enums: a type is to be expected beside these keys.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-records/list-record-activities
 */
export interface RecordActivity extends Schema.Schema.Type<typeof recordActivity> {}
/** {@link RecordActivity} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface RecordActivityEncoded extends Schema.Schema.Encoded<typeof recordActivity> {}
/**
 * Reads {@link RecordActivity} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const RecordActivity: Schema.Schema<RecordActivity, RecordActivityEncoded> = recordActivity
