/** The control routes for what the world's `setUp` offers, each under the name that it has there. */
import * as HttpRouter from "@effect/platform/HttpRouter"
import { AssistantId, BoardId, BroadcastId, ChatId, ContactId, ContentId, UserId } from "@effect-invent/domain/Ids"
import { fieldTypes } from "@effect-invent/domain/Table/Field"
import { colors } from "@effect-invent/domain/Segment"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Refusal } from "../Refusal.ts"
import { holding, type World } from "../World.ts"
import * as Records from "../World/Records.ts"
import { answer, body, done } from "./ControlBody.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const name = Schema.String

const bodies = {
  segment: Schema.Struct({
    name,
    color: optional(Schema.Literal(...colors)),
    boards: optional(
      Schema.Array(Schema.Struct({ board_id: BoardId, board_name: Schema.String, column_id: Schema.String }))
    )
  }),
  note: Schema.Struct({ contact_id: ContactId, content: Schema.String }),
  file: Schema.Struct({
    chat_id: ChatId,
    filename: Schema.String,
    mimetype: Schema.String,
    size: Schema.NonNegativeInt
  }),
  aiReplies: Schema.Struct({ contact_id: ContactId, disabled: optional(Schema.Boolean) }),
  member: Schema.Struct({ name, user_id: optional(UserId) }),
  connection: Schema.Struct({ options: optional(Schema.Array(Schema.String)) }),
  field: Schema.Struct({ key: Schema.NonEmptyString, type: optional(Schema.Literal(...fieldTypes)) }),
  workflow: Schema.Struct({ name, fails: optional(Schema.Boolean) }),
  organization: Schema.Struct({ name, plan: optional(Schema.String) }),
  assistant: Schema.Struct({
    assistant_id: AssistantId,
    enabled: optional(Schema.Boolean),
    deleted: optional(Schema.Boolean),
    integration: optional(Schema.Struct({ enabled: Schema.Boolean, has_connection: Schema.Boolean }))
  }),
  broadcast: Schema.Struct({
    name,
    active: optional(Schema.Boolean),
    templates: Schema.NonEmptyArray(
      Schema.Struct({ channel_type: Records.Template.fields.channel_type, text: Schema.String })
    )
  }),
  activation: Schema.Struct({ broadcast_id: BroadcastId, active: Schema.Boolean }),
  call: Schema.Struct({ chat_id: ChatId, name: Schema.NonEmptyString }),
  website: Schema.Struct({ title: Schema.String }),
  link: Schema.Struct({ content_id: ContentId, assistant_id: AssistantId })
}

/** Adds a route whose answer is what the act returns. */
const answering =
  <A, I>(path: `/${string}`, schema: Schema.Schema<A, I>, act: (given: A) => Effect.Effect<object, Refusal>) =>
  <E, R>(router: HttpRouter.HttpRouter<E, R>) =>
    HttpRouter.post(
      router,
      path,
      Effect.map(Effect.flatMap(body(schema), act), (made) => answer(200, made))
    )

/** Adds a route whose answer is the id of what was made. */
const making = <A, I>(
  path: `/${string}`,
  schema: Schema.Schema<A, I>,
  act: (given: A) => Effect.Effect<string, Refusal>
) => answering(path, schema, (given) => Effect.map(act(given), (id) => ({ id })))

/** Adds a route that changes what is there. */
const changing =
  <A, I>(path: `/${string}`, schema: Schema.Schema<A, I>, act: (given: A) => Effect.Effect<void, Refusal>) =>
  <E, R>(router: HttpRouter.HttpRouter<E, R>) =>
    HttpRouter.post(router, path, Effect.as(Effect.flatMap(body(schema), act), done))

/** Makes the routes, below `/setUp`. Ids that are unknown are refused with 404. */
export const make = (world: World["Type"]) => {
  const { setUp } = world
  return HttpRouter.empty.pipe(
    making("/addSegment", bodies.segment, setUp.addSegment),
    making("/addNote", bodies.note, ({ contact_id, content }) => setUp.addNote(contact_id, content)),
    making("/shareFile", bodies.file, ({ chat_id, ...file }) => holding(world, chat_id).setUp.shareFile(chat_id, file)),
    changing("/disableAiReplies", bodies.aiReplies, ({ contact_id, disabled }) =>
      setUp.disableAiReplies(contact_id, disabled)
    ),
    making("/addMember", bodies.member, ({ name, user_id }) => setUp.addMember(name, user_id)),
    making("/addConnection", bodies.connection, ({ options }) => setUp.addConnection(options)),
    making("/addField", bodies.field, ({ key, type }) => setUp.addField(key, type)),
    making("/addWorkflow", bodies.workflow, ({ fails, name }) => setUp.addWorkflow(name, fails)),
    making("/addOrganization", bodies.organization, ({ name, plan }) => setUp.addOrganization(name, plan)),
    changing("/changeAssistant", bodies.assistant, ({ assistant_id, ...change }) =>
      setUp.changeAssistant(assistant_id, change)
    ),
    answering("/addBroadcast", bodies.broadcast, ({ active, name, templates }) =>
      setUp.addBroadcast(name, templates, active)
    ),
    changing("/changeBroadcast", bodies.activation, ({ broadcast_id, ...change }) =>
      setUp.changeBroadcast(broadcast_id, change)
    ),
    answering("/openTool", bodies.call, ({ chat_id, name }) => holding(world, chat_id).setUp.openTool(chat_id, name)),
    answering("/requestApproval", bodies.call, ({ chat_id, name }) =>
      holding(world, chat_id).setUp.requestApproval(chat_id, name)
    ),
    making("/addWebsite", bodies.website, ({ title }) => setUp.addWebsite(title)),
    changing("/linkContent", bodies.link, ({ assistant_id, content_id }) =>
      setUp.linkContent(content_id, assistant_id)
    ),
    HttpRouter.prefixAll("/setUp")
  )
}
