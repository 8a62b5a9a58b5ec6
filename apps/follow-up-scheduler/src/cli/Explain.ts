/** `explain`: why we did, or did not, write. */
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { storyOf } from "../Erasure.ts"
import * as Story from "../Story.ts"
import * as Options from "./Options.ts"

const print = (lines: ReadonlyArray<string>) => Effect.forEach(lines, (line) => Console.log(line), { discard: true })

export const explain = Command.make("explain", { chatId: Options.chatId, db: Options.db }, ({ chatId }) =>
  Effect.flatMap(storyOf(chatId), (entries) => print(Story.ofChat(chatId, entries)))
).pipe(Command.withDescription("tell the whole story of a chat: every look, every decision, its reason"))
