/**
 * The world behind the API: one organization with its assistants, contacts, channels, chats and messages, in memory. Every
 * operation happens whole or not at all, and is written to the {@link Log}.
 */
import type { CreateChat, RespondToTool, SendMessage } from "@effect-invent/domain/api/AsContact"
import type { UpdateState } from "@effect-invent/domain/api/State"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type {
  AssistantId,
  ChannelId,
  ChatId,
  ContactId,
  MessageId,
  OrgId,
  ToolCallId,
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
import type { Options } from "./Options.ts"
import type { Refusal } from "./Refusal.ts"
import type { Outcome } from "./Reply.ts"
import * as Core from "./World/Core.ts"
import * as Customers from "./World/Customers.ts"
import * as Dashboard from "./World/Dashboard.ts"
import * as Inbox from "./World/Inbox.ts"
import type { State } from "./World/Store.ts"
import * as Writer from "./World/Writer.ts"

export class World extends Context.Tag("@effect-invent/emulator/World")<
  World,
  {
    readonly orgId: OrgId
    /** The assistant of a chat that names none. */
    readonly assistantId: AssistantId

    readonly contactOf: (chatId: ChatId) => Option.Option<ContactId>

    // As the published endpoints say.
    readonly createChat: (
      path: { readonly contact_id: ContactId; readonly channel_id: ChannelId },
      payload: typeof CreateChat.Type
    ) => Effect.Effect<Chat, Refusal>
    readonly sendMessage: (
      path: { readonly contact_id: ContactId; readonly chat_id: ChatId },
      payload: typeof SendMessage.Type
    ) => Effect.Effect<ChatMessage, Refusal>
    readonly respondToTool: (
      path: {
        readonly contact_id: ContactId
        readonly channel_id: ChannelId
        readonly chat_id: ChatId
        readonly message_id: MessageId
        readonly tool_call_id: ToolCallId
      },
      payload: typeof RespondToTool.Type
    ) => Effect.Effect<ChatMessage, Refusal>
    /** `by` is who the log says did it. */
    readonly updateState: (chatId: ChatId, patch: UpdateState, by: string) => Effect.Effect<Chat, Refusal>
    readonly listMessages: (chatId: ChatId, query?: Inbox.ListQuery) => Effect.Effect<Inbox.Page, Refusal>

    // What contacts do on channels of any type, where the API cannot.
    readonly startChat: (options: {
      readonly channelId: ChannelId
      readonly assistantId?: AssistantId
      readonly text?: string
    }) => Effect.Effect<Chat, Refusal>
    /** The contact writes on the channel with which the chat began. */
    readonly contactWrites: (chatId: ChatId, text: string) => Effect.Effect<ChatMessage, Refusal>

    // What people do in Invent's own dashboard.
    readonly addContact: (options: Dashboard.NewContact) => Effect.Effect<Dashboard.AddedContact>
    readonly addAssistant: (options: { readonly name: string; readonly timezone?: string }) => Effect.Effect<AssistantId>
    /** Another channel of the chat's contact joins the chat. */
    readonly joinChat: (chatId: ChatId, channelId: ChannelId) => Effect.Effect<void, Refusal>
    /** A user of the staff writes, is assigned the chat, and the assistant is switched off. */
    readonly takeOver: (chatId: ChatId, userId?: UserId, text?: string) => Effect.Effect<ChatMessage, Refusal>
    /** Nobody is assigned, and the assistant is switched on. */
    readonly handBack: (chatId: ChatId) => Effect.Effect<void, Refusal>
    readonly setState: (chatId: ChatId, state: State) => Effect.Effect<void, Refusal>
    readonly mute: (chatId: ChatId, until: DateTime.Utc | null) => Effect.Effect<void, Refusal>
    readonly block: (contactId: ContactId, blocked?: boolean) => Effect.Effect<void, Refusal>
    readonly unsubscribe: (contactId: ContactId, unsubscribed?: boolean) => Effect.Effect<void, Refusal>
    readonly snapshot: (chatId: ChatId) => Effect.Effect<Chat, Refusal>
    /** What the vendor would know. At most `last` chats, the latest; their messages only where `withMessages`. */
    readonly everything: (options?: {
      readonly last?: number
      readonly withMessages?: boolean
    }) => Effect.Effect<Inbox.Everything>

    // What the assistant does.
    /** What happens from now on that the assistant has to know. */
    readonly events: Effect.Effect<Queue.Dequeue<Core.Event>, never, Scope.Scope>
    /** What an earlier run of the same world has left to do. */
    readonly unfinished: Effect.Effect<ReadonlyArray<Core.Event>>
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
>() {}

export const make: Effect.Effect<World["Type"], never, Log | Options> = Effect.map(Core.make, (core) => ({
  orgId: core.store.org_id,
  assistantId: core.store.assistant.id,
  contactOf: (chatId: ChatId) => Option.map(Option.fromNullable(core.store.chats.get(chatId)), (chat) => chat.contact_id),
  events: PubSub.subscribe(core.events),
  ...Customers.make(core),
  ...Inbox.make(core),
  ...Dashboard.make(core),
  ...Writer.make(core)
}))

export const layer: Layer.Layer<World, never, Log | Options> = Layer.effect(World, make)
