/**
 * Limits the follow-ups to all contacts together, by the hour and by the day. A follow-up that would exceed a limit is
 * not armed: the same transaction holds all sending, so that two processes cannot exceed the limit together. Follow-ups
 * from before the end of the latest hold are not counted again.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Policy } from "../Policy.ts"
import * as CountText from "../Policy/CountText.ts"

/** The limits of a policy, in follow-ups. The hour and the day are the last 60 minutes and the last 24 hours. */
export type Limits = Pick<Policy, "at_most_per_day" | "at_most_per_hour">

/** `lock` and `reached` have to be called in this order, inside the transaction that arms. */
export const make = (sql: SqlClient.SqlClient) => {
  /** Lets one such transaction at a time go on from here. SQLite has one writer anyway, from its first change on. */
  const lock = sql.onDialectOrElse({
    pg: () => sql`LOCK TABLE pauses IN SHARE ROW EXCLUSIVE MODE`,
    orElse: () => sql`UPDATE pauses SET until = until WHERE since < 0`
  })

  const resumedAt = Effect.map(
    sql<{ at: number | string | null }>`SELECT max(until) AS at FROM pauses WHERE reason IS NOT NULL`,
    (rows) => Number(rows[0]?.at ?? 0)
  )

  const countSince = (since: number) =>
    Effect.map(
      sql<{ count: number }>`SELECT CAST(count(*) AS INTEGER) AS count FROM follow_ups
        WHERE status IN ('armed', 'sent', 'unknown') AND writes = 1 AND follow_up_at > ${since}`,
      (rows) => rows[0]?.count ?? 0
    )

  /** The limit that one more follow-up would exceed, in words; undefined where none. */
  const reached = ({ at_most_per_day, at_most_per_hour }: Limits) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const resumed = yield* resumedAt
      const within = (duration: Duration.Duration) =>
        countSince(Math.max(resumed, DateTime.subtractDuration(now, duration).epochMillis))
      if ((yield* within(Duration.hours(1))) >= at_most_per_hour)
        return `at_most_per_hour: ${CountText.count(at_most_per_hour, "follow-up")} within an hour`
      if ((yield* within(Duration.days(1))) >= at_most_per_day)
        return `at_most_per_day: ${CountText.count(at_most_per_day, "follow-up")} within a day`
      return undefined
    })

  return { lock, reached }
}
