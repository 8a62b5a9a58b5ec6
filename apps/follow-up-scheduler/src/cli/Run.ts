/** `run`: one pass over the chats, for cron. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ownership } from "../Ledger/Database/Ownership.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as Decide from "../Decide.ts"
import { Ledger } from "../Ledger.ts"
import * as ReturnedContacts from "../ChatReview/ReturnedContacts.ts"
import { type Found, reviewEach } from "../ChatReview/ReviewEach.ts"
import { Policies } from "../Policies.ts"
import * as PolicyFiles from "../Policies/PolicyFiles.ts"
import * as Rollout from "../Policies/Rollout.ts"
import * as Preview from "../Operations/Preview.ts"
import { describe } from "../Decide/Reason.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Scheduler from "../Scheduler.ts"
import * as GracefulShutdown from "../Dispatch/GracefulShutdown.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import * as Watch from "../Watch.ts"
import * as InboxWatch from "../Watch/InboxWatch.ts"
import * as ServerClock from "../Dispatch/ServerClock.ts"
import * as Clients from "./Clients.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db, Source } from "./Options.ts"
import * as Output from "./Output.ts"
import * as Pause from "./Pause.ts"
import * as PreviewCommand from "./Preview.ts"
import * as Status from "./Status.ts"
import * as Throttled from "./Throttled.ts"

const textOf = (decision: Decide.Decision): string =>
  Decide.Decision.$match(decision, {
    Act: ({ at, step }) => `step ${step} is due: ${DateTime.formatIso(at)}`,
    Wait: ({ reason, step, until }) => `waits for step ${step} until ${DateTime.formatIso(until)}: ${describe(reason)}`,
    Stop: ({ reason }) => `no follow-up: ${describe(reason)}`,
    Skip: ({ reason }) => `no follow-up now: ${describe(reason)}`
  })

const line = ({ chat_id, decision, error }: Found): string =>
  `${chat_id}  ${decision === undefined ? `could not be read: ${error?.message ?? ""}` : textOf(decision)}`

const Pass = Schema.Struct({
  /** Since when follow-ups are paused; null where they are not. */
  paused_since: Schema.NullOr(Schema.DateTimeUtc),
  chats: Schema.Array(Preview.Looked),
  /** How many follow-ups were due; 0 in a dry run, which carries nothing out. */
  carried: Schema.Int,
  outcomes: Status.Outcomes
})
const print = Output.document(Pass)

/**
 * Prints what was found in each chat as it comes; with `--json`, collects it for the document. `unseen`: the chats
 * whose state a dry run has not found.
 */
const teller = (json: boolean, unseen: ReadonlySet<ChatId> = new Set()) => {
  const found: Array<typeof Preview.Looked.Type> = []
  const keep = ({ chat_id, decision, error }: Found) =>
    Effect.sync(
      () =>
        void found.push(
          decision === undefined
            ? Preview.unread(chat_id, error?.message ?? "")
            : Preview.looked(chat_id, decision, !unseen.has(chat_id))
        )
    )
  return { found, tell: json ? keep : (each: Found) => Output.lines([line(each)]) }
}

/** Says what conversations run on beside the policies in force: they go on as they began. */
const sayLeft = Effect.gen(function* () {
  const { current } = yield* Policies
  const { unnamed } = yield* Rollout.leftBy(yield* current)
  const lines = Rollout.describeLeft({ earlier: [], unnamed }, "keep")
  yield* Effect.forEach(lines, (line) => Effect.logInfo(line), { discard: true })
})

/** The chats of the inbox that have news, and those whose contacts have left a list. */
const inboxNews = Effect.gen(function* () {
  const { chats } = yield* ReturnedContacts.make
  return [...new Set([...(yield* InboxWatch.news), ...(yield* chats)])]
})

const pass = ({ by, confirm, json, source }: Options) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* Operator.as(by)(Pause.confirmHeld(confirm))
    yield* sayLeft
    const paused = yield* ledger.paused
    const { found, tell } = teller(json)
    if (Option.isSome(paused) && !json) {
      yield* Output.lines([
        `Paused since ${DateTime.formatIso(paused.value)}: no chat is looked at, and nothing new is sent, until resume.`
      ])
    }
    const chat_ids = yield* source._tag === "File"
      ? Watch.readFile(source.file)
      : Option.isSome(paused)
        ? Effect.succeed([])
        : inboxNews
    const carried = yield* Scheduler.runOnce(chat_ids, tell, {
      confirmed: Option.getOrUndefined(confirm),
      confirmedBy: by
    })
    yield* Effect.flatMap(Ownership, ({ check }) => check)
    const tally = yield* ledger.tally
    if (json)
      return yield* print({
        paused_since: Option.getOrNull(paused),
        chats: found,
        carried,
        outcomes: Status.outcomesOf(tally)
      })
    yield* Output.lines([
      "",
      `${carried} due follow-ups carried a step further. All chats on record:`,
      ...ChatStory.ofAll(tally)
    ])
  })

const dryPass = (source: Source, json: boolean) =>
  Effect.gen(function* () {
    const chat_ids = yield* source._tag === "File" ? Watch.readFile(source.file) : InboxWatch.all
    const unseen = new Set<ChatId>()
    const look = (chat_id: ChatId) =>
      Effect.map(Preview.look(chat_id), ({ decision, isStateSeen }) => {
        if (!isStateSeen) unseen.add(chat_id)
        return decision
      })
    const { found, tell } = teller(json, unseen)
    yield* reviewEach(chat_ids, look, tell)
    if (json) return yield* print({ paused_since: null, chats: found, carried: 0, outcomes: [] })
    yield* Output.lines(["", "Dry run: nothing was sent and nothing recorded.", ...Preview.describeUnseen(unseen.size)])
  })

const live = ({ db, orgs, policies }: Options) =>
  Scheduler.layerOnce.pipe(
    Layer.provideMerge(Ledgers.writing(db)),
    Layer.provideMerge(
      Layer.mergeAll(Clients.layer(db), PolicyFiles.layer(policies), ServerClock.layer, Orgs.layer(orgs))
    )
  )

interface Options {
  readonly policies: ReadonlyArray<string>
  readonly source: Source
  readonly orgs: Orgs.Orgs["Type"]
  readonly db: Db
  readonly dryRun: boolean
  readonly confirm: Option.Option<number>
  readonly by: Option.Option<string>
  readonly json: boolean
}

/**
 * Makes one pass: reads each chat, records the decision, carries out what is due. With `--dry-run` it only prints the
 * decisions. Fails with exit code 3 where the ledger was lost during the pass.
 */
export const run = (options: Options) => {
  const { db, dryRun, json, orgs, policies, source } = options
  return dryRun
    ? Effect.provide(Throttled.told(dryPass(source, json)), PreviewCommand.layer(db, policies, orgs))
    : Effect.provide(GracefulShutdown.inOrder(Throttled.told(pass(options))), live(options))
}
