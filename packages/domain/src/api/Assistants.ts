/** The contract of `assistants`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Assistant } from "../Assistant.ts"
import { AssistantConfig } from "../AssistantConfig.ts"
import { Chat } from "../Chat.ts"
import * as Closed from "../Closed.ts"
import { AssistantId, BoardId, FileId, OrgId, SegmentId } from "../Ids.ts"
import { UserMessage } from "../MessagePart.ts"
import * as Endpoint from "./Endpoint.ts"
import { Experimental } from "./Experimental.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

export const CreateAssistant = Closed.struct({
  name: Schema.String.pipe(Schema.minLength(1), Schema.maxLength(1024)),
  config: Closed.optional(AssistantConfig),
  enabled: Closed.optional(Schema.Boolean),
  avatar_id: Closed.optional(FileId),
  /** For a widget that proves who its user is. */
  generate_secret_key: Closed.optional(Schema.Boolean)
})

/** Only the keys given are changed. */
export const UpdateAssistant = Closed.struct({
  config: Closed.optional(AssistantConfig),
  boards: Closed.optional(
    Schema.Array(Closed.struct({ board_id: BoardId, initial_segment_id: Closed.optional(SegmentId) }))
  )
})

/** As for a chat that a contact starts. */
export const CreateAssistantChat = Closed.struct({
  title: Closed.optional(Closed.text(256)),
  message: Closed.optional(UserMessage)
})

const assistant = { org_id: OrgId, assistant_id: AssistantId }

/**
 * Lists the assistants of the organization.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistants
 */
export const list = Endpoint.get("list", "/orgs/:org_id/assistants")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(Assistant))
  .pipe(RetrySafety.safe)

/**
 * Creates an assistant. At most 10 an hour and organization, which the server counts.
 *
 * @see https://docs.useinvent.com/api-reference/create-assistant
 */
export const create = Endpoint.post("create", "/orgs/:org_id/assistants")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateAssistant)
  .addSuccess(Assistant)
  .pipe(RetrySafety.unsafe)

/**
 * Reads an assistant.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant
 */
export const get = Endpoint.get("get", "/orgs/:org_id/assistants/:assistant_id")
  .setPath(Schema.Struct(assistant))
  .addSuccess(Assistant)
  .pipe(RetrySafety.safe)

/**
 * Changes how an assistant behaves, or which boards it works on.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/update-assistant
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/assistants/:assistant_id")
  .setPath(Schema.Struct(assistant))
  .setPayload(UpdateAssistant)
  .addSuccess(Assistant)
  .pipe(RetrySafety.idempotent)

/**
 * Starts a chat with an assistant.
 *
 * @experimental There is no page. One public program tries it, with an outcome that is not known; body and answer are
 * inferred from `contacts.createChat`.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-chat-on-a-contact-channel
 */
export const createChat = Endpoint.post("createChat", "/orgs/:org_id/assistants/:assistant_id/chats")
  .setPath(Schema.Struct(assistant))
  .setPayload(CreateAssistantChat)
  .addSuccess(Chat)
  .annotate(Experimental, {
    inferred: ["method", "path", "body", "answer"],
    missing: "a page; one public program tries method and path, with an unknown outcome"
  })
  .pipe(RetrySafety.unsafe)

export const Assistants = HttpApiGroup.make("assistants").add(list).add(create).add(get).add(update).add(createChat)
