/**
 * The switch that stops all sending. It is on record, so it survives the process; each pause is a row, so its history
 * is kept.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as AuditWriter from "./AuditWriter.ts"
import * as Transaction from "./Database/Transaction.ts"
import * as Operator from "./Operator.ts"

/** Pauses and holds. A pause is an operator's; a hold is a pause with a reason, which a limit or a start began. */
export interface PauseSwitch {
  /** Since when nothing is sent; none where follow-ups are sent. */
  readonly paused: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
  /**
   * Whether an operator has paused. What is set but not out yet is then taken back. A hold does not take it back,
   * because it is within the limit that began the hold.
   */
  readonly isStopped: Effect.Effect<boolean, SqlError>
  /**
   * The reason of a hold: a limit, or more contacts than were confirmed. None where nothing is held or an operator
   * paused.
   */
  readonly heldBy: Effect.Effect<Option.Option<string>, SqlError>
  /** How many contacts an operator has to confirm before sending goes on; none where none have to be confirmed. */
  readonly toConfirm: Effect.Effect<Option.Option<number>, SqlError>
  /**
   * Begins a hold for this reason. `contacts`: how many have to be confirmed. Does nothing where follow-ups are paused
   * already.
   */
  readonly hold: (reason: string, contacts?: number) => Effect.Effect<void, SqlError>
  /**
   * Begins a pause, for all processes and after a restart, and records who did. Does nothing where follow-ups are
   * paused already.
   */
  readonly pause: Effect.Effect<void, SqlError>
  /** Ends the pause or hold, without opening a start: operators go through `Starts.resumeWith`. */
  readonly resume: Effect.Effect<void, SqlError>
}

/** Over the tables `pauses` and `audit` of this database. */
export const make = (sql: SqlClient.SqlClient, audit: AuditWriter.AuditWriter): PauseSwitch => {
  const paused = Effect.map(
    sql<{ since: number }>`SELECT since FROM pauses WHERE until IS NULL ORDER BY since`,
    (rows) => Option.map(Option.fromNullable(rows[0]), ({ since }) => DateTime.unsafeMake(since))
  )
  const begin = (reason: string | null, contacts: number | null) =>
    Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) => sql`INSERT INTO pauses ${sql.insert({ since: epochMillis, until: null, reason, contacts })}
        ON CONFLICT (since) DO UPDATE SET until = NULL, reason = excluded.reason, contacts = excluded.contacts`
    )
  const unlessPaused = <E>(beginning: Effect.Effect<unknown, E>) =>
    Effect.flatMap(paused, (since) => (Option.isSome(since) ? Effect.void : Effect.asVoid(beginning)))
  const record = Effect.flatMap(Operator.by, (detail) => audit(AuditWriter.allChats, { name: "paused", detail }))
  return {
    paused,
    isStopped: Effect.map(
      sql`SELECT since FROM pauses WHERE until IS NULL AND reason IS NULL`,
      (rows) => rows.length > 0
    ),
    heldBy: Effect.map(
      sql<{ reason: string }>`SELECT reason FROM pauses WHERE until IS NULL AND reason IS NOT NULL ORDER BY since`,
      (rows) => Option.fromNullable(rows[0]?.reason)
    ),
    toConfirm: Effect.map(
      sql<{
        contacts: number
      }>`SELECT contacts FROM pauses WHERE until IS NULL AND contacts IS NOT NULL ORDER BY since`,
      (rows) => Option.fromNullable(rows[0]?.contacts)
    ),
    hold: (reason, contacts) => unlessPaused(begin(reason, contacts ?? null)),
    pause: Transaction.within(sql)(unlessPaused(Effect.zipRight(begin(null, null), record))),
    resume: Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) => sql`UPDATE pauses SET until = ${epochMillis} WHERE until IS NULL`
    )
  }
}
