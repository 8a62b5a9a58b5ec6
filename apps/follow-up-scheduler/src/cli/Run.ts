/** `run`: one pass over the chats, for cron. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Decide from "../Decide.ts"
import { Ledger } from "../Ledger.ts"
import * as Preview from "../Preview.ts"
import { describe } from "../Reason.ts"
import * as Scheduler from "../Scheduler.ts"
import * as Stop from "../Stop.ts"
import * as Story from "../Story.ts"
import * as Watch from "../Watch.ts"
import * as Inbox from "../Watch/Inbox.ts"
import * as Options from "./Options.ts"

const verdict = (decision: Decide.Decision): string =>
  Decide.Decision.$match(decision, {
    Act: ({ at, step }) => `step ${step} is due: ${DateTime.formatIso(at)}`,
    Wait: ({ reason, step, until }) => `waits for step ${step} until ${DateTime.formatIso(until)}: ${describe(reason)}`,
    Stop: ({ reason }) => `no follow-up: ${describe(reason)}`,
    Skip: ({ reason }) => `no follow-up now: ${describe(reason)}`
  })

const line = ({ chat_id, decision, error }: Scheduler.Found): string =>
  `${chat_id}  ${decision === undefined ? `could not be read: ${error?.message ?? ""}` : verdict(decision)}`

/** One object a line, as they come. */
const jsonLine = ({ chat_id, decision, error }: Scheduler.Found): string => JSON.stringify({ chat_id, ...decision, ...(error && { error: error.message }) })

const pass = (source: Options.Source, json: boolean) =>
  Effect.gen(function* () {
    const paused = Option.map(yield* Effect.flatMap(Ledger, (ledger) => ledger.paused), DateTime.formatIso)
    yield* Effect.forEach(Option.toArray(paused), (since) =>
      Console.log(json ? JSON.stringify({ paused: since }) : `Paused since ${since}: no chat is looked at, and nothing new is sent, until resume.`)
    )
    const chat_ids = yield* source._tag === "File" ? Watch.readFile(source.file) : Option.isSome(paused) ? Effect.succeed([]) : Inbox.news
    const taken = yield* Scheduler.runOnce(chat_ids, (found) => Console.log(json ? jsonLine(found) : line(found)))
    if (json) return
    const tally = yield* Effect.flatMap(Ledger, (ledger) => ledger.tally)
    yield* Console.log(`\n${taken} due follow-ups carried a step further. All chats on record:`)
    yield* Effect.forEach(Story.ofAll(tally), (text) => Console.log(text), { discard: true })
  })

const dryPass = (source: Options.Source, json: boolean) =>
  Effect.gen(function* () {
    const chat_ids = yield* source._tag === "File" ? Watch.readFile(source.file) : Inbox.all
    const look = (chat_id: ChatId) => Effect.map(Preview.look(chat_id), ({ decision }) => decision)
    yield* Scheduler.lookAtEach(chat_ids, look, (found) => Console.log(json ? jsonLine(found) : line(found)))
    if (json) return
    yield* Console.log("\nDry run: nothing was sent and nothing recorded. Only messages can be read without a change, so these")
    yield* Console.log(`were not seen: ${Preview.unseen.join("; ")}.`)
  })

export const run = Command.make(
  "run",
  { policy: Options.policy, source: Options.source, db: Options.db, dryRun: Options.dryRun, json: Options.json },
  ({ dryRun, json, source }) =>
    Effect.gen(function* () {
      yield* dryRun ? dryPass(source, json) : Stop.inOrder(pass(source, json))
    })
).pipe(Command.withDescription("one pass: look at each chat, record why, and carry out what is due"))
