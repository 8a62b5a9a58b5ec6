/**
 * The switch that stops all sending. It is on record, so it survives the process; each pause is a row, so its history
 * is kept.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Pauses and holds. A pause is an operator's; a hold is a pause with a reason, which a limit or a start began. */
export interface PauseSwitch {
  /** Since when nothing is sent; none where follow-ups are sent. */
  readonly paused: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
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
  /** Begins a pause, for all processes and after a restart. Does nothing where follow-ups are paused already. */
  readonly pause: Effect.Effect<void, SqlError>
  /** Ends the pause or hold, without opening a start: operators go through `Starts.resumeWith`. */
  readonly resume: Effect.Effect<void, SqlError>
}

/** Over the table `pauses` of this database. */
export const make = (sql: SqlClient.SqlClient): PauseSwitch => {
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
  const unlessPaused = (reason: string | null, contacts: number | null = null) =>
    Effect.flatMap(paused, (since) => (Option.isSome(since) ? Effect.void : begin(reason, contacts)))
  return {
    paused,
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
    hold: unlessPaused,
    pause: sql.withTransaction(unlessPaused(null)),
    resume: Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) => sql`UPDATE pauses SET until = ${epochMillis} WHERE until IS NULL`
    )
  }
}
