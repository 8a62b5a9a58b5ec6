/**
 * A start: a version of a policy that is in force for the first time, or sending that goes on after a pause or a
 * restore. It can reach many contacts at once, so nothing of it is sent before its chats were read and its contacts
 * counted. More contacts than were confirmed hold everything, until an operator resumes and confirms their number
 * (decision 0017).
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AuditWriter from "./AuditWriter.ts"
import * as Transaction from "./Database/Transaction.ts"
import * as Operator from "./Operator.ts"
import type * as PauseSwitch from "./PauseSwitch.ts"
import { unconfirmed } from "./Unconfirmed.ts"
import * as CountText from "../Policy/CountText.ts"

/** More contacts would be written to than were confirmed. Nothing was sent, and sending stays held. */
export class NotConfirmed extends Schema.TaggedError<NotConfirmed>()("NotConfirmed", {
  contacts: Schema.Int,
  confirmed: Schema.Int
}) {
  override get message() {
    return (
      `${CountText.count(this.contacts, "contact")} would be written to, and ${this.confirmed} are allowed; look at ` +
      `them with preview, then resume --confirm ${this.contacts}`
    )
  }
}

/** Starts, in the table `starts`. A start is open until its contacts were counted; meanwhile nothing of it is begun. */
export interface Starts {
  /** Opens the start of a version. Does nothing where this version had one. */
  readonly start: (policy: string) => Effect.Effect<void, SqlError>
  /**
   * Ends the pause, opens the start that follows it, which may reach `confirmed` contacts, and records who did. Fails
   * with `NotConfirmed`, and changes nothing, where more have to be confirmed. Does nothing where follow-ups are not
   * paused.
   */
  readonly resumeWith: (confirmed: number) => Effect.Effect<void, NotConfirmed | SqlError>
  /** Opens the start that follows a restore, because follow-ups may have been waiting for long. */
  readonly startRestored: Effect.Effect<void, SqlError>
  /** Whether a start of one of these versions, or one after a pause or a restore, is open. */
  readonly isStarting: (...policies: ReadonlyArray<string>) => Effect.Effect<boolean, SqlError>
  /** For each version of a policy, whether its planned follow-ups are held: by a pause, or by an open start. */
  readonly held: Effect.Effect<(policy: string) => boolean, SqlError>
  /** The same for follow-ups that are armed already: a hold that a limit began does not stop them. */
  readonly heldOnceArmed: Effect.Effect<(policy: string) => boolean, SqlError>
  /**
   * Counts the contacts whom the open starts of one or several versions together, and those after a pause, would reach
   * within a day, and closes these starts. Counted are planned follow-ups of these versions; after a pause, those that
   * are due by now or were planned since. More contacts than `confirmed`, or than were confirmed with the resume, hold
   * everything. Records where `confirmed` lets more be written to than go without it, and the operator.
   */
  readonly settle: (policies: string | ReadonlyArray<string>, confirmed: number) => Effect.Effect<void, SqlError>
}

interface Open {
  readonly id: number
  /** Null: sending goes on after a pause or a restore, whatever the version. */
  readonly policy: string | null
  readonly at: number | string
  readonly confirmed: number
}

const dayMillis = 86_400_000

/** The versions that are held: all of them, or those whose start is open. */
const heldIn = (areAll: boolean, starts: ReadonlyArray<Open>) => {
  const versions = new Set(starts.map(({ policy }) => policy))
  return (version: string) => areAll || versions.has(null) || versions.has(version)
}

const afterPause = "sending goes on after a pause or a restore"

/** Over the tables `starts` and `audit` of this database. */
export const make = (
  sql: SqlClient.SqlClient,
  pauseSwitch: PauseSwitch.PauseSwitch,
  audit: AuditWriter.AuditWriter
): Starts => {
  const open = sql<Open>`SELECT id, policy, at, confirmed FROM starts WHERE counted_at IS NULL ORDER BY id`
  const openOf = (versions: ReadonlyArray<string>) =>
    Effect.map(open, (rows) => rows.filter(({ policy }) => policy === null || versions.includes(policy)))

  const begin = (policy: string | null, confirmed: number) =>
    Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) =>
        sql`INSERT INTO starts ${sql.insert({ policy, at: epochMillis, confirmed, counted_at: null })}
          ON CONFLICT (policy) DO NOTHING`
    )

  /** Of what waits after a pause: what is due by now, and what was planned since the start was opened. */
  const sincePause = (at: number, now: number) =>
    sql`(f.due_at <= ${now} OR EXISTS (
      SELECT 1 FROM audit a WHERE a.chat_id = f.chat_id AND a.key = f.key AND a.event = 'planned' AND a.at >= ${at}))`

  /** How many contacts these follow-ups reach within a day. A contact without an id counts as one per conversation. */
  const reach = (which: Statement.Fragment, now: number) =>
    Effect.map(
      sql<{ count: number }>`SELECT CAST(count(DISTINCT COALESCE(s.contact_id, f.conversation_id)) AS INTEGER) AS count
        FROM follow_ups f
        JOIN chat_decisions d ON d.chat_id = f.chat_id AND d.decision IN ('Act', 'Wait')
        LEFT JOIN subjects s ON s.chat_id = f.chat_id
        WHERE f.status = 'planned' AND f.due_at <= ${now + dayMillis} AND ${which}`,
      (rows) => rows[0]?.count ?? 0
    )

  /** Closes these starts, which have one cause, and holds everything where they reach too many. */
  const settleFor = (
    starts: ReadonlyArray<Open>,
    cause: string,
    which: (now: number) => Statement.Fragment,
    confirmed: number
  ) =>
    Effect.gen(function* () {
      const now = (yield* DateTime.now).epochMillis
      const contacts = yield* reach(which(now), now)
      const ids = starts.map(({ id }) => id)
      yield* sql`UPDATE starts SET counted_at = ${now} WHERE ${sql.in("id", ids)}`
      const byResume = Math.max(...starts.map((start) => start.confirmed))
      if (contacts <= Math.max(confirmed, byResume)) {
        const detail = { ...(yield* Operator.by), start: cause, contacts }
        if (contacts > Math.max(unconfirmed, byResume))
          yield* audit(AuditWriter.allChats, { name: "start_confirmed", detail })
        return
      }
      const held = `${cause}, and ${CountText.count(contacts, "contact")} would be written to`
      yield* pauseSwitch.hold(held, contacts)
      yield* Effect.logError(`held: ${held}; look at them with preview, then resume --confirm ${contacts}`)
    })

  const settle = (starts: ReadonlyArray<Open>, confirmed: number) =>
    Effect.gen(function* () {
      const versions = starts.flatMap(({ policy }) => policy ?? [])
      const own = starts.filter(({ policy }) => policy !== null)
      const verb = versions.length === 1 ? "was" : "were"
      if (versions.length > 0)
        yield* settleFor(
          own,
          `${versions.join(", ")} ${verb} put in force`,
          () => sql.in("f.policy", versions),
          confirmed
        )
      for (const start of starts.filter(({ policy }) => policy === null))
        yield* settleFor([start], afterPause, (now) => sincePause(Number(start.at), now), confirmed)
    })

  const inTransaction = Transaction.within(sql)

  return {
    start: (policy) => begin(policy, 0),
    startRestored: begin(null, 0),
    resumeWith: (confirmed) =>
      inTransaction(
        Effect.gen(function* () {
          const toConfirm = yield* pauseSwitch.toConfirm
          const contacts = Option.getOrElse(toConfirm, () => 0)
          if (contacts > confirmed) return yield* new NotConfirmed({ contacts, confirmed })
          if (Option.isNone(yield* pauseSwitch.paused)) return
          yield* pauseSwitch.resume
          yield* begin(null, confirmed)
          const detail = { ...(yield* Operator.by), ...(Option.isSome(toConfirm) && { confirmed: contacts }) }
          yield* audit(AuditWriter.allChats, { name: "resumed", detail })
        })
      ),
    isStarting: (...versions) => Effect.map(openOf(versions), (rows) => rows.length > 0),
    held: Effect.zipWith(Effect.map(pauseSwitch.paused, Option.isSome), open, heldIn),
    heldOnceArmed: Effect.zipWith(pauseSwitch.isStopped, open, heldIn),
    settle: (versions, confirmed) =>
      inTransaction(Effect.flatMap(openOf([versions].flat()), (starts) => settle(starts, confirmed)))
  }
}
