/** Builds what the page shows, from the ledger, the policy, the health and the quota. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { FollowUp } from "../Plan/FollowUp.ts"
import * as HoldoutReport from "../Operations/HoldoutReport.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import { Ledger } from "../Ledger.ts"
import * as QuotaShares from "../Ledger/QuotaShares.ts"
import type { AuditEntry } from "../Ledger/AuditEntries.ts"
import type { Tally } from "../Ledger/ChatDecisions.ts"
import { QuotaUsage } from "../Operations/QuotaUsage.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import { Health } from "../Operations/Health.ts"
import * as ServiceStatus from "../Operations/ServiceStatus.ts"
import { advise } from "../Operations/Trouble.ts"
import * as Orgs from "../Policy/Orgs.ts"
import { PolicyVersions } from "../Policies/PolicyVersions.ts"
import * as Policies from "../Policies.ts"
import { type ActivePolicy, type AnyPolicy, effectiveFrom } from "../Policy.ts"
import { describe } from "../Decide/Reason.ts"
import * as Variant from "../Decide/Variant.ts"
import * as AuditEvent from "../Ledger/AuditEvent.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import { ContactNames } from "../Watch/ContactNames.ts"
import * as Api from "./Api.ts"
import * as QuietHours from "./QuietHours.ts"
import * as OverviewQueries from "./OverviewQueries.ts"

/** The overview of the page, for all who have it open. */
export class Overview extends Context.Tag("@effect-invent/follow-up-scheduler/operatorPage/Overview")<
  Overview,
  {
    /** Reads the overview now. */
    readonly overview: Effect.Effect<Api.Overview, SqlError>
    /**
     * The overview as JSON, at once and whenever anything but its time of day changes. All who have the page open share
     * one reading; while nobody has, nothing is read.
     */
    readonly changes: Stream.Stream<string, SqlError>
    /** Makes the next overview be read anew: called after the operator has changed something. */
    readonly renew: Effect.Effect<void>
  }
>() {}

const limits = { upcoming: 200, unresolved: 100, recent: 40 } as const

/** How far the time line of the page reaches, with an hour to spare. */
const horizon = Duration.sum(Duration.days(3), Duration.hours(1))

/** Maximum age of what the page shows. A large ledger is read less often, every 5 seconds at the least. */
const freshness = { least: Duration.seconds(1), most: Duration.seconds(5) }

/** An audit entry as the page shows it. */
export const toTimelineEntry = (entry: AuditEntry): Api.TimelineEntry => ({
  at: entry.at,
  chat_id: entry.chat_id,
  kind: AuditEvent.kindOf(entry),
  words: AuditEvent.sentence(entry)
})

const hoursOf = ({ planned, policy }: OverviewQueries.Expected): string | null =>
  planned === null || planned.zones.length === 0 ? null : [policy, ...planned.zones, planned.country ?? ""].join(" ")

/** Versions of policies by their ids. */
type Versions = ReadonlyMap<string, AnyPolicy>

/** What the step does; null also where the variants differ in it, and the contact's is not known yet. */
const actionOf = (versions: Versions, { policy, step, variant }: FollowUp): Api.Action => {
  const version = versions.get(policy)
  if (version === undefined) return null
  const known = Variant.among(version, variant)
  const policies = known === undefined ? Variant.policiesOf(version) : [Variant.policyOf(version, known)]
  const [first, ...others] = policies.map(({ steps }) => steps[step - 1]?.action ?? null)
  return others.every((action) => action === first) ? (first ?? null) : null
}

const why = (
  { decision_reason, due_at, status }: OverviewQueries.Expected,
  now: DateTime.Utc,
  isPaused: boolean
): string => {
  if (status === "armed") return describe("in_progress")
  const isDue = decision_reason === null || DateTime.lessThanOrEqualTo(due_at, now)
  return isDue ? (isPaused ? describe("paused") : "due now") : describe(decision_reason)
}

const toUpcoming =
  (versions: Versions, now: DateTime.Utc, isPaused: boolean) =>
  (row: OverviewQueries.Expected): Api.Upcoming => ({
    key: row.key,
    chat_id: row.chat_id,
    policy: row.policy,
    variant: row.variant,
    step: row.step,
    action: actionOf(versions, row),
    status: row.status === "armed" ? "armed" : "planned",
    at: row.follow_up_at !== null && DateTime.greaterThan(row.follow_up_at, now) ? row.follow_up_at : row.due_at,
    zone: row.planned?.zones[0] ?? null,
    hours: hoursOf(row),
    why: why(row, now, isPaused)
  })

/** About how many follow-ups are to come: the number of chats whose latest decision is to follow up or to wait. */
const waitingChats = (tally: ReadonlyArray<Tally>): number =>
  tally.reduce((sum, { chats, decision }) => (decision === "Act" || decision === "Wait" ? sum + chats : sum), 0)

const toUnresolved =
  (versions: Versions) =>
  (row: FollowUp): Api.Unresolved => ({
    key: row.key,
    chat_id: row.chat_id,
    policy: row.policy,
    variant: row.variant,
    step: row.step,
    action: actionOf(versions, row),
    follow_up_at: row.follow_up_at,
    why: describe(row.reason ?? "not_confirmed")
  })

const encode = Schema.encodeSync(Schema.parseJson(Api.Overview))
const epoch = DateTime.unsafeMake(0)

/** An overview that was read, ready to be sent. */
interface Reading {
  readonly text: string
  /** The overview without its time of day, to find out whether anything changed. */
  readonly facts: string
  /** When it is read anew, on the monotonic clock in nanoseconds. */
  readonly until: bigint
}

/** The quiet hours by their keys. Kept in memory for one hour. */
const makeQuiet = () => {
  let hour = 0
  const known = new Map<string, ReadonlyArray<Api.TimeRange>>()
  return (
    rows: ReadonlyArray<OverviewQueries.Expected>,
    versions: Versions,
    now: DateTime.Utc
  ): Api.Overview["quiet"] => {
    const from = DateTime.startOf(now, "hour")
    if (from.epochMillis !== hour) known.clear()
    hour = from.epochMillis
    const quiet = new Map<string, ReadonlyArray<Api.TimeRange>>()
    for (const row of rows) {
      const name = hoursOf(row)
      const policy = versions.get(row.policy)
      if (name === null || policy === undefined || row.planned === null) continue
      const { country, zones } = row.planned
      const found =
        known.get(name) ?? QuietHours.between(policy, { country, zones }, from, DateTime.addDuration(from, horizon))
      known.set(name, found)
      quiet.set(name, found)
    }
    return Object.fromEntries(quiet)
  }
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const inDatabase = Effect.provideService(SqlClient.SqlClient, sql)
  const survey = OverviewQueries.make(sql)
  const ledger = yield* Ledger
  const health = yield* Health
  const meter = yield* QuotaUsage
  const { current } = yield* Policies.Policies
  const versions = yield* PolicyVersions
  const quietOf = makeQuiet()
  const contactNames = yield* ContactNames
  const orgs = yield* Orgs.Orgs
  const quotaShares = QuotaShares.make(sql)

  const versionsOf = (rows: ReadonlyArray<FollowUp | OverviewQueries.Expected>): Effect.Effect<Versions, SqlError> =>
    Effect.forEach(new Set(rows.map(({ policy }) => policy)), (id) =>
      Effect.map(versions.version(id), (policy) => [id, policy] as const)
    ).pipe(Effect.map((known) => new Map(known)))

  const findBacklog = Effect.gen(function* () {
    const spent = QuotaForecast.quota(yield* meter.reading)
    const due = (yield* ServiceStatus.waiting(spent)).map(({ due_at }) => due_at)
    return Option.fromNullable(QuotaForecast.worst(due, yield* DateTime.now, spent)).pipe(
      Option.map(QuotaForecast.describe),
      Option.getOrNull
    )
  })
  // It reads everything that is to come, so once a minute. A failure of the database shows in the other queries.
  const backlog = yield* MonotonicClock.cachedFor("1 minute")(Effect.orElseSucceed(inDatabase(findBacklog), () => null))

  const quota = Effect.gen(function* () {
    const { expectedWait, limit, window, ...own } = yield* meter.reading
    const others = yield* quotaShares.ofOthers(meter.process)
    const due = yield* ledger.pending(window)
    const millis = { window_millis: Duration.toMillis(window), wait_millis: Duration.toMillis(expectedWait) }
    const foreseen = { due, forecast: due * QuotaForecast.requestsPerFollowUp, backlog: yield* backlog }
    return {
      limit,
      schedulers: 1 + others.schedulers,
      used: own.used + others.used,
      reserved: own.reserved + others.reserved,
      queued: own.queued + others.queued,
      ...foreseen,
      ...millis
    }
  })

  /**
   * The troubles of this process. Where failed reads of chats are on record before they count as an outage, these too.
   */
  const troubles = (now: DateTime.Utc) =>
    Effect.gen(function* () {
      const found = yield* health.troubles
      const service = yield* inDatabase(ServiceStatus.service)
      const isReported = found.some(({ kind }) => kind === "service_out" || kind === "key_refused")
      const unanswered = isReported
        ? []
        : ServiceStatus.describe(service).map((words) => ({ words: `${words}.`, since: service.answered_at ?? now }))
      return [...found.map((trouble) => ({ words: advise(trouble), since: trouble.since })), ...unanswered]
    })

  const holdouts = Effect.provideService(HoldoutReport.comparisons, Ledger, ledger)

  const overview = Effect.gen(function* () {
    const now = yield* DateTime.now
    // Read first, so that no entry, such as that of a pause, is shown without the state that it has led to.
    const recent = yield* survey.recent(limits.recent)
    const upcoming = yield* survey.upcoming(limits.upcoming)
    const unresolved = yield* survey.unresolved(limits.unresolved)
    const tally = yield* ledger.tally
    const policies = yield* current
    const ofRows = yield* versionsOf([...upcoming, ...unresolved.first])
    const paused = yield* ledger.paused
    const shown = [...upcoming, ...unresolved.first, ...recent].map(({ chat_id }) => chat_id)
    const areSeveral = Orgs.areSeveral(orgs)
    const next = upcoming.map(toUpcoming(ofRows, now, Option.isSome(paused)))
    return {
      now,
      policy: Policies.idsOf(policies),
      policies: yield* Effect.forEach(policies, (policy) =>
        Effect.map(versions.firstInForce(policy), (first) => ({
          id: policy.id,
          effective_from: effectiveFrom(policy, first) ?? null
        }))
      ),
      paused_since: Option.getOrNull(paused),
      to_confirm: Option.getOrNull(yield* ledger.toConfirm),
      troubles: yield* troubles(now),
      upcoming: { total: next.length < limits.upcoming ? next.length : waitingChats(tally), first: next },
      quiet: quietOf(upcoming, ofRows, now),
      quota: yield* quota,
      holdouts: (yield* inDatabase(holdouts)).map(HoldoutReport.describe),
      outcomes: tally.map((row) => ({ words: ChatStory.outcome(row), ...row })),
      unresolved: { total: unresolved.total, first: unresolved.first.map(toUnresolved(ofRows)) },
      names: [...(yield* contactNames.of([...new Set(shown)]))],
      orgs: areSeveral ? orgs : [],
      org_of: areSeveral ? yield* survey.orgsOf([...new Set(shown)]) : [],
      recent: recent.map(toTimelineEntry)
    } satisfies Api.Overview
  })

  let reading: Reading | undefined
  const lock = yield* Effect.makeSemaphore(1)
  const read = Effect.gen(function* () {
    const [took, found] = yield* Effect.timed(overview)
    const freshFor = Duration.clamp(Duration.times(took, 20), { minimum: freshness.least, maximum: freshness.most })
    const until = (yield* Clock.currentTimeNanos) + Option.getOrThrow(Duration.toNanos(freshFor))
    reading = { text: encode(found), facts: encode({ ...found, now: epoch }), until }
    return reading
  })
  // A large record is read less often, so that reading takes about a twentieth of the time.
  const latest = lock.withPermits(1)(
    Effect.flatMap(Clock.currentTimeNanos, (now) =>
      reading !== undefined && now < reading.until ? Effect.succeed(reading) : read
    )
  )
  const ticks = Stream.concat(Stream.make(0), Schedule.spaced(freshness.least).pipe(Stream.fromSchedule))
  const changes = Stream.mapEffect(ticks, () => latest).pipe(
    Stream.changesWith((a, b) => a.facts === b.facts),
    Stream.map(({ text }) => text)
  )
  const renew = Effect.sync(() => (reading = undefined))
  return { overview, changes, renew }
})

/** The overview of this process. Nothing is read before somebody opens the page. */
export const layer: Layer.Layer<
  Overview,
  never,
  SqlClient.SqlClient | Health | Ledger | QuotaUsage | PolicyVersions | ActivePolicy
> = Layer.provide(Layer.effect(Overview, make), Policies.layer)
