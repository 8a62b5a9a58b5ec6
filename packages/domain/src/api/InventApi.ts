/**
 * The contract: every endpoint's method, path and schemas, written once. The client is derived from it and the emulator
 * serves it. Each endpoint says of each of its parts whether a page prints it, see `Provenance`.
 */
import * as HttpApi from "@effect/platform/HttpApi"
import { Analytics } from "./Analytics.ts"
import { Assistants } from "./Assistants.ts"
import { Broadcasts, WithMarketing } from "./Broadcasts.ts"
import { Chats } from "./Chats.ts"
import { Connections } from "./Connections.ts"
import { Contacts } from "./Contacts.ts"
import { Files } from "./Files.ts"
import { Inbox } from "./Inbox.ts"
import { Knowledge } from "./Knowledge.ts"
import { Memories } from "./Memories.ts"
import { Messages } from "./Messages.ts"
import { Orgs } from "./Orgs.ts"
import { Records } from "./Records.ts"
import { Segments } from "./Segments.ts"
import { State } from "./State.ts"
import { Tables } from "./Tables.ts"
import { Views } from "./Views.ts"
import { Workflows } from "./Workflows.ts"

const withoutBroadcasts = HttpApi.make("invent")
  .add(Contacts)
  .add(Messages)
  .add(State)
  .add(Files)
  .add(Memories)
  .add(Chats)
  .add(Inbox)
  .add(Assistants)
  .add(Segments)
  .add(Connections)
  .add(Workflows)
  .add(Orgs)
  .add(Knowledge)
  .add(Tables)
  .add(Views)
  .add(Records)
  .add(Analytics)

/** What a server serves: one endpoint for each method and path. */
export class InventApi extends withoutBroadcasts.add(Broadcasts) {}

/** What a client can ask for: also `broadcasts.sendMarketing`, the older meaning of a path that has two. */
export class CallableApi extends withoutBroadcasts.add(WithMarketing) {}
