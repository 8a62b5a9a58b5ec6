/** The latest decision about each chat. */
import type { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Reason } from "../Decide/Reason.ts"
import * as Orgs from "../Policy/Orgs.ts"
import type * as AuditWriter from "./AuditWriter.ts"

/** The latest decision about a chat. */
export class ChatDecision extends Schema.Class<ChatDecision>("ChatDecision")({
  chat_id: Schema.String,
  conversation_id: Schema.String,
  decision: Schema.Literal("Act", "Wait", "Stop", "Skip", "Failed"),
  reason: Schema.NullOr(Reason),
  until: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  decided_at: Schema.DateTimeUtcFromNumber
}) {}

/** A decision that is about to be recorded: the instant is that of the record. */
export type LatestDecision = Omit<typeof ChatDecision.Type, "decided_at"> & {
  /** The chat's organization. Where it is not known, the one on record stays. */
  readonly org_id?: OrgId | undefined
}

/** The number of chats with the same latest decision, reason and number of messages sent. */
export interface Tally {
  readonly decision: string
  readonly reason: string | null
  readonly sent: number
  readonly chats: number
}

/** How many chats of an organization are on record. */
export interface ChatsOfOrg {
  readonly org_id: OrgId
  readonly chats: number
}

/** A chat, its contact, and the reason of the latest decision about it. */
export interface DecidedFor {
  readonly chat_id: ChatId
  readonly contact_id: ContactId
  readonly org_id: OrgId | null
  readonly reason: Reason
}

/** The part of the ledger that counts and finds chats by their latest decision. */
export interface ChatDecisions {
  /** Every chat counted once, by its latest decision and the follow-ups it got. */
  readonly tally: Effect.Effect<ReadonlyArray<Tally>, SqlError>
  /** The organization of a chat; undefined where it is not on record. */
  readonly orgOf: (chat_id: string) => Effect.Effect<OrgId | undefined, SqlError>
  /** The same for log lines and metrics: undefined also where one organization is named, or the database fails. */
  readonly orgLabelOf: (chat_id: string) => Effect.Effect<OrgId | undefined>
  /** The chats whose latest decision has one of these reasons, and whose contact is known. */
  readonly decidedFor: (reasons: ReadonlyArray<Reason>) => Effect.Effect<ReadonlyArray<DecidedFor>, SqlError>
  /** How many chats each organization has on record, by its id. Chats without one are not counted. */
  readonly chatsByOrg: Effect.Effect<ReadonlyArray<ChatsOfOrg>, SqlError>
}

/** Over the table `chat_decisions` of this database. */
export const make = (sql: SqlClient, audit: AuditWriter.AuditWriter) => {
  const record = (latest: LatestDecision) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const row = Schema.encodeSync(ChatDecision)(new ChatDecision({ ...latest, decided_at: now }))
      const before = yield* sql<{ decision: string; reason: string | null }>`
        SELECT decision, reason FROM chat_decisions WHERE chat_id = ${latest.chat_id}`
      const named = { ...row, ...(latest.org_id !== undefined && { org_id: latest.org_id }) }
      yield* sql`INSERT INTO chat_decisions ${sql.insert(named)}
        ON CONFLICT (chat_id) DO UPDATE SET ${sql.update(named, ["chat_id"])}`
      if (before[0]?.decision === latest.decision && before[0]?.reason === latest.reason) return
      const { decision, reason, until } = latest
      yield* audit(latest, { name: "decided", detail: { decision, reason, ...(until !== null && { until }) } })
    })

  const orgOf: ChatDecisions["orgOf"] = (chat_id) =>
    Effect.map(
      sql<{ org_id: OrgId | null }>`SELECT org_id FROM chat_decisions WHERE chat_id = ${chat_id}`,
      (rows) => rows[0]?.org_id ?? undefined
    )

  const counts: ChatDecisions = {
    tally: sql<Tally>`
      SELECT d.decision, d.reason, CAST(count(*) AS INTEGER) AS chats,
        (SELECT CAST(count(*) AS INTEGER) FROM follow_ups f WHERE f.chat_id = d.chat_id AND f.status = 'sent') AS sent
      FROM chat_decisions d GROUP BY d.decision, d.reason, sent ORDER BY chats DESC`,
    orgOf,
    orgLabelOf: (chat_id) =>
      Effect.flatMap(Orgs.Orgs, (orgs) =>
        Orgs.areSeveral(orgs) ? Effect.orElseSucceed(orgOf(chat_id), () => undefined) : Effect.succeed(undefined)
      ),
    decidedFor: (reasons) => sql<DecidedFor>`SELECT d.chat_id, s.contact_id, d.org_id, d.reason
      FROM chat_decisions d JOIN subjects s ON s.chat_id = d.chat_id
      WHERE ${sql.in("d.reason", reasons)} AND s.contact_id IS NOT NULL`,
    chatsByOrg: sql<ChatsOfOrg>`SELECT org_id, CAST(count(*) AS INTEGER) AS chats FROM chat_decisions
      WHERE org_id IS NOT NULL GROUP BY org_id ORDER BY org_id`
  }
  return { record, counts }
}
