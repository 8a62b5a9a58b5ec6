/**
 * The record of every plan, every attempt and every decision, on SQLite or PostgreSQL. A change and its audit entry are
 * written in one transaction, and two writers cannot both make the same change. It is enough to recover from: what is
 * due and has not ended is taken up again, whatever became of its timer (decision 0002).
 */
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
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
import * as AuditEntries from "./Ledger/AuditEntries.ts"
import * as AuditWriter from "./Ledger/AuditWriter.ts"
import * as ChatDecisions from "./Ledger/ChatDecisions.ts"
import * as ChatsByRow from "./Ledger/ChatsByRow.ts"
import * as CrashPoint from "./Ledger/CrashPoint.ts"
import * as Flush from "./Ledger/Database/Flush.ts"
import * as Transaction from "./Ledger/Database/Transaction.ts"
import { FollowUp } from "./Plan/FollowUp.ts"
import type { Plan } from "./Plan.ts"
import type { Reason } from "./Decide/Reason.ts"
import type { LedgerOfOtherEdition } from "./Ledger/Edition.ts"
import * as Consents from "./Ledger/Consents.ts"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import * as ContactSends from "./Ledger/ContactSends.ts"
import * as Enrolments from "./Ledger/Enrolments.ts"
import * as FollowUpQueries from "./Ledger/FollowUpQueries.ts"
import { followUps } from "./Ledger/Rows.ts"
import * as FirstWhole from "./Ledger/FirstWhole.ts"
import * as Identity from "./Ledger/Identity.ts"
import type { LedgerLost } from "./Ledger/Database/Ownership.ts"
import * as Reviews from "./Ledger/Reviews.ts"
import * as PauseSwitch from "./Ledger/PauseSwitch.ts"
import * as SendLimits from "./Ledger/SendLimits.ts"
import * as Migrations from "./Ledger/Migrations.ts"
import * as Starts from "./Ledger/Starts.ts"
import * as Sweeps from "./Ledger/Sweeps.ts"
import * as UpdateReads from "./Ledger/UpdateReads.ts"
import * as Telemetry from "./Telemetry.ts"

/** The fields that a change sets; the others stay. */
export type Change = Partial<Omit<typeof FollowUp.Type, "key" | "revision">>

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
     * Records the variant of `from`, too.
     */
    readonly arm: (
      from: FollowUp,
      change: Change,
      event: AuditEvent.AuditEvent,
      within: { readonly chat: ChatSnapshot; readonly limits: SendLimits.Limits }
    ) => Effect.Effect<Option.Option<FollowUp>, SqlError>
    /**
     * Fails where another process has brought the tables to a newer edition, and with `LedgerLost` where the database
     * holds another ledger than at the first call: it was made anew, or another one has got its name.
     */
    readonly isUsable: Effect.Effect<void, LedgerLost | LedgerOfOtherEdition | SqlError>
    /**
     * Records the latest decision about a chat together with the plan that follows from it, if one does, as `plan`
     * would. The audit gets a line when the decision differs from the one before.
     */
    readonly decided: (
      latest: ChatDecisions.LatestDecision,
      next?: { readonly plan: Plan; readonly event: AuditEvent.AuditEvent }
    ) => Effect.Effect<Option.Option<FollowUp>, SqlError>
  } & AuditEntries.AuditEntries &
    ChatDecisions.ChatDecisions &
    ChatsByRow.ChatsByRow &
    Consents.Consents &
    ContactSends.ContactSends &
    Enrolments.Enrolments &
    FirstWhole.FirstWhole &
    FollowUpQueries.FollowUpQueries &
    PauseSwitch.PauseSwitch &
    Reviews.Reviews &
    Starts.Starts &
    UpdateReads.UpdateReads &
    AlertsSent.AlertsSent &
    Sweeps.Sweeps
>() {}

const encodeChange = Schema.encodeSync(Schema.partial(Schema.Struct(FollowUp.fields)))
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

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const inTransaction = Transaction.within(sql)
  const flush = Flush.make(sql)

  const audit = AuditWriter.make(sql)

  const change = (from: FollowUp, change: Change, event: AuditEvent.AuditEvent) =>
    Effect.gen(function* () {
      const rows = yield* followUps(
        sql`UPDATE follow_ups
          SET ${sql.update({ ...encodeChange(change), ...observed(change), revision: from.revision + 1 })}
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
        Option.isSome(changed) && isEnd(to)
          ? Effect.flatMap(decisions.counts.orgLabelOf(changed.value.chat_id), (org) =>
              Telemetry.ended(to.status, to.reason, { ...changed.value, org })
            )
          : Effect.void
      ),
      (write) => CrashPoint.around(to.status === "armed" ? "intent" : "record", write)
    )

  const advance: Ledger["Type"]["advance"] = (from, to, event) => commit(to, change(from, to, event))

  const queries = FollowUpQueries.make(sql)
  const decisions = ChatDecisions.make(sql, audit)
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
            variant: plan.variant ?? null,
            chat_id: plan.chat_id
          },
          event
        )
      : Effect.succeedNone

  const plan: Ledger["Type"]["plan"] = (plan, event) =>
    inTransaction(
      Effect.flatMap(insert(plan, event), (inserted) =>
        Option.isSome(inserted)
          ? Effect.succeed(inserted)
          : Effect.flatMap(
              queries.find(plan.key),
              Option.match({ onNone: () => Effect.succeedNone, onSome: (existing) => reopen(existing, plan, event) })
            )
      )
    )

  const decided: Ledger["Type"]["decided"] = (latest, next) =>
    inTransaction(
      Effect.gen(function* () {
        yield* decisions.record(latest)
        yield* sql`UPDATE follow_ups SET observed = 1 WHERE chat_id = ${latest.chat_id} AND observed = 0`
        return next === undefined ? Option.none() : yield* plan(next.plan, next.event)
      })
    )

  return {
    ...queries,
    ...decisions.counts,
    ...ChatsByRow.make(sql, decisions.record),
    ...AuditEntries.make(sql),
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
          if (tooMany === undefined)
            return (yield* isUnchanged(chat))
              ? yield* change(from, { ...to, variant: from.variant }, event)
              : Option.none()
          yield* pauseSwitch.hold(tooMany)
          yield* Effect.logError(`held: ${tooMany}; nothing more is sent until resume`)
          return Option.none()
        })
      ),
    ...FirstWhole.make(sql),
    plan,
    advance,
    decided,
    isUsable: Effect.zipRight(
      Effect.provideService(Migrations.isNotNewer, SqlClient.SqlClient, sql),
      yield* Identity.makeCheck(sql)
    )
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
  !(
    (follow_up_at !== null || reason === "exited") &&
    FollowUpQueries.finalReasons.some((finalReason) => finalReason === reason)
  )

/**
 * A plan that is earlier by less than this is the same plan: openings are found in whole minutes from the instant of
 * the read.
 */
const sameOpening = Duration.minutes(1)

const isBroughtForward = (existing: FollowUp, plan: Plan): boolean =>
  existing.status === "planned" && DateTime.lessThan(DateTime.addDuration(plan.due_at, sameOpening), existing.due_at)

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
