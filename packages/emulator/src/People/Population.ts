/** Contacts with channels and chats, as many as given and the same for the same seed. */
import type { ChannelId, ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { World } from "../World.ts"
import type { ChannelType } from "../World/Store.ts"

/** How many contacts to add, and with how many chats each. */
export interface Settings {
  readonly seed: number
  readonly contacts: number
  /** Of each contact; default 1. */
  readonly chats?: number
  /** What the contacts write on; default `custom`, the only type on which the API can write as them. */
  readonly channels?: readonly [ChannelType, ...Array<ChannelType>]
}

/** A contact that was added, with its channel and its chats. */
export interface Person {
  readonly contact_id: ContactId
  readonly channel_id: ChannelId
  readonly chat_ids: ReadonlyArray<ChatId>
}

const names = [
  "Ada",
  "Alan",
  "Barbara",
  "Edsger",
  "Frances",
  "Grace",
  "Ken",
  "Leslie",
  "Margaret",
  "Радія",
  "美穂",
  "José"
] as const
const countries = ["BR", "DE", "GB", "IN", "JP", "PT", "US"] as const
const openings = [
  "Where is my order?",
  "Do you ship to me?",
  "My invoice is wrong.",
  "Grüße 👋",
  "Are you open today?"
] as const

const pick = <A>(from: readonly [A, ...Array<A>]): Effect.Effect<A> =>
  Effect.map(Random.nextIntBetween(0, from.length), (index) => from[index] ?? from[0])

const person = Effect.fnUntraced(function* ({ channels = ["custom"], chats = 1 }: Settings) {
  const world = yield* World
  const type = yield* pick(channels)
  const contact = yield* world.addContact({
    name: yield* pick(names),
    country: yield* pick(countries),
    channels: [{ type }]
  })
  const channel = contact.channels[0] ?? (yield* Effect.dieMessage("a contact without its channel"))
  const begin = Effect.flatMap(pick(openings), (text) => Effect.orDie(world.startChat({ channelId: channel.id, text })))
  const begun = yield* Effect.replicateEffect(begin, chats)
  return { contact_id: contact.id, channel_id: channel.id, chat_ids: begun.map(({ id }) => id) } satisfies Person
})

/** Adds them to the world. Each of their chats begins with a message of theirs. */
export const make = (settings: Settings): Effect.Effect<ReadonlyArray<Person>, never, World> =>
  Effect.withRandom(Effect.replicateEffect(person(settings), settings.contacts), Random.make(settings.seed))
