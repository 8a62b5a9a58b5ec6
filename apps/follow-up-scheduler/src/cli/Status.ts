/** `status`: what came of all chats, what is to come, and whether the service answers. */
import * as Settings from "@effect-invent/client/Settings"
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Forecast from "../Forecast.ts"
import { Ledger } from "../Ledger.ts"
import * as Outlook from "../Outlook.ts"
import * as Story from "../Story.ts"
import * as Options from "./Options.ts"

const Backlog = Schema.Struct({
  from: Schema.DateTimeUtc,
  until: Schema.DateTimeUtc,
  follow_ups: Schema.Int,
  latest_seconds: Schema.Int
})

const toJson = (backlog: Forecast.Backlog): typeof Backlog.Type => ({
  from: backlog.from,
  until: backlog.until,
  follow_ups: backlog.followUps,
  latest_seconds: Math.ceil(Duration.toSeconds(backlog.latest))
})

/** A backlog as it is printed with `--json`. */
export const encodeBacklog = (backlog: Forecast.Backlog) => Schema.encodeSync(Backlog)(toJson(backlog))

const Status = Schema.Struct({
  at: Schema.DateTimeUtc,
  service: Outlook.Service,
  chats: Schema.Int,
  outcomes: Schema.Array(
    Schema.Struct({ decision: Schema.String, reason: Schema.NullOr(Schema.String), sent: Schema.Int, chats: Schema.Int })
  ),
  waiting: Schema.Array(Outlook.Waiting),
  backlog: Schema.NullOr(Backlog)
})

const encode = Schema.encodeSync(Status)

export const quota = Effect.map(Settings.rateLimitConfig, Forecast.quota)

const read = Effect.gen(function* () {
  const now = yield* DateTime.now
  const tally = yield* Effect.flatMap(Ledger, (ledger) => ledger.tally)
  const spent = yield* quota
  const waiting = yield* Outlook.waiting(spent)
  const backlog = Forecast.worst(waiting.map(({ due_at }) => due_at), now, spent)
  return { now, tally, waiting, backlog, service: yield* Outlook.service }
})

type Read = Effect.Effect.Success<typeof read>

/** What is to come, and what is wrong. */
export const outlookLines = ({ backlog, service, waiting }: Pick<Read, "backlog" | "service" | "waiting">): ReadonlyArray<string> => [
  ...(waiting[0] === undefined ? [] : [`${waiting.length} follow-ups wait; the next is looked at ${DateTime.formatIso(waiting[0].due_at)}`]),
  ...(backlog === undefined ? [] : [Forecast.describe(backlog)]),
  ...Outlook.describe(service)
]

const asJson = ({ backlog, now, service, tally, waiting }: Read) =>
  encode({
    at: now,
    service,
    chats: tally.reduce((sum, { chats }) => sum + Number(chats), 0),
    outcomes: tally.map(({ chats, decision, reason, sent }) => ({ decision, reason, sent: Number(sent), chats: Number(chats) })),
    waiting,
    backlog: backlog === undefined ? null : toJson(backlog)
  })

export const status = Command.make("status", { db: Options.db, json: Options.json }, ({ json }) =>
  Effect.gen(function* () {
    const found = yield* read
    const lines = json ? [JSON.stringify(asJson(found), undefined, 2)] : [...Story.ofAll(found.tally), ...outlookLines(found)]
    yield* Effect.forEach(lines, (line) => Console.log(line), { discard: true })
  })
).pipe(Command.withDescription("count the chats on record by what came of them, and say what is to come"))

/** Before anything is sent: how late what is on record will run. */
export const announce = Effect.gen(function* () {
  const found = yield* read
  yield* Effect.forEach(outlookLines(found), (line) => Effect.logInfo(line), { discard: true })
})
