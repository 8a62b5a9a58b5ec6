/** Several chats of a vendor that exists in memory only, of contacts who can have more than one. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as SendGuard from "@effect-invent/client/SendGuard"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { ChannelId, ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import { IntegrationId } from "@effect-invent/domain/Integration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Build from "./Build.ts"

export interface FakeRow {
  readonly contact: string
  readonly channel: string
}

/** A chat for each name: its contact asked, and the assistant answered at `Build.start`. */
export const make = (rows: Readonly<Record<string, FakeRow>>) => {
  const memberOf = (name: string) =>
    Build.members.contact({
      id: ChannelId.make(`channel_${name}`),
      contact: { id: ContactId.make(`contact_${rows[name]?.contact}`) }
    })
  const written = new Map<string, Array<ChatMessage>>()
  for (const name of Object.keys(rows))
    written.set(name, [
      Build.wireMessage("contact", -Build.minute, { member: memberOf(name) }),
      Build.wireMessage("assistant", 0)
    ])
  const listOf = (name: string) => written.get(name) ?? []
  let changes = 0
  const write = (name: string, author: "contact" | "human", text: string) =>
    Effect.map(DateTime.now, (now) => {
      const message = Build.wireMessage(author, now.epochMillis - Build.start.epochMillis, {
        id: Build.messageId(`${author} ${++changes}`),
        role: "user",
        messages: [{ role: "user", parts: [{ type: "text", text }] }],
        ...(author === "contact" && { member: memberOf(name) })
      })
      written.set(name, [...listOf(name), message])
      return message
    })
  const chatOf = (name: string) =>
    Build.wireChat(
      {
        conversation_id: ConversationId.make(`conversation_${name}`),
        integration_id: Schema.decodeUnknownSync(IntegrationId)(rows[name]?.channel),
        assistant_config: { timezone: "UTC" }
      },
      { id: ChatId.make(name), members: [memberOf(name)], last_message: listOf(name).at(-1)! }
    )
  const names = Object.keys(rows)
  return {
    names: names.map((name) => ChatId.make(name)),
    /** The chat as the inbox lists it. */
    chatOf,
    /** The contact writes, now. */
    writes: (name: string, text: string) => write(name, "contact", text),
    /** What was sent by the API key, by chat. */
    sent: Effect.sync(() =>
      Object.fromEntries(
        names.map((name) => [
          name,
          listOf(name).flatMap(({ id, messages }) =>
            id.startsWith("human ") ? (messages?.[0]?.parts ?? []).map(({ text }) => text) : []
          )
        ])
      )
    ),
    layer: InventClient.layerMock({
      inbox: { stream: () => Stream.suspend(() => Stream.fromIterable(names.map(chatOf))) },
      chats: { stream: () => Stream.empty },
      state: {
        update: ({ path }) => Effect.sync(() => chatOf(path.chat_id)),
        newestChat: ({ path }) => Effect.succeed(path.chat_id)
      },
      messages: {
        create: ({ path, payload }) =>
          Effect.flatMap(Effect.flatten(SendGuard.CurrentGuard), (isWanted) =>
            isWanted
              ? write(path.chat_id, "human", payload.message[0]?.text ?? "")
              : Effect.fail(SendGuard.withheld("send"))
          ),
        stream: ({ path }) => Stream.suspend(() => Stream.fromIterable(listOf(path.chat_id)))
      },
      contacts: { stream: () => Stream.empty }
    })
  }
}
