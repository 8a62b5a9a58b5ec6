/** Answers every endpoint of the contract from the world. An endpoint without a handler does not compile. */
import * as Effect from "effect/Effect"
import type { Options } from "./Behaviour.ts"
import * as Analytics from "./Handlers/Analytics.ts"
import * as Assistants from "./Handlers/Assistants.ts"
import * as Broadcasts from "./Handlers/Broadcasts.ts"
import * as Chats from "./Handlers/Chats.ts"
import * as Connections from "./Handlers/Connections.ts"
import * as Contacts from "./Handlers/Contacts.ts"
import * as Files from "./Handlers/Files.ts"
import type { GroupName, Handlers } from "./Handlers/Handler.ts"
import * as Inbox from "./Handlers/Inbox.ts"
import * as Knowledge from "./Handlers/Knowledge.ts"
import * as Memories from "./Handlers/Memories.ts"
import * as Messages from "./Handlers/Messages.ts"
import * as Orgs from "./Handlers/Orgs.ts"
import * as Records from "./Handlers/Records.ts"
import * as Segments from "./Handlers/Segments.ts"
import * as State from "./Handlers/State.ts"
import * as Tables from "./Handlers/Tables.ts"
import * as Views from "./Handlers/Views.ts"
import * as Workflows from "./Handlers/Workflows.ts"
import type { World } from "./World.ts"

/** The handlers of every group, by the name of the group and then of the endpoint. */
export type All = { readonly [Group in GroupName]: Handlers<Group> }

/** Makes the handlers of every group. */
export const make: Effect.Effect<All, never, Options | World> = Effect.all({
  analytics: Analytics.make,
  assistants: Assistants.make,
  broadcasts: Broadcasts.make,
  chats: Chats.make,
  connections: Connections.make,
  contacts: Contacts.make,
  files: Files.make,
  inbox: Inbox.make,
  knowledge: Knowledge.make,
  memories: Memories.make,
  messages: Messages.make,
  orgs: Orgs.make,
  records: Records.make,
  segments: Segments.make,
  state: State.make,
  tables: Tables.make,
  views: Views.make,
  workflows: Workflows.make
})
