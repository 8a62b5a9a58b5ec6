/** The switch that holds everything: on record, so that it survives the process, and with its history. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface Switch {
  /** Since when nothing is sent, if that is so. */
  readonly paused: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
  /** What holds everything, if it is no operator: a limit, or more contacts than were confirmed. */
  readonly heldBy: Effect.Effect<Option.Option<string>, SqlError>
  /** How many contacts have to be confirmed before it goes on, where it is held for that. */
  readonly toConfirm: Effect.Effect<Option.Option<number>, SqlError>
  /** From now on nothing is sent, for this reason; so many contacts have to be confirmed, where that is the reason. */
  readonly hold: (reason: string, contacts?: number) => Effect.Effect<void, SqlError>
  /** From now on nothing is sent, by this process or the next. Once more is the same. */
  readonly pause: Effect.Effect<void, SqlError>
  readonly resume: Effect.Effect<void, SqlError>
}

export const make = (sql: SqlClient.SqlClient): Switch => {
  const paused = Effect.map(sql<{ since: number }>`SELECT since FROM pauses WHERE until IS NULL ORDER BY since`, (rows) =>
    Option.map(Option.fromNullable(rows[0]), ({ since }) => DateTime.unsafeMake(since))
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
      sql<{ contacts: number }>`SELECT contacts FROM pauses WHERE until IS NULL AND contacts IS NOT NULL ORDER BY since`,
      (rows) => Option.fromNullable(rows[0]?.contacts)
    ),
    hold: unlessPaused,
    pause: sql.withTransaction(unlessPaused(null)),
    resume: Effect.flatMap(DateTime.now, ({ epochMillis }) => sql`UPDATE pauses SET until = ${epochMillis} WHERE until IS NULL`)
  }
}
