/** The people of a benchmark. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"

/** So many contacts write to the emulated service, each in a chat of their own. Gives the ids of the chats. */
export const arrive = (people: number) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) =>
    Effect.forEach(Arr.range(1, people), (n) =>
      Effect.gen(function* () {
        const { channels } = yield* world.addContact({ name: `Ada ${n}`, channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: channels[0]!.id, text: "Do you ship to Malta?" })
        return chat.id
      })
    )
  )
