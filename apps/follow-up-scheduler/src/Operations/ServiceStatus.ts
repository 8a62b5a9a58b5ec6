/** What is to come, and whether the service lets it, as far as the record tells. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as QuotaForecast from "./QuotaForecast.ts"

/** A follow-up that waits for its instant. */
export const Waiting = Schema.Struct({
  chat_id: ChatId,
  step: Schema.Int,
  due_at: Schema.DateTimeUtc,
  /** When it will be done, for want of quota. */
  eta: Schema.DateTimeUtc
})
export type Waiting = typeof Waiting.Type

export const Service = Schema.Struct({
  state: Schema.Literal("answers", "unreachable", "unknown"),
  /** When it was last heard of. */
  answered_at: Schema.NullOr(Schema.DateTimeUtc),
  /** How many looks failed since then, and the error of the latest. */
  failures: Schema.Int,
  error: Schema.NullOr(Schema.String)
})
export type Service = typeof Service.Type

interface Row {
  readonly chat_id: string
  readonly step: number
  readonly due_at: number | string
}

/** Planned follow-ups that the latest look at their chat did not overrule, the soonest first. */
export const waiting = Effect.fn("ServiceStatus.waiting")(function* (quota: QuotaForecast.Quota) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Row>`
    SELECT f.chat_id, f.step, f.due_at FROM follow_ups f
    JOIN verdicts v ON v.chat_id = f.chat_id AND v.decision IN ('Act', 'Wait')
    WHERE f.status = 'planned' ORDER BY f.due_at`
  const due = rows.map(({ due_at }) => DateTime.unsafeMake(Number(due_at)))
  const etas = QuotaForecast.etas(due, yield* DateTime.now, quota)
  return rows.map(({ chat_id, step }, index): Waiting => ({ chat_id: ChatId.make(chat_id), step, due_at: due[index]!, eta: etas[index]! }))
})

const instant = (millis: number | string | null | undefined) => (millis == null ? null : DateTime.unsafeMake(Number(millis)))

/** An outage, or a key that is no longer accepted, is one state, however many chats it shows in. */
export const service = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [looked] = yield* sql<{ at: number | string | null }>`SELECT max(decided_at) AS at FROM verdicts WHERE decision <> 'Failed'`
  const [moved] = yield* sql<{ id: number; at: number | string }>`
    SELECT id, at FROM audit WHERE event IN ('scheduled', 'verified', 'looked_for', 'sent', 'filed', 'postponed') ORDER BY id DESC LIMIT 1`
  const answered = Math.max(Number(looked?.at ?? 0), Number(moved?.at ?? 0))
  const failed = yield* sql<{ detail: string }>`
    SELECT detail FROM audit WHERE event = 'unreachable' AND at > ${answered} AND id > ${moved?.id ?? 0} ORDER BY id DESC`
  const unread = yield* sql<{ chat_id: string }>`
    SELECT chat_id FROM verdicts WHERE decision = 'Failed' AND reason = 'unreachable' AND decided_at > ${answered}`
  const failures = failed.length + unread.length
  return {
    state: failures > 0 ? "unreachable" : answered > 0 ? "answers" : "unknown",
    answered_at: instant(answered > 0 ? answered : null),
    failures,
    error: failed[0] === undefined ? null : errorOf(failed[0].detail)
  } satisfies Service
}).pipe(Effect.withSpan("Outlook.service"))

const decodeDetail = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ error: Schema.String })))
const errorOf = (detail: string) => {
  const decoded = decodeDetail(detail)
  return decoded._tag === "Some" ? decoded.value.error : null
}

/** One line where the service does not answer; none where all is well. */
export const describe = ({ answered_at, error, failures, state }: Service): ReadonlyArray<string> => {
  if (state !== "unreachable") return []
  const since = answered_at === null ? "" : ` since ${DateTime.formatIso(answered_at)}`
  const fix = error === "Unauthorized" ? "; check INVENT_API_KEY" : ""
  return [`The service has not answered${since}: ${failures} failed looks${error === null ? "" : `, the latest with ${error}`}${fix}`]
}
