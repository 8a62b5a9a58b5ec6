/** `status`: what came of all chats, what is to come, and whether the service answers. */
import * as Settings from "@effect-invent/client/Settings"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import { Ledger, type Tally } from "../Ledger.ts"
import * as ServiceStatus from "../Operations/ServiceStatus.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

/** A time in which follow-ups wait for each other. */
export const Backlog = Schema.Struct({
  from: Schema.DateTimeUtc,
  until: Schema.DateTimeUtc,
  follow_ups: Schema.Int,
  latest_seconds: Schema.Int
})

export const backlogOf = (backlog: QuotaForecast.Backlog | undefined): typeof Backlog.Type | null =>
  backlog === undefined
    ? null
    : {
        from: backlog.from,
        until: backlog.until,
        follow_ups: backlog.followUps,
        latest_seconds: Math.ceil(Duration.toSeconds(backlog.latest))
      }

/** What became of all chats; the counts add up. */
export const Outcomes = Schema.Array(
  Schema.Struct({ decision: Schema.String, reason: Schema.NullOr(Schema.String), sent: Schema.Int, chats: Schema.Int })
)

export const outcomesOf = (tally: ReadonlyArray<Tally>): typeof Outcomes.Type =>
  tally.map(({ chats, decision, reason, sent }) => ({ decision, reason, sent: Number(sent), chats: Number(chats) }))

const Status = Schema.Struct({
  at: Schema.DateTimeUtc,
  service: ServiceStatus.Service,
  chats: Schema.Int,
  outcomes: Outcomes,
  waiting: Schema.Array(ServiceStatus.Waiting),
  backlog: Schema.NullOr(Backlog)
})

const print = Output.document(Status)

export const quota = Effect.map(Settings.rateLimitConfig, QuotaForecast.quota)

const read = Effect.gen(function* () {
  const now = yield* DateTime.now
  const tally = yield* Effect.flatMap(Ledger, (ledger) => ledger.tally)
  const spent = yield* quota
  const waiting = yield* ServiceStatus.waiting(spent)
  const backlog = QuotaForecast.worst(waiting.map(({ due_at }) => due_at), now, spent)
  return { now, tally, waiting, backlog, service: yield* ServiceStatus.service }
})

type Read = Effect.Effect.Success<typeof read>

/** What is to come, and what is wrong. */
export const outlookLines = ({ backlog, service, waiting }: Pick<Read, "backlog" | "service" | "waiting">): ReadonlyArray<string> => [
  ...(waiting[0] === undefined ? [] : [`${waiting.length} follow-ups wait; the next is looked at ${DateTime.formatIso(waiting[0].due_at)}`]),
  ...(backlog === undefined ? [] : [QuotaForecast.describe(backlog)]),
  ...ServiceStatus.describe(service)
]

const statusOf = ({ backlog, now, service, tally, waiting }: Read): typeof Status.Type => ({
  at: now,
  service,
  chats: tally.reduce((sum, { chats }) => sum + Number(chats), 0),
  outcomes: outcomesOf(tally),
  waiting,
  backlog: backlogOf(backlog)
})

export const status = ({ db, json }: { readonly db: Db; readonly json: boolean }) =>
  Effect.gen(function* () {
    const found = yield* read
    yield* json ? print(statusOf(found)) : Output.lines([...ChatStory.ofAll(found.tally), ...outlookLines(found)])
  }).pipe(Effect.provide(Ledgers.reading(db)))

/** Before anything is sent: how late what is on record will run. */
export const announce = Effect.gen(function* () {
  const found = yield* read
  yield* Effect.forEach(outlookLines(found), (line) => Effect.logInfo(line), { discard: true })
})
