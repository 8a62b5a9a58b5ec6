/** What waits, and whether the service answers, by the ledger alone: no request is sent. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as AuditEvent from "../Ledger/AuditEvent.ts"
import * as QuotaForecast from "./QuotaForecast.ts"

/** A follow-up that waits for its instant. */
export const Waiting = Schema.Struct({
  chat_id: ChatId,
  /** The version of the policy that it belongs to. */
  policy: Schema.String,
  /** The variant of that policy; absent where it has none, or it is not known yet. */
  variant: Schema.optionalWith(Schema.String, { exact: true }),
  step: Schema.Int,
  due_at: Schema.DateTimeUtc,
  /** When it will be done, by the forecast of the quota. */
  eta: Schema.DateTimeUtc
})
/** A planned follow-up, with the forecast of when it will be done. */
export type Waiting = typeof Waiting.Type

/** Whether the service answers. `unknown`: no chat was ever read. */
export const Service = Schema.Struct({
  state: Schema.Literal("answers", "unreachable", "unknown"),
  /** When an answer was last recorded; null where none was. */
  answered_at: Schema.NullOr(Schema.DateTimeUtc),
  /** How many reads failed since then, and the error of the latest. */
  failures: Schema.Int,
  error: Schema.NullOr(Schema.String)
})
/** Whether the service answers. */
export type Service = typeof Service.Type

interface Row {
  readonly chat_id: string
  readonly policy: string
  readonly variant: string | null
  readonly step: number
  readonly due_at: number | string
}

/** Planned follow-ups whose chat's latest decision is still to follow up, the soonest first. */
export const waiting = Effect.fn("ServiceStatus.waiting")(function* (quota: QuotaForecast.Quota) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<Row>`
    SELECT f.chat_id, f.policy, f.variant, f.step, f.due_at FROM follow_ups f
    JOIN chat_decisions d ON d.chat_id = f.chat_id AND d.decision IN ('Act', 'Wait')
    WHERE f.status = 'planned' ORDER BY f.due_at`
  const due = rows.map(({ due_at }) => DateTime.unsafeMake(Number(due_at)))
  const etas = QuotaForecast.etas(due, yield* DateTime.now, quota)
  return rows.map(({ chat_id, policy, step, variant }, index): Waiting => ({
    chat_id: ChatId.make(chat_id),
    policy,
    ...(variant !== null && { variant }),
    step,
    due_at: due[index]!,
    eta: etas[index]!
  }))
})

/** Events that an answer of the service is recorded by. */
const answers: ReadonlyArray<AuditEvent.Name> = [
  "scheduled",
  "rechecked",
  "message_absent",
  "sent",
  "state_changed",
  "postponed"
]

const instant = (millis: number | string | null | undefined) =>
  millis == null ? null : DateTime.unsafeMake(Number(millis))

/**
 * The state of the service by the audit and the latest decisions. An outage and a key that is refused are one state,
 * however many chats show it.
 */
export const service = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [looked] = yield* sql<{
    at: number | string | null
  }>`SELECT max(decided_at) AS at FROM chat_decisions WHERE decision <> 'Failed'`
  const [moved] = yield* sql<{ id: number; at: number | string }>`
    SELECT id, at FROM audit WHERE ${sql.in("event", answers)} ORDER BY id DESC LIMIT 1`
  const answered = Math.max(Number(looked?.at ?? 0), Number(moved?.at ?? 0))
  const failed = yield* sql<{ detail: string }>`
    SELECT detail FROM audit
      WHERE event = 'unreachable' AND at > ${answered} AND id > ${moved?.id ?? 0} ORDER BY id DESC`
  const unread = yield* sql<{ chat_id: string }>`
    SELECT chat_id FROM chat_decisions
      WHERE decision = 'Failed' AND reason = 'unreachable' AND decided_at > ${answered}`
  const failures = failed.length + unread.length
  return {
    state: failures > 0 ? "unreachable" : answered > 0 ? "answers" : "unknown",
    answered_at: instant(answered > 0 ? answered : null),
    failures,
    error: failed[0] === undefined ? null : errorOf(failed[0].detail)
  } satisfies Service
}).pipe(Effect.withSpan("ServiceStatus.service"))

const decodeDetail = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ error: Schema.String })))
const errorOf = (detail: string) => {
  const decoded = decodeDetail(detail)
  return decoded._tag === "Some" ? decoded.value.error : null
}

/** One line where the service does not answer, else no line. */
export const describe = ({ answered_at, error, failures, state }: Service): ReadonlyArray<string> => {
  if (state !== "unreachable") return []
  const since = answered_at === null ? "" : ` since ${DateTime.formatIso(answered_at)}`
  const fix = error === "Unauthorized" ? "; check INVENT_API_KEY" : ""
  return [
    `The service has not answered${since}: ${failures} failed ` +
      `looks${error === null ? "" : `, the latest with ${error}`}${fix}`
  ]
}
