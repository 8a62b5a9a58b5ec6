/** A world without a socket, and the few steps that most tests begin with. */
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import { isDecoded, omit, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Assistant from "../src/Assistant.ts"
import * as Log from "../src/Log.ts"
import * as Behaviour from "../src/Behaviour.ts"
import * as World from "../src/World.ts"

export const layer = (behaviour?: Behaviour.Overrides, assistant?: Partial<Assistant.Settings>) =>
  Assistant.layer({ replyDelay: "2 seconds", runDelay: "3 seconds", ...assistant }).pipe(
    Layer.provideMerge(World.layer),
    Layer.provideMerge(Log.layer),
    Layer.provide(Behaviour.layer(behaviour))
  )

/** Ada, with a custom channel and a WhatsApp one. */
export const addAda = Effect.gen(function* () {
  const world = yield* World.World
  const { channels, id } = yield* world.addContact({
    name: "Ada",
    country: "GB",
    channels: [{ type: "custom" }, { type: "whatsapp_bot" }]
  })
  const [custom, whatsapp] = channels
  return custom !== undefined && whatsapp !== undefined
    ? { contact_id: id, channel_id: custom.id, whatsapp_id: whatsapp.id }
    : yield* Effect.dieMessage("a contact without its channels")
})

/** A chat of Ada's, in which nobody has written yet. */
export const openChat = Effect.gen(function* () {
  const world = yield* World.World
  const ada = yield* addAda
  const chat = yield* world.createChat(ada, {})
  return { ...ada, chat_id: chat.id }
})

export const write = (path: Parameters<World.World["Type"]["sendMessage"]>[0], words = "Hello") =>
  Effect.flatMap(World.World, (world) => world.sendMessage(path, { message: text(words) }))

export const messagesOf = (chatId: ChatId) =>
  Effect.flatMap(World.World, (world) => Effect.map(world.listMessages(chatId), (page) => page.messages))

export const stateOf = (chatId: ChatId) =>
  Effect.flatMap(World.World, (world) => Effect.map(world.snapshot(chatId), (chat) => chat.state))

/** The entries of a list, all of which have to be such as the contract says. */
export const read = <A>(list: ReadonlyArray<A>): ReadonlyArray<Exclude<A, Undecodable>> => {
  const entries = omit(list)
  if (entries.length < list.length) throw new Error(`an entry cannot be read: ${JSON.stringify(list)}`)
  return entries
}

/** Author and status of each message, as in `assistant COMPLETED`. */
export const summary = (messages: ReadonlyArray<ChatMessage | Undecodable>) =>
  read(messages).map(({ role, status }) => `${String(role)} ${String(status)}`)

export const words = (message: ChatMessage | Undecodable | undefined) =>
  isDecoded(message) ? message?.messages?.[0]?.parts?.[0]?.text : undefined

export const fromNow = (duration: Duration.DurationInput) => Effect.map(DateTime.now, DateTime.addDuration(duration))
