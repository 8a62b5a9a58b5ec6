/**
 * The world behind the API: one organization with its assistants, contacts, channels, chats and messages, and those
 * below it, in memory. Every operation happens whole or not at all, and is written to the {@link Log}.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type {
  AssistantId,
  ChannelId,
  ChatId,
  ContactId,
  MessageId,
  OrgId,
  OrgMemberId,
  UserId
} from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import type * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Log } from "./Log.ts"
import type { Options } from "./Behaviour.ts"
import type { Refusal } from "./Refusal.ts"
import type { Outcome } from "./Assistant/Reply.ts"
import * as Analytics from "./World/Analytics.ts"
import * as Approvals from "./World/Approvals.ts"
import * as Assistants from "./World/Assistants.ts"
import * as Broadcasts from "./World/Broadcasts.ts"
import * as ContactBook from "./World/ContactBook.ts"
import * as Contacts from "./World/Contacts.ts"
import * as Core from "./World/Core.ts"
import * as CustomersOf from "./World/Customers.ts"
import * as Dashboard from "./World/Dashboard.ts"
import * as Duplicates from "./World/Duplicates.ts"
import * as InboxOf from "./World/Inbox.ts"
import * as Knowledge from "./World/Knowledge.ts"
import * as Organization from "./World/Organization.ts"
import * as Setup from "./World/Setup.ts"
import * as StaffOf from "./World/Staff.ts"
import type { State, Store } from "./World/Store.ts"
import * as SubOrganizations from "./World/SubOrganizations.ts"
import * as TablesOf from "./World/Tables.ts"
import * as Uploads from "./World/Uploads.ts"
import * as AssistantMessages from "./World/AssistantMessages.ts"
import * as Workflows from "./World/Workflows.ts"

type Customers = ReturnType<typeof CustomersOf.make>
type Staff = ReturnType<typeof StaffOf.make>
type Inbox = ReturnType<typeof InboxOf.make>
type Tables = ReturnType<typeof TablesOf.make>

/**
 * What the API does to the world of an organization, and what contacts, staff and assistant do. Refuses with a
 * `Refusal` what the API would refuse; then nothing has changed.
 */
export interface Service {
  readonly orgId: OrgId
  /** The world of an organization below this one, where it is known: all in it is its own. */
  readonly below: (id: OrgId) => Option.Option<Service>
  /** The world of the organization below this one that has the chat. */
  readonly ofChat: (chatId: ChatId) => Option.Option<Service>
  /** The assistant of a chat that names none. */
  readonly assistantId: AssistantId
  /** The member of the staff that acts where none is named. */
  readonly memberId: OrgMemberId

  readonly contactOf: (chatId: ChatId) => Option.Option<ContactId>

  // As in the published endpoints.
  readonly createChat: Customers["createChat"]
  readonly sendMessage: Customers["sendMessage"]
  readonly respondToTool: Customers["respondToTool"]
  readonly contacts: ReturnType<typeof Contacts.make> & ReturnType<typeof Duplicates.make>
  readonly listMessages: Staff["listMessages"]
  readonly messages: Staff["messages"]
  readonly approvals: Pick<Approvals.Approvals, "decideApproval" | "endAction" | "ended"> & {
    readonly decideAsContact: Customers["decideApproval"]
  }
  readonly assistants: Omit<Assistants.Assistants, "add">
  readonly broadcasts: Omit<Broadcasts.Broadcasts, "add" | "activate" | "unfinished">
  readonly state: Inbox["state"]
  readonly inbox: Inbox["inbox"]
  readonly chats: Inbox["chats"]
  readonly files: Inbox["files"] & Omit<Uploads.Uploads, "add">
  readonly memories: Inbox["memories"]
  readonly organization: ReturnType<typeof Organization.make>
  readonly orgs: Omit<SubOrganizations.SubOrganizations, "add">
  readonly knowledge: ReturnType<typeof Knowledge.make>
  readonly tables: Tables["tables"]
  readonly views: Tables["views"]
  readonly records: Tables["records"]
  readonly workflows: Omit<ReturnType<typeof Workflows.make>, "unfinished">
  readonly analytics: ReturnType<typeof Analytics.make>
  /** `by` is the actor in the log. */
  readonly updateState: Inbox["updateState"]

  // What contacts do on channels of any type, where the API cannot.
  readonly startChat: (options: {
    readonly channelId: ChannelId
    readonly assistantId?: AssistantId
    readonly text?: string
  }) => Effect.Effect<Chat, Refusal>
  /** The contact writes on the channel with which the chat began. */
  readonly contactWrites: (chatId: ChatId, text: string) => Effect.Effect<ChatMessage, Refusal>

  // What people do in Invent's own dashboard.
  readonly setUp: ReturnType<typeof Setup.make> &
    Pick<ReturnType<typeof AssistantMessages.make>, "openTool" | "requestApproval"> &
    Pick<ReturnType<typeof Knowledge.make>, "addWebsite" | "linkContent">
  readonly addContact: (options: Dashboard.NewContact) => Effect.Effect<Dashboard.AddedContact>
  readonly addAssistant: (options: { readonly name: string; readonly timezone?: string }) => Effect.Effect<AssistantId>
  /** Keeps the name of an API key of this organization with the world; the server issues it again at the next start. */
  readonly addKey: (name: string) => Effect.Effect<void>
  /** The names of the keys that were added, the oldest first. */
  readonly keyNames: Effect.Effect<ReadonlyArray<string>>
  /** The keys that were added of organizations below the one at the top. */
  readonly keysBelow: Effect.Effect<ReadonlyArray<{ readonly name: string; readonly orgId: OrgId }>>
  /** Another channel of the chat's contact joins the chat. */
  readonly joinChat: (chatId: ChatId, channelId: ChannelId) => Effect.Effect<void, Refusal>
  /** A user of the staff writes, is assigned the chat, and the assistant is switched off. */
  readonly takeOver: (chatId: ChatId, userId?: UserId, text?: string) => Effect.Effect<ChatMessage, Refusal>
  /** A receipt touches every message of the chat: its `updated_at` moves, and nothing else of it. */
  readonly touch: (chatId: ChatId) => Effect.Effect<void, Refusal>
  /** No member is assigned, and the assistant is switched on. */
  readonly handBack: (chatId: ChatId) => Effect.Effect<void, Refusal>
  readonly setState: (chatId: ChatId, state: State) => Effect.Effect<void, Refusal>
  readonly mute: (chatId: ChatId, until: DateTime.Utc | null) => Effect.Effect<void, Refusal>
  readonly block: (contactId: ContactId, blocked?: boolean) => Effect.Effect<void, Refusal>
  readonly unsubscribe: (contactId: ContactId, unsubscribed?: boolean) => Effect.Effect<void, Refusal>
  readonly snapshot: (chatId: ChatId) => Effect.Effect<Chat, Refusal>
  /** The records of the vendor. At most `last` chats, the latest; their messages only where `withMessages`. */
  readonly everything: (options?: {
    readonly last?: number
    readonly withMessages?: boolean
  }) => Effect.Effect<InboxOf.Everything>

  // What the assistant does.
  /** The events from now on that the assistant reacts to. */
  readonly events: Effect.Effect<Queue.Dequeue<Core.Event>, never, Scope.Scope>
  /** What an earlier run of the same world has left to do. */
  readonly unfinished: Effect.Effect<ReadonlyArray<Core.Event>>
  /** What is to be done later, from now on: runs of workflows are ended, and broadcasts sent. */
  readonly tasks: Effect.Effect<Queue.Dequeue<Core.Task>, never, Scope.Scope>
  /** The same that an earlier run of the same world has left. */
  readonly unfinishedTasks: Effect.Effect<ReadonlyArray<Core.Task>>
  /** A message with status RUNNING; none where the assistant must not answer. */
  readonly beginReply: (chatId: ChatId) => Effect.Effect<Option.Option<MessageId>>
  readonly endReply: (
    chatId: ChatId,
    messageId: MessageId,
    outcome: Outcome,
    cause: "reply" | "tool"
  ) => Effect.Effect<void>
  /** The follow-up that was set for `due` is due. Does nothing when another one was set meanwhile, or none is. */
  readonly followUp: (chatId: ChatId, due: DateTime.Utc) => Effect.Effect<void>
}

/** The world of an emulator. */
export class World extends Context.Tag("@effect-invent/emulator/World")<World, Service>() {}

type Unfinished = Pick<Service, "unfinished" | "unfinishedTasks">

const operationsOf = (core: Core.Core) => {
  const { store } = core
  const book = ContactBook.make(core)
  const assistants = Assistants.make(core)
  const approvals = Approvals.make(core)
  const broadcasts = Broadcasts.make(core, book)
  const organizations = SubOrganizations.make(core)
  const uploads = Uploads.make(core)
  const knowledge = Knowledge.make(core)
  const { unfinished: unfinishedRuns, ...workflows } = Workflows.make(core)
  const unfinishedTasks = Effect.zipWith(unfinishedRuns, broadcasts.unfinished, (runs, rows) => [...runs, ...rows])
  const { openTool, requestApproval, ...replies } = AssistantMessages.make(core)
  const { files, ...inbox } = InboxOf.make(core)
  const { decideApproval: decideAsContact, ...customers } = CustomersOf.make(core, book, approvals)
  return {
    orgId: store.org_id,
    contactOf: (chatId: ChatId) => Option.map(Option.fromNullable(store.chats.get(chatId)), (chat) => chat.contact_id),
    events: PubSub.subscribe(core.events),
    contacts: { ...Contacts.make(core, book, uploads), ...Duplicates.make(core, book) },
    approvals: { ...approvals, decideAsContact },
    assistants,
    broadcasts,
    organization: Organization.make(core),
    orgs: organizations,
    knowledge,
    workflows,
    analytics: Analytics.make(core),
    files: { ...files, ...uploads },
    setUp: {
      ...Setup.make(core, book, broadcasts, organizations),
      openTool,
      requestApproval,
      addWebsite: knowledge.addWebsite,
      linkContent: knowledge.linkContent
    },
    ...TablesOf.make(core),
    ...customers,
    ...inbox,
    ...StaffOf.make(core),
    ...Dashboard.make(core, book, assistants),
    ...replies,
    tasks: PubSub.subscribe(core.tasks),
    unfinishedTasks
  }
}

/**
 * Makes a world with one organization, one assistant and one member of the staff, or the one that the journal has kept.
 */
export const make: Effect.Effect<Service, never, Log | Options> = Effect.map(Core.make, ({ of, stores }) => {
  const { main } = stores
  const own = operationsOf(of(main))
  const worlds = new Map<Store, Service>()

  const reachOf = (store: Store): Pick<Service, "below" | "ofChat"> => ({
    below: (id) => Option.map(stores.find(id, store), worldOf),
    ofChat: (id) => Option.map(stores.ofChat(id, store), worldOf)
  })

  const worldOf = (store: Store): Service => {
    const found = worlds.get(store) ?? { ...world, ...operationsOf(of(store)), ...reachOf(store) }
    worlds.set(store, found)
    return found
  }

  /** What there is of each organization, this one and those below it. */
  const ofEach = <A>(list: (of: Unfinished) => Effect.Effect<ReadonlyArray<A>>) =>
    Effect.suspend(() => Effect.forEach([own, ...stores.below().map(worldOf)], list)).pipe(
      Effect.map((lists) => lists.flat())
    )

  const world: Service = {
    ...own,
    assistantId: main.assistant_id,
    memberId: main.member_id,
    ...reachOf(main),
    keysBelow: Effect.suspend(() =>
      Effect.forEach(stores.below().map(worldOf), ({ keyNames, orgId }) =>
        Effect.map(keyNames, (names) => names.map((name) => ({ name, orgId })))
      )
    ).pipe(Effect.map((keys) => keys.flat())),
    unfinished: ofEach(({ unfinished }) => unfinished),
    unfinishedTasks: ofEach(({ unfinishedTasks }) => unfinishedTasks)
  }
  return world
})

/** The world of the organization that has the chat: this one, unless the chat is of one below it. */
export const holding = (world: Service, chatId: ChatId): Service => Option.getOrElse(world.ofChat(chatId), () => world)

/** A world of its own. See {@link make}. */
export const layer: Layer.Layer<World, never, Log | Options> = Layer.effect(World, make)
