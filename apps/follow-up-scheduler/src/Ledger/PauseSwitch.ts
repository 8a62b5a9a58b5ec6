/** The switch that holds everything: on record, so that it survives the process, and with its history. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface Switch {
  /** Since when nothing is sent, if that is so. */
  readonly paused: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
  /** Which limit holds everything, if one does and not an operator. */
  readonly heldBy: Effect.Effect<Option.Option<string>, SqlError>
  /** From now on nothing is sent, because this limit was reached. */
  readonly hold: (reason: string) => Effect.Effect<void, SqlError>
  /** From now on nothing is sent, by this process or the next. Once more is the same. */
  readonly pause: Effect.Effect<void, SqlError>
  readonly resume: Effect.Effect<void, SqlError>
}

export const make = (sql: SqlClient.SqlClient): Switch => {
  const paused = Effect.map(sql<{ since: number }>`SELECT since FROM pauses WHERE until IS NULL ORDER BY since`, (rows) =>
    Option.map(Option.fromNullable(rows[0]), ({ since }) => DateTime.unsafeMake(since))
  )
  const begin = (reason: string | null) =>
    Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) => sql`INSERT INTO pauses ${sql.insert({ since: epochMillis, until: null, reason })}
        ON CONFLICT (since) DO UPDATE SET until = NULL, reason = excluded.reason`
    )
  const unlessPaused = (reason: string | null) => Effect.flatMap(paused, (since) => (Option.isSome(since) ? Effect.void : begin(reason)))
  return {
    paused,
    heldBy: Effect.map(
      sql<{ reason: string }>`SELECT reason FROM pauses WHERE until IS NULL AND reason IS NOT NULL ORDER BY since`,
      (rows) => Option.fromNullable(rows[0]?.reason)
    ),
    hold: unlessPaused,
    pause: sql.withTransaction(unlessPaused(null)),
    resume: Effect.flatMap(DateTime.now, ({ epochMillis }) => sql`UPDATE pauses SET until = ${epochMillis} WHERE until IS NULL`)
  }
}
