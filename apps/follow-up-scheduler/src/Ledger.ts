/**
 * The record of every plan, every attempt and every decision, on SQLite or PostgreSQL. A change and its audit entry are
 * written in one transaction, and two writers cannot both make the same change. It is enough to recover from: what is
 * due and has not ended is taken up again, whatever became of its timer (decision 0002).
 */
import type { ChatId, ConversationId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AlertsSent from "./Ledger/AlertsSent.ts"
import type * as AuditEvent from "./Ledger/AuditEvent.ts"
import * as AuditWriter from "./Ledger/AuditWriter.ts"
import * as CrashPoint from "./Ledger/CrashPoint.ts"
import * as Flush from "./Ledger/Database/Flush.ts"
import * as Transaction from "./Ledger/Database/Transaction.ts"
import type { PastFollowUp } from "./Decide/Episode.ts"
import { FollowUp } from "./Plan/FollowUp.ts"
import type { FollowUpKey, Plan } from "./Plan.ts"
import { Reason } from "./Decide/Reason.ts"
import type { LedgerOfOtherEdition } from "./Ledger/Edition.ts"
import * as Consents from "./Ledger/Consents.ts"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import * as ContactSends from "./Ledger/ContactSends.ts"
import * as Enrolments from "./Ledger/Enrolments.ts"
import * as FirstWhole from "./Ledger/FirstWhole.ts"
import * as Reviews from "./Ledger/Reviews.ts"
import * as PauseSwitch from "./Ledger/PauseSwitch.ts"
import * as SendLimits from "./Ledger/SendLimits.ts"
import * as Migrations from "./Ledger/Migrations.ts"
import * as Starts from "./Ledger/Starts.ts"
import * as Sweeps from "./Ledger/Sweeps.ts"
import * as UpdateReads from "./Ledger/UpdateReads.ts"
import * as Telemetry from "./Telemetry.ts"

/** The latest decision about a chat. */
export class ChatDecision extends Schema.Class<ChatDecision>("ChatDecision")({
  chat_id: Schema.String,
  conversation_id: Schema.String,
  decision: Schema.Literal("Act", "Wait", "Stop", "Skip", "Failed"),
  reason: Schema.NullOr(Reason),
  until: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  decided_at: Schema.DateTimeUtcFromNumber
}) {}

/**
 * One entry of the audit, as it is on record. `AuditEvent` reads it. The ids of chat and conversation are
 * `AuditEvent.ofAllChats` where it is about all chats.
 */
export class AuditEntry extends Schema.Class<AuditEntry>("AuditEntry")({
  at: Schema.DateTimeUtcFromNumber,
  chat_id: Schema.String,
  conversation_id: Schema.String,
  key: Schema.NullOr(Schema.String),
  event: Schema.String,
  detail: Schema.parseJson(OpenRecord.Json)
}) {}

/** The fields that a change sets; the others stay. */
export type Change = Partial<Omit<typeof FollowUp.Type, "key" | "revision">>

/** The number of chats with the same latest decision, reason and number of messages sent. */
export interface Tally {
  readonly decision: string
  readonly reason: string | null
  readonly sent: number
  readonly chats: number
}

/**
 * The ledger. All schedulers on a database share it. A method fails with `SqlError` where the database does; a row that
 * cannot be decoded is a defect of this program.
 */
export class Ledger extends Context.Tag("@effect-invent/follow-up-scheduler/Ledger")<
  Ledger,
  {
    /**
     * Records a plan. A follow-up with this key that was skipped or withdrawn is planned again, and one that waits is
     * brought forward if the plan is more than a minute earlier. None where nothing changed.
     */
    readonly plan: (plan: Plan, event: AuditEvent.AuditEvent) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /**
     * Changes a follow-up if its row is still as it was read, and arms it only where no other follow-up of its
     * conversation is armed. None otherwise. An armed row is flushed to the disk, so that it survives a power cut.
     */
    readonly advance: (
      from: FollowUp,
      change: Change,
      event: AuditEvent.AuditEvent
    ) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /**
     * Arms a follow-up, as `advance` does. None also where something was sent to the contact in another conversation
     * since the chat was decided about, or where a limit for all contacts together is reached: then everything is held.
     */
    readonly arm: (
      from: FollowUp,
      change: Change,
      event: AuditEvent.AuditEvent,
      within: { readonly chat: ChatSnapshot; readonly limits: SendLimits.Limits }
    ) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /** Fails where another process has brought the tables to a newer edition. */
    readonly isUsable: Effect.Effect<void, LedgerOfOtherEdition | SqlError>
    /** Whether the row is still as it was read. */
    readonly isCurrent: (followUp: FollowUp) => Effect.Effect<boolean, SqlError>
    /** The row of a key; none where there is none. */
    readonly find: (key: FollowUpKey) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /**
     * The conversation's follow-ups that count as steps taken: armed, sent, done, of unknown outcome, and those that
     * ended without a message after they were armed.
     */
    readonly taken: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<PastFollowUp>, SqlError>
    /** The conversation's planned follow-ups, the soonest first. */
    readonly waiting: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
    /** The conversation's armed follow-ups: one at most, by a unique index. */
    readonly armed: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
    /** Planned and armed follow-ups that were due before this instant, the longest overdue first. */
    readonly overdue: (before: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
    /** Follow-ups due after this instant that are armed, or planned after a failure. */
    readonly waitingAgain: (after: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
    /** Planned and armed follow-ups that will be due after the one instant and until the other, the soonest first. */
    readonly comingUp: (after: DateTime.Utc, until: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
    /** How many planned and armed follow-ups are due within this time. `Duration.infinity` counts all. */
    readonly pending: (within: Duration.Duration) => Effect.Effect<number, SqlError>
    /** How many planned and armed follow-ups have been due for longer than this, or failed so often in a row. */
    readonly late: (by: Duration.Duration, failures: number) => Effect.Effect<number, SqlError>
    /** How many follow-ups have the status `unknown`. */
    readonly unknown: Effect.Effect<number, SqlError>
    /**
     * Chats in which a follow-up ended, and about which nothing was decided since. Ends with the reason `refused` or
     * `unreachable` do not count.
     */
    readonly unobserved: Effect.Effect<ReadonlyArray<ChatId>, SqlError>
    /**
     * Records the latest decision about a chat together with the plan that follows from it, if one does, as `plan`
     * would. The audit gets a line when the decision differs from the one before.
     */
    readonly decided: (
      latest: Omit<typeof ChatDecision.Type, "decided_at">,
      next?: { readonly plan: Plan; readonly event: AuditEvent.AuditEvent }
    ) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /** All audit entries of a chat, the oldest first. */
    readonly story: (chat_id: ChatId) => Effect.Effect<ReadonlyArray<AuditEntry>, SqlError>
    /** When the latest audit entry was written; none where there is none. */
    readonly lastRecordedAt: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
    /** Every chat counted once, by its latest decision and the follow-ups it got. */
    readonly tally: Effect.Effect<ReadonlyArray<Tally>, SqlError>
  } & Consents.Consents &
    ContactSends.ContactSends &
    Enrolments.Enrolments &
    FirstWhole.FirstWhole &
    PauseSwitch.PauseSwitch &
    Reviews.Reviews &
    Starts.Starts &
    UpdateReads.UpdateReads &
    AlertsSent.AlertsSent &
    Sweeps.Sweeps
>() {}

const decodeRows = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(schema))
  // A row this program wrote and cannot read is a defect of this program, not an error of its caller.
  return <E>(rows: Effect.Effect<ReadonlyArray<object>, E>) =>
    Effect.flatMap(rows, (rows) => Effect.orDie(decode(rows)))
}

const encodeChange = Schema.encodeSync(Schema.partial(Schema.Struct(FollowUp.fields)))
const followUps = decodeRows(FollowUp)
const open: ReadonlyArray<string> = ["planned", "armed"]

const isUniqueViolation = ({ cause }: SqlError): boolean =>
  SqliteError.hasCode(cause, SqliteError.ResultCode.ConstraintUnique) ||
  (Predicate.hasProperty(cause, "code") && cause.code === "23505")

/** Ends after which nothing is decided about the chat until the watch names it again. */
const quiet: ReadonlyArray<unknown> = ["refused", "unreachable"] satisfies ReadonlyArray<Reason>

const isEnd = (change: Change): change is Change & { readonly status: string } =>
  change.status !== undefined && !open.includes(change.status)

/** The column `observed` after a change: 0 from the end of a follow-up until its chat was decided about. */
const observed = ({ reason, status }: Change) =>
  status === undefined ? {} : { observed: open.includes(status) || quiet.includes(reason) ? 1 : 0 }

/** A follow-up that was armed and ended for one of these reasons counts as a step taken, and is not planned again. */
const final = ["assistant_declined", "cancelled", "refused", "chat_gone", "exited"] satisfies ReadonlyArray<Reason>

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const inTransaction = Transaction.within(sql)
  const flush = Flush.make(sql)

  /** Not a parameter: the partial index is used only where the statement itself has its condition. */
  const isOpen = sql.literal("status IN ('planned', 'armed')")

  const audit = AuditWriter.make(sql)

  const find = (key: FollowUpKey) =>
    Effect.map(followUps(sql`SELECT * FROM follow_ups WHERE key = ${key}`), (rows) => Option.fromNullable(rows[0]))

  const change = (from: FollowUp, change: Change, event: AuditEvent.AuditEvent) =>
    Effect.gen(function* () {
      const rows = yield* followUps(
        sql`UPDATE follow_ups SET ${sql.update({ ...encodeChange(change), ...observed(change), revision: from.revision + 1 })}
            WHERE key = ${from.key} AND status = ${from.status} AND revision = ${from.revision} RETURNING *`
      )
      if (rows[0] === undefined) return Option.none()
      yield* audit(from, event)
      return Option.some(rows[0])
    })

  const commit = (to: Change, changing: ReturnType<typeof change>) =>
    inTransaction(changing).pipe(
      Effect.tap((changed) => (Option.isSome(changed) && to.status === "armed" ? flush : Effect.void)),
      Effect.catchIf(isUniqueViolation, () => Effect.succeedNone),
      Effect.tap((changed) =>
        Option.isSome(changed) && isEnd(to) ? Telemetry.ended(to.status, to.reason, changed.value.policy) : Effect.void
      ),
      (write) => CrashPoint.around(to.status === "armed" ? "intent" : "record", write)
    )

  const advance: Ledger["Type"]["advance"] = (from, to, event) => commit(to, change(from, to, event))

  const { isUnchanged, recallSends } = ContactSends.make(sql)
  const pauseSwitch = PauseSwitch.make(sql, audit)
  const sendLimits = SendLimits.make(sql)

  const insert = (plan: Plan, event: AuditEvent.AuditEvent) =>
    Effect.gen(function* () {
      const rows = yield* followUps(
        sql`INSERT INTO follow_ups ${sql.insert({
          ...plan,
          due_at: plan.due_at.epochMillis,
          status: "planned",
          revision: 0,
          attempts: 0,
          confirm_checks: 0,
          failures: 0,
          writes: 1
        })} ON CONFLICT (key) DO NOTHING RETURNING *`
      )
      if (rows[0] === undefined) return Option.none<FollowUp>()
      yield* audit(plan, event)
      return Option.some(rows[0])
    })

  const reopen = (existing: FollowUp, plan: Plan, event: AuditEvent.AuditEvent) =>
    canBeReopened(existing) || isBroughtForward(existing, plan)
      ? advance(
          existing,
          {
            ...unarmed,
            status: "planned",
            due_at: plan.due_at,
            reason: null,
            policy: plan.policy,
            chat_id: plan.chat_id
          },
          event
        )
      : Effect.succeedNone

  const count = (where: Statement.Fragment) =>
    Effect.map(
      sql<{ count: number }>`SELECT CAST(count(*) AS INTEGER) AS count FROM follow_ups WHERE ${where}`,
      (rows) => rows[0]?.count ?? 0
    )

  const plan: Ledger["Type"]["plan"] = (plan, event) =>
    inTransaction(
      Effect.flatMap(insert(plan, event), (inserted) =>
        Option.isSome(inserted)
          ? Effect.succeed(inserted)
          : Effect.flatMap(
              find(plan.key),
              Option.match({ onNone: () => Effect.succeedNone, onSome: (existing) => reopen(existing, plan, event) })
            )
      )
    )

  const record = (latest: Omit<typeof ChatDecision.Type, "decided_at">) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const row = Schema.encodeSync(ChatDecision)(new ChatDecision({ ...latest, decided_at: now }))
      const before = yield* sql<{ decision: string; reason: string | null }>`
        SELECT decision, reason FROM chat_decisions WHERE chat_id = ${latest.chat_id}`
      yield* sql`INSERT INTO chat_decisions ${sql.insert(row)}
        ON CONFLICT (chat_id) DO UPDATE SET ${sql.update(row, ["chat_id"])}`
      if (before[0]?.decision === latest.decision && before[0]?.reason === latest.reason) return
      const { decision, reason, until } = latest
      yield* audit(latest, { name: "decided", detail: { decision, reason, ...(until !== null && { until }) } })
    })

  const decided: Ledger["Type"]["decided"] = (latest, next) =>
    inTransaction(
      Effect.gen(function* () {
        yield* record(latest)
        yield* sql`UPDATE follow_ups SET observed = 1 WHERE chat_id = ${latest.chat_id} AND observed = 0`
        return next === undefined ? Option.none() : yield* plan(next.plan, next.event)
      })
    )

  return {
    ...pauseSwitch,
    ...Starts.make(sql, pauseSwitch, audit),
    ...Consents.make(sql, audit),
    ...Reviews.make(sql),
    ...Enrolments.make(sql, audit),
    ...UpdateReads.make(sql),
    ...AlertsSent.make(sql),
    ...Sweeps.make(sql),
    recallSends,
    arm: (from, to, event, { chat, limits }) =>
      commit(
        to,
        Effect.gen(function* () {
          yield* sendLimits.lock
          const tooMany = yield* sendLimits.reached(limits)
          if (tooMany === undefined) return (yield* isUnchanged(chat)) ? yield* change(from, to, event) : Option.none()
          yield* pauseSwitch.hold(tooMany)
          yield* Effect.logError(`held: ${tooMany}; nothing more is sent until resume`)
          return Option.none()
        })
      ),
    ...FirstWhole.make(sql),
    plan,
    advance,
    find,
    decided,
    isUsable: Effect.provideService(Migrations.isNotNewer, SqlClient.SqlClient, sql),
    isCurrent: ({ key, status, revision }) =>
      Effect.map(
        find(key),
        Option.exists((row) => row.status === status && row.revision === revision)
      ),
    unobserved: Effect.map(
      sql<{ chat_id: ChatId }>`SELECT DISTINCT chat_id FROM follow_ups WHERE observed = 0`,
      (rows) => rows.map(({ chat_id }) => chat_id)
    ),
    taken: (conversation_id) =>
      Effect.map(
        followUps(
          sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id}
              AND (status IN ('armed', 'sent', 'done', 'unknown') OR ${sql.in("reason", final)})`
        ),
        (rows) => rows.flatMap(toTaken)
      ),
    waiting: (conversation_id) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id} AND status = 'planned' ORDER BY due_at`
      ),
    armed: (conversation_id) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id} AND status = 'armed' ORDER BY due_at`
      ),
    overdue: (before) =>
      followUps(sql`SELECT * FROM follow_ups WHERE ${isOpen} AND due_at <= ${before.epochMillis} ORDER BY due_at`),
    waitingAgain: (after) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE ${isOpen} AND due_at > ${after.epochMillis} AND (status = 'armed' OR failures > 0)`
      ),
    comingUp: (after, until) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE ${isOpen} AND due_at > ${after.epochMillis} AND due_at <= ${until.epochMillis}
            ORDER BY due_at`
      ),
    pending: (within) =>
      Effect.flatMap(DateTime.now, (now) =>
        count(sql`${isOpen} AND due_at <= ${DateTime.addDuration(now, within).epochMillis}`)
      ),
    late: (by, failures) =>
      Effect.flatMap(DateTime.now, (now) => {
        const before = DateTime.subtractDuration(now, by).epochMillis
        return count(sql`${isOpen} AND (due_at <= ${before} OR failures >= ${failures})`)
      }),
    unknown: count(sql`status = 'unknown'`),
    story: (chat_id) => decodeRows(AuditEntry)(sql`SELECT * FROM audit WHERE chat_id = ${chat_id} ORDER BY id`),
    lastRecordedAt: Effect.map(sql<{ at: number | string }>`SELECT at FROM audit ORDER BY id DESC LIMIT 1`, ([last]) =>
      Option.map(Option.fromNullable(last), ({ at }) => DateTime.unsafeMake(Number(at)))
    ),
    tally: sql<Tally>`
      SELECT d.decision, d.reason, CAST(count(*) AS INTEGER) AS chats,
        (SELECT CAST(count(*) AS INTEGER) FROM follow_ups f WHERE f.chat_id = d.chat_id AND f.status = 'sent') AS sent
      FROM chat_decisions d GROUP BY d.decision, d.reason, sent ORDER BY chats DESC`
  } satisfies Ledger["Type"]
})

/** What a follow-up that is planned again is set back to: it was never armed, and nothing has failed. */
export const unarmed = {
  follow_up_at: null,
  after_id: null,
  confirmed_at: null,
  attempts: 0,
  confirm_checks: 0,
  failures: 0,
  writes: true
} satisfies Change

const canBeReopened = ({ follow_up_at, reason, status }: FollowUp): boolean =>
  (status === "skipped" || status === "withdrawn") &&
  !((follow_up_at !== null || reason === "exited") && final.some((finalReason) => finalReason === reason))

/**
 * A plan that is earlier by less than this is the same plan: openings are found in whole minutes from the instant of
 * the read.
 */
const sameOpening = Duration.minutes(1)

const isBroughtForward = (existing: FollowUp, plan: Plan): boolean =>
  existing.status === "planned" && DateTime.lessThan(DateTime.addDuration(plan.due_at, sameOpening), existing.due_at)

const statusOf = ({ status, writes }: FollowUp): PastFollowUp["status"] => {
  switch (status) {
    case "armed":
      return "under_way"
    case "sent":
      return "done"
    case "done":
      return "state_changed"
    case "unknown":
      return writes ? "unknown" : "state_changed"
    default:
      return "failed"
  }
}

const toTaken = (row: FollowUp): ReadonlyArray<PastFollowUp> => {
  const isExited = row.reason === "exited"
  if (row.follow_up_at === null && !isExited) return []
  const { anchor_id, due_at, follow_up_at, message_id, policy, step } = row
  return [
    {
      policy,
      anchor_id,
      step,
      message_id: message_id ?? undefined,
      follow_up_at: follow_up_at ?? due_at,
      status: statusOf(row),
      isExited
    }
  ]
}

type Unusable = LedgerOfOtherEdition | SqlError

/** Creates the tables where they are missing, and brings those of an older edition to this one. */
export const layer: Layer.Layer<Ledger, Unusable, SqlClient.SqlClient> = Layer.effect(
  Ledger,
  Effect.zipRight(Migrations.create, make)
)

/** Over tables that exist and are of this edition; fails with `LedgerOfOtherEdition` where they are of another. */
export const layerReadOnly: Layer.Layer<Ledger, Unusable, SqlClient.SqlClient> = Layer.effect(
  Ledger,
  Effect.zipRight(Migrations.check, make)
)
