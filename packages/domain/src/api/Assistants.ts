/** The contract of `assistants`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Assistant } from "../Assistant.ts"
import { AssistantConfigChange } from "../Assistant/AssistantConfig.ts"
import * as Closed from "../schema/Closed.ts"
import { AssistantId, BoardId, FileId, OrgId, SegmentId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as AssistantActions from "./AssistantActions.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { OwnLimit } from "./OwnLimit.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** A new assistant. Only `name` is required. */
export const CreateAssistant = Closed.struct({
  /** 1 to 1024 characters. */
  name: Closed.textBetween(1, 1024),
  config: Closed.optional(AssistantConfigChange),
  enabled: Closed.optional(Schema.Boolean),
  /** Presumably the id of a file that `files.uploadOrg` gave. */
  avatar_id: Closed.optional(FileId),
  /** For a widget that proves who its user is. */
  generate_secret_key: Closed.optional(Schema.Boolean)
})

/** Only the keys given are changed. */
export const UpdateAssistant = Closed.struct({
  name: Closed.optional(Schema.String),
  enabled: Closed.optional(Schema.Boolean),
  /** Presumably the id of a file that `files.uploadOrg` gave. */
  avatar_id: Closed.optional(FileId),
  config: Closed.optional(AssistantConfigChange),
  /** The boards that the assistant works on, and the segment in which a contact begins on each. */
  boards: Closed.optional(
    Schema.Array(Closed.struct({ board_id: BoardId, initial_segment_id: Closed.optional(SegmentId) }))
  )
})

/** Which assistants to list. */
export const AssistantFilter = Closed.struct({
  /** Part of a name. */
  search: Closed.optional(Schema.String),
  ...Paging.fields
})

const assistant = { org_id: OrgId, assistant_id: AssistantId }

/**
 * Lists the assistants of the organization.
 *
 * @inferred The page on paging prints `search`, `page` and `take` of this list; `next` is as on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistants
 */
export const list = Endpoint.get("list", "/orgs/:org_id/assistants")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(AssistantFilter)
  .addSuccess(Open.list(Assistant))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["next"] }, answer: "printed" })
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
  .annotate(OwnLimit, true)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Reads an assistant.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant
 */
export const get = Endpoint.get("get", "/orgs/:org_id/assistants/:assistant_id")
  .setPath(Schema.Struct(assistant))
  .addSuccess(Assistant)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Changes what an assistant is called, how it behaves, which boards it works on, or whether it works at all.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/update-assistant
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/assistants/:assistant_id")
  .setPath(Schema.Struct(assistant))
  .setPayload(UpdateAssistant)
  .addSuccess(Assistant)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Gives an assistant a new secret key for its widget. That the old one stops at once is inferred: deploy the new one
 * first.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/rotate-assistant-secret-key
 */
export const rotateSecretKey = Endpoint.post(
  "rotateSecretKey",
  "/orgs/:org_id/assistants/:assistant_id/rotate-secret-key"
)
  .setPath(Schema.Struct(assistant))
  .addSuccess(Assistant)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/** The organization's assistants: their configuration, their secret keys, and the actions that each can take. */
export const Assistants = HttpApiGroup.make("assistants")
  .add(list)
  .add(create)
  .add(get)
  .add(update)
  .add(rotateSecretKey)
  .add(AssistantActions.list)
  .add(AssistantActions.create)
  .add(AssistantActions.get)
  .add(AssistantActions.update)
  .add(AssistantActions.reorder)
