/** The records of the world as they are written down: each table's schema, and the way back into a store. */
import { AssistantConfig } from "@effect-invent/domain/AssistantConfig"
import {
  AssistantId,
  ChannelId,
  ChatId,
  ConnectionId,
  ContactId,
  ConversationId,
  MemberId,
  MessageId,
  ToolCallId,
  UserId
} from "@effect-invent/domain/Ids"
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Store from "./Store.ts"

const Instant = Schema.DateTimeUtc
const ChannelType = Schema.String as Schema.Schema<Store.ChannelType, string>

const Member = Schema.Union(
  Schema.Struct({ _tag: Schema.Literal("Contact"), id: MemberId, channel_id: ChannelId }),
  Schema.Struct({ _tag: Schema.Literal("User"), id: MemberId, user_id: UserId })
)

const Message = Schema.Struct({
  id: MessageId,
  chat_id: ChatId,
  author: Schema.Literal("contact", "assistant", "user"),
  member: Schema.NullOr(Member),
  created_at: Instant,
  updated_at: Instant,
  status: Schema.Literal("RUNNING", "COMPLETED", "FAILED"),
  parts: Schema.NullOr(
    Schema.NonEmptyArray(Schema.Struct({ type: Schema.Literal("text"), text: Schema.String }))
  ),
  error: Schema.NullOr(Schema.String),
  tool: Schema.NullOr(
    Schema.mutable(Schema.Struct({ id: ToolCallId, name: Schema.String, pending: Schema.Boolean }))
  ),
  response: Schema.NullOr(Schema.Struct({ id: ToolCallId, connection_id: ConnectionId }))
})

const Chat = Schema.Struct({
  id: ChatId,
  conversation_id: ConversationId,
  contact_id: ContactId,
  assistant_id: AssistantId,
  channel_type: ChannelType,
  title: Schema.NullOr(Schema.String),
  created_at: Instant,
  updated_at: Instant,
  members: Schema.mutable(Schema.Array(Member)),
  state: Schema.Literal("OPEN", "SNOOZED", "CLOSED"),
  ai_enabled: Schema.Boolean,
  assistant_config: Schema.NullOr(AssistantConfig),
  assigned: Schema.NullOr(Schema.Struct({ user_id: UserId, at: Instant })),
  follow_up_at: Schema.NullOr(Instant),
  muted_until: Schema.NullOr(Instant),
  csat_score: Schema.NullOr(Schema.Number),
  last_contact_message_at: Schema.NullOr(Instant)
})

const Contact = Schema.Struct({
  id: ContactId,
  name: Schema.NullOr(Schema.String),
  country: Schema.NullOr(Schema.String),
  blocked: Schema.Boolean,
  unsubscribed: Schema.Boolean
})

const Channel = Schema.Struct({ id: ChannelId, contact_id: ContactId, type: ChannelType, user_id: Schema.String })
const Assistant = Schema.Struct({ id: AssistantId, name: Schema.String, config: Schema.NullOr(AssistantConfig) })

/** A record of a table. */
export type Row = readonly [table: string, key: string, row: unknown]

interface Binding {
  readonly used: () => ReadonlyArray<string>
  readonly keys: () => Iterable<string>
  readonly encode: (key: string) => unknown
  readonly put: (key: string, row: unknown) => Either.Either<void, ParseResult.ParseError>
}

const bind = <K extends string, A extends B, B, I>(
  table: {
    readonly used: () => ReadonlyArray<K>
    readonly keys: () => Iterable<K>
    readonly peek: (key: K) => A | undefined
    readonly set: (key: K, record: A) => unknown
  },
  schema: Schema.Schema<B, I>,
  complete: (decoded: B) => A
): Binding => {
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeUnknownEither(schema)
  return {
    used: () => table.used(),
    keys: () => table.keys(),
    encode: (key) => {
      const record = table.peek(key as K)
      return record === undefined ? undefined : encode(record)
    },
    put: (key, row) => Either.map(decode(row), (decoded) => void table.set(key as K, complete(decoded)))
  }
}

/** The tables in the order in which they are written: what a record refers to is there before it. */
export const bindings = (store: Store.Store): Readonly<Record<string, Binding>> => ({
  ids: bind(store.ids.counts, Schema.Number, (count) => count),
  assistants: bind(store.assistants, Assistant, (assistant) => assistant),
  contacts: bind(store.contacts, Contact, (contact) => ({ ...contact })),
  channels: bind(store.channels, Channel, (channel) => channel),
  conversations: bind(store.conversations, ConversationId, (id) => id),
  chats: bind(store.chats, Chat, (chat): Store.ChatRecord => ({ ...chat, messages: [] })),
  messages: bind(store.messages, Message, (message): Store.MessageRecord => ({ ...message }))
})
