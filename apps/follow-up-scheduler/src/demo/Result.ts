/** What the demo came to: the outcomes, the cost, one chat's story, and the checker's verdict. */
import { ChatId } from "@effect-invent/domain/Ids"
import { Emulator } from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as Command from "@effect/platform/Command"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { Ledger } from "../Ledger.ts"
import * as Story from "../Story.ts"
import { Workspace } from "./Workspace.ts"

const print = (lines: ReadonlyArray<string>) => Effect.forEach(lines, (line) => Console.log(line), { discard: true })

const cost = (entries: ReadonlyArray<Log.Entry>): ReadonlyArray<string> => {
  const requests = entries.filter((entry) => entry.kind === "request")
  const ours = requests.filter((entry) => entry.key === "scheduler").length
  const followUps = entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length
  const limited = requests.filter((entry) => entry.status === 429).length
  return [
    `${followUps} follow-ups sent; the scheduler made ${ours} requests, ${(ours / Math.max(1, followUps)).toFixed(1)} per follow-up, the looks at every other chat included`,
    `${requests.length} requests in all, ${limited} refused with 429`
  ]
}

/** The chat with the most to tell, and the first of those. */
const liveliest = (entries: ReadonlyArray<Log.Entry>): ChatId => {
  const messages = new Map<string, number>()
  for (const entry of entries) {
    if (entry.kind === "message") messages.set(entry.chat_id, (messages.get(entry.chat_id) ?? 0) + 1)
  }
  const ranked = [...messages].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
  return ChatId.make(ranked[0]?.[0] ?? "")
}

/** Its own process, with nothing but the emulator's log and the policy. */
const check = Effect.gen(function* () {
  const workspace = yield* Workspace
  const program = fileURLToPath(import.meta.resolve("@effect-invent/emulator/check"))
  const command = Command.make(process.execPath, program, "--log", workspace.log, "--policy", workspace.policy, "--grace", "4 seconds")
  return yield* Command.exitCode(command.pipe(Command.stdout("inherit"), Command.stderr("inherit")))
})

/** Prints everything; true when the checker agrees. */
export const show = Effect.gen(function* () {
  const { log } = yield* Emulator
  const ledger = yield* Ledger
  const files = yield* FileSystem.FileSystem
  const workspace = yield* Workspace
  const entries = yield* log.entries
  yield* files.writeFileString(workspace.log, Log.toJsonLines(entries))
  yield* print(["What became of the conversations:", ...Story.ofAll(yield* ledger.tally), "", ...cost(entries)])
  const chat_id = liveliest(entries)
  yield* print(["", `The story of ${chat_id}:`, ...Story.ofChat(chat_id, yield* ledger.story(chat_id)), ""])
  return (yield* check) === 0
})
