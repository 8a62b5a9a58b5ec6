/** `status`: what became of all chats, what is to come, and whether the service answers. */
import * as Settings from "@effect-invent/client/Settings"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as HoldoutReport from "../Operations/HoldoutReport.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import { Ledger } from "../Ledger.ts"
import type { Tally } from "../Ledger/ChatDecisions.ts"
import * as PolicyVersions from "../Policies/PolicyVersions.ts"
import { nameOf } from "../Policy.ts"
import * as ServiceStatus from "../Operations/ServiceStatus.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as CountText from "../Policy/CountText.ts"

/** A time in which more is due than the quota carries, in the JSON of `status` and `preview`. */
export const Backlog = Schema.Struct({
  from: Schema.DateTimeUtc,
  until: Schema.DateTimeUtc,
  follow_ups: Schema.Int,
  latest_seconds: Schema.Int
})

/** A backlog in the form of its JSON; null where there is none. */
export const backlogOf = (backlog: QuotaForecast.Backlog | undefined): typeof Backlog.Type | null =>
  backlog === undefined
    ? null
    : {
        from: backlog.from,
        until: backlog.until,
        follow_ups: backlog.followUps,
        latest_seconds: Math.ceil(Duration.toSeconds(backlog.latest))
      }

/** The number of chats by outcome. The counts add up to all chats. */
export const Outcomes = Schema.Array(
  Schema.Struct({ decision: Schema.String, reason: Schema.NullOr(Schema.String), sent: Schema.Int, chats: Schema.Int })
)

/** A tally in the form of its JSON. */
export const outcomesOf = (tally: ReadonlyArray<Tally>): typeof Outcomes.Type =>
  tally.map(({ chats, decision, reason, sent }) => ({ decision, reason, sent: Number(sent), chats: Number(chats) }))

const Status = Schema.Struct({
  at: Schema.DateTimeUtc,
  service: ServiceStatus.Service,
  chats: Schema.Int,
  outcomes: Outcomes,
  /**
   * Why sending is held: a limit, or more contacts than were confirmed. Null where it is not, or an operator paused it.
   */
  held_by: Schema.NullOr(Schema.String),
  /** Since when everything is paused or held; null where it is not. */
  paused_since: Schema.NullOr(Schema.DateTimeUtc),
  /** How many contacts have to be confirmed before sending goes on; null where none have to be. */
  to_confirm: Schema.NullOr(Schema.Int),
  /**
   * When each policy was first put in force. Without `effective_from`, messages of ours from before that are not
   * followed up.
   */
  policies: Schema.Array(Schema.Struct({ name: Schema.String, first_in_force: Schema.DateTimeUtc })),
  /** The versions that a scheduler on this ledger has last put in force, in their order, and since when each is. */
  in_force: Schema.Array(Schema.Struct({ policy: Schema.String, since: Schema.DateTimeUtc })),
  /** For each policy with a holdout, how many contacts replied who were followed up, and who were left out. */
  holdouts: Schema.Array(HoldoutReport.Comparison),
  /** How many chats each organization has, where there are several. */
  orgs: Schema.Array(Schema.Struct({ org_id: Schema.String, chats: Schema.Int })),
  /** When the last sweep of a `serve` on this ledger ended; null where there was none. */
  last_sweep: Schema.NullOr(Schema.DateTimeUtc),
  waiting: Schema.Array(ServiceStatus.Waiting),
  backlog: Schema.NullOr(Backlog)
})

const print = Output.document(Status)

/**
 * The share of the configured limit that follow-ups may use. Fails with a `ConfigError` where the environment gives a
 * wrong limit.
 */
export const quota = Effect.map(Settings.rateLimitConfig, QuotaForecast.quota)

const read = Effect.gen(function* () {
  const now = yield* DateTime.now
  const tally = yield* Effect.flatMap(Ledger, (ledger) => ledger.tally)
  const spent = yield* quota
  const waiting = yield* ServiceStatus.waiting(spent)
  const backlog = QuotaForecast.worst(
    waiting.map(({ due_at }) => due_at),
    now,
    spent
  )
  const held_by = Option.getOrNull(yield* Effect.flatMap(Ledger, (ledger) => ledger.heldBy))
  const to_confirm = Option.getOrNull(yield* Effect.flatMap(Ledger, (ledger) => ledger.toConfirm))
  const paused_since = Option.getOrNull(yield* Effect.flatMap(Ledger, (ledger) => ledger.paused))
  const policies = [...(yield* PolicyVersions.inForceSince)].map(([name, first_in_force]) => ({ name, first_in_force }))
  const byOrg = yield* Effect.flatMap(Ledger, (ledger) => ledger.chatsByOrg)
  const last_sweep = Option.getOrNull(yield* Effect.flatMap(Ledger, (ledger) => ledger.lastSweep))
  return {
    now,
    tally,
    waiting,
    backlog,
    held_by,
    paused_since,
    to_confirm,
    policies,
    in_force: yield* PolicyVersions.inForce,
    holdouts: yield* HoldoutReport.comparisons,
    orgs: byOrg.length > 1 ? byOrg : [],
    last_sweep,
    service: yield* ServiceStatus.service
  }
})

type Read = Effect.Effect.Success<typeof read>

const heldLine = (held_by: string, to_confirm: number | null): string =>
  to_confirm === null
    ? `Held by ${held_by}; look at what was sent, and let it go on with resume`
    : `Held: ${held_by}; look at them with preview, and let it go on with resume --confirm ${to_confirm}`

const pausedLine = (since: DateTime.Utc): string =>
  `Paused since ${DateTime.formatIso(since)}: nothing new is sent; let it go on with resume`

/** Lines about what pauses or holds sending, what waits, a backlog, and a service that does not answer. */
export const serviceLines = ({
  backlog,
  held_by,
  paused_since,
  service,
  to_confirm,
  waiting
}: Pick<
  Read,
  "backlog" | "held_by" | "paused_since" | "service" | "to_confirm" | "waiting"
>): ReadonlyArray<string> => [
  ...(held_by === null ? Arr.fromNullable(paused_since).map(pausedLine) : [heldLine(held_by, to_confirm)]),
  ...(waiting[0] === undefined
    ? []
    : [
        `waiting: ${CountText.count(waiting.length, "follow-up")}; ` +
          `the next is due ${DateTime.formatIso(waiting[0].due_at)}`
      ]),
  ...(backlog === undefined ? [] : [QuotaForecast.describe(backlog)]),
  ...ServiceStatus.describe(service)
]

const inForceLine = ({ first_in_force, name }: Read["policies"][number]): string =>
  `Policy ${name} was first put in force ${DateTime.formatIso(first_in_force)}`

/** A line for each version in force, where there are several or one is not the first of its name. */
const versionLines = ({ in_force, policies }: Pick<Read, "in_force" | "policies">): ReadonlyArray<string> => {
  const isFirst = ({ policy, since }: Read["in_force"][number]) =>
    policies.some(
      ({ first_in_force, name }) => name === nameOf(policy) && DateTime.distance(first_in_force, since) === 0
    )
  if (in_force.length <= 1 && in_force.every(isFirst)) return []
  return in_force.map(
    ({ policy, since }, index) => `${index + 1}. ${policy} is in force since ${DateTime.formatIso(since)}`
  )
}

const orgLine = ({ chats, org_id }: Read["orgs"][number]): string =>
  `Of organization ${org_id}: ${CountText.count(chats, "chat")}`

const sweepLine = (at: DateTime.Utc): string => `The last sweep of serve ended ${DateTime.formatIso(at)}`

const statusOf = ({
  backlog,
  held_by,
  holdouts,
  in_force,
  last_sweep,
  now,
  orgs,
  paused_since,
  policies,
  service,
  tally,
  to_confirm,
  waiting
}: Read): typeof Status.Type => ({
  at: now,
  service,
  chats: tally.reduce((sum, { chats }) => sum + Number(chats), 0),
  outcomes: outcomesOf(tally),
  held_by,
  paused_since,
  to_confirm,
  policies,
  in_force,
  holdouts,
  orgs,
  last_sweep,
  waiting,
  backlog: backlogOf(backlog)
})

/** Prints the state by the ledger alone; sends no request. Fails where there is no ledger. */
export const status = ({ db, json }: { readonly db: Db; readonly json: boolean }) =>
  Effect.gen(function* () {
    const found = yield* read
    if (json) return yield* print(statusOf(found))
    const sweeps = Arr.fromNullable(found.last_sweep).map(sweepLine)
    yield* Output.lines([
      ...ChatStory.ofAll(found.tally),
      ...found.orgs.map(orgLine),
      ...found.policies.map(inForceLine),
      ...versionLines(found),
      ...found.holdouts.flatMap(HoldoutReport.describe),
      ...sweeps,
      ...serviceLines(found)
    ])
  }).pipe(Effect.provide(Ledgers.reading(db)))

/** Logs, before anything is sent, what waits and how late it will be. */
export const announce = Effect.gen(function* () {
  const found = yield* read
  yield* Effect.forEach(serviceLines(found), (line) => Effect.logInfo(line), { discard: true })
})
