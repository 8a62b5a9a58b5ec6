/** An assistant: the AI that talks to contacts, with the channels and actions it has. */
import * as Schema from "effect/Schema"
import { AssistantAction } from "./Assistant/AssistantAction.ts"
import { AssistantConfig } from "./Assistant/AssistantConfig.ts"
import { AssistantId, BoardId, ConnectionId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import { IntegrationId } from "./Integration.ts"
import * as Open from "./schema/Open.ts"
import * as OpenRecord from "./schema/OpenRecord.ts"
import { Segment } from "./Segment.ts"

const assistantIntegration = Open.struct({
  id: Open.optional(Schema.String),
  enabled: Open.optional(Schema.Boolean),
  integration_id: Open.optional(IntegrationId),
  assistant_id: Open.optional(AssistantId),
  connection_id: Open.optional(ConnectionId),
  config: Open.optional(OpenRecord.Json),
  error: Open.optional(Schema.String),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "AssistantIntegration" })

/** A channel on which the assistant talks. */
export interface AssistantIntegration extends Schema.Schema.Type<typeof assistantIntegration> {}
/** {@link AssistantIntegration} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AssistantIntegrationEncoded extends Schema.Schema.Encoded<typeof assistantIntegration> {}
/**
 * Reads {@link AssistantIntegration} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const AssistantIntegration: Schema.Schema<AssistantIntegration, AssistantIntegrationEncoded> =
  assistantIntegration

const assistantBoard = Open.struct({
  id: Open.optional(Schema.String),
  board_id: Open.optional(BoardId),
  board_name: Open.optional(Schema.String),
  /** The whole segment; a request names it by `initial_segment_id`. */
  initial_segment: Open.optional(Segment),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "AssistantBoard" })

/** A board that the assistant works on, and the segment that a contact begins in there. */
export interface AssistantBoard extends Schema.Schema.Type<typeof assistantBoard> {}
/** {@link AssistantBoard} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AssistantBoardEncoded extends Schema.Schema.Encoded<typeof assistantBoard> {}
/**
 * Reads {@link AssistantBoard} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const AssistantBoard: Schema.Schema<AssistantBoard, AssistantBoardEncoded> = assistantBoard

const assistant = Open.struct({
  id: AssistantId,
  name: Open.optional(Schema.String),
  enabled: Open.optional(Schema.Boolean),
  deleted: Open.optional(Schema.Boolean),
  /** Signs the widget's `user-hash`. A secret, though not an API key. */
  secret_key: Open.optional(Schema.String),
  avatar_url: Open.optional(Schema.String),
  config: Open.optional(AssistantConfig),
  integrations: Open.optional(Open.list(AssistantIntegration)),
  actions: Open.optional(Open.list(AssistantAction)),
  boards: Open.optional(Open.list(AssistantBoard)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Assistant" })

/**
 * The AI that answers contacts: its configuration, the channels on which it talks, its actions and its boards. Holds
 * the widget's `secret_key`, so do not log it whole.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant
 */
export interface Assistant extends Schema.Schema.Type<typeof assistant> {}
/** {@link Assistant} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AssistantEncoded extends Schema.Schema.Encoded<typeof assistant> {}
/**
 * Reads {@link Assistant} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const Assistant: Schema.Schema<Assistant, AssistantEncoded> = assistant
