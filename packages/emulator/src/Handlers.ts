/** Answers each endpoint of the contract from the world: one file for each of the vendor's tags. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Analytics from "./Handlers/Analytics.ts"
import * as Assistants from "./Handlers/Assistants.ts"
import * as Broadcasts from "./Handlers/Broadcasts.ts"
import * as Chats from "./Handlers/Chats.ts"
import * as Connections from "./Handlers/Connections.ts"
import * as Contacts from "./Handlers/Contacts.ts"
import * as Files from "./Handlers/Files.ts"
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

/** Answers every endpoint of the contract from the world. An endpoint without a handler does not compile. */
export const layer = HttpApiBuilder.api(InventApi.InventApi).pipe(
  Layer.provide([
    Contacts.layer,
    Messages.layer,
    State.layer,
    Files.layer,
    Memories.layer,
    Chats.layer,
    Inbox.layer,
    Assistants.layer,
    Broadcasts.layer,
    Segments.layer,
    Connections.layer,
    Workflows.layer,
    Orgs.layer,
    Knowledge.layer,
    Tables.layer,
    Views.layer,
    Records.layer,
    Analytics.layer
  ])
)
