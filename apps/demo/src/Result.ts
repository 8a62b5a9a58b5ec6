/** The result of the demo: the outcomes, the cost, one chat's story, and the checker's verdict. */
import { ChatId } from "@effect-invent/domain/Ids"
import { Emulator } from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { Entries } from "@effect-invent/follow-up-scheduler/cli/Explain"
import * as Output from "@effect-invent/follow-up-scheduler/cli/Output"
import * as Status from "@effect-invent/follow-up-scheduler/cli/Status"
import { Ledger } from "@effect-invent/follow-up-scheduler/Ledger"
import * as ChatStory from "@effect-invent/follow-up-scheduler/Operations/ChatStory"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Checker, Verdict } from "./Checker.ts"
import { TempFolder } from "./TempFolder.ts"

const costOf = (entries: ReadonlyArray<Log.Entry>) => {
  const requests = entries.filter((entry) => entry.kind === "request")
  return {
    follow_ups: entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length,
    requests: requests.length,
    requests_of_the_scheduler: requests.filter((entry) => entry.key === "scheduler").length,
    refused_with_429: requests.filter((entry) => entry.status === 429).length
  }
}

const costLines = (cost: ReturnType<typeof costOf>): ReadonlyArray<string> => [
  `${cost.follow_ups} follow-ups sent by ${cost.requests_of_the_scheduler} requests, ` +
    `${(cost.requests_of_the_scheduler / Math.max(1, cost.follow_ups)).toFixed(1)} each, looks at other chats included`,
  `${cost.requests} requests in all, ${cost.refused_with_429} refused with 429`
]

/** The chat with the most messages; of several, the first by id. */
const liveliest = (entries: ReadonlyArray<Log.Entry>): ChatId => {
  const messages = new Map<string, number>()
  for (const entry of entries) {
    if (entry.kind === "message") messages.set(entry.chat_id, (messages.get(entry.chat_id) ?? 0) + 1)
  }
  const ranked = [...messages].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
  return ChatId.make(ranked[0]?.[0] ?? "")
}

const written = Effect.gen(function* () {
  const { log } = yield* Emulator
  const files = yield* FileSystem.FileSystem
  const entries = yield* log.entries
  yield* VirtualTime.outside(files.writeFileString((yield* TempFolder).log, Log.toJsonLines(entries)))
  const { story, tally } = yield* Ledger
  const chat_id = liveliest(entries)
  return { tally: yield* tally, cost: costOf(entries), chat_id, story: yield* story(chat_id) }
})

/** Prints the result for people. True where the checker finds no violation. */
export const show = Effect.gen(function* () {
  const { chat_id, cost, story, tally } = yield* written
  yield* Output.lines(["What became of the conversations:", ...ChatStory.ofAll(tally), "", ...costLines(cost)])
  yield* Output.lines(["", `The story of ${chat_id}:`, ...ChatStory.ofChat(chat_id, story), ""])
  return yield* Effect.flatMap(Checker, ({ print }) => print)
})

const print = Output.document(
  Schema.Struct({
    outcomes: Status.Outcomes,
    follow_ups: Schema.Int,
    requests: Schema.Int,
    requests_of_the_scheduler: Schema.Int,
    refused_with_429: Schema.Int,
    /** The audit entries of the chat with the most messages. */
    story: Entries,
    checker: Verdict
  })
)

/** Prints the result as one JSON document. True where the checker finds no violation. */
export const document = Effect.gen(function* () {
  const { cost, story, tally } = yield* written
  const verdict = yield* Effect.flatMap(Checker, ({ verdict }) => verdict)
  yield* print({ ...cost, outcomes: Status.outcomesOf(tally), story, checker: verdict })
  return verdict.violations.length === 0
})
