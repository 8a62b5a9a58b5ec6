/**
 * Where a search of the page finds its rows. Each source is walked in the order of an index, from a position and at
 * most so far, so that a request costs the same however large the ledger is.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ContactNames } from "../../Watch/ContactNames.ts"
import type * as Api from "../Api.ts"

/** A row that may be what is searched for, and where its source goes on after it. */
export interface Candidate {
  /** The key of a follow-up in the source `follow_ups`, else the id of a chat. */
  readonly id: string
  readonly position: Api.Position
}

/** Reads at most so many candidates after a position; without a position, from the start. */
export type Source = (
  after: Api.Position | undefined,
  atMost: number
) => Effect.Effect<ReadonlyArray<Candidate>, SqlError>

/** When a follow-up was sent or is set to be sent; else when its chat is read for it. The index has this expression. */
export const instant = (sql: SqlClient.SqlClient) => sql.literal("COALESCE(f.follow_up_at, f.due_at)")

/** Ids are compared by their bytes: in the order of a language, those with one beginning need not be neighbours. */
const bytes = (sql: SqlClient.SqlClient) =>
  sql.literal(sql.onDialectOrElse({ pg: () => 'COLLATE "C"', orElse: () => "COLLATE BINARY" }))

/** No id with this beginning comes after it. */
const lastOf = (beginning: string) => `${beginning}\u{10FFFF}`

/** The instants of a day in UTC: the first is included, the second is not. Without a day, all. */
export const rangeOf = (day: string | undefined): { readonly from: number; readonly to: number } => {
  if (day === undefined) return { from: 0, to: Number.MAX_SAFE_INTEGER }
  const from = DateTime.unsafeMake(`${day}T00:00:00Z`)
  return { from: from.epochMillis, to: DateTime.add(from, { days: 1 }).epochMillis }
}

/** Chats whose id begins so, in the order of their ids. */
export const chats = (sql: SqlClient.SqlClient, beginning: string, after: string | undefined, atMost: number) => {
  const from = after === undefined ? sql`>= ${beginning}` : sql`> ${after}`
  return sql<{ chat_id: string }>`SELECT chat_id FROM chat_decisions
    WHERE chat_id ${bytes(sql)} ${from} AND chat_id ${bytes(sql)} < ${lastOf(beginning)}
    ORDER BY chat_id ${bytes(sql)} LIMIT ${atMost}`
}

/** Chats of the contacts whose id begins so, in the order of the contacts. */
export const contacts = (
  sql: SqlClient.SqlClient,
  beginning: string,
  after: { readonly contact_id: string; readonly chat_id: string } | undefined,
  atMost: number
) => {
  const isAfter =
    after === undefined
      ? sql`contact_id ${bytes(sql)} >= ${beginning}`
      : sql`contact_id ${bytes(sql)} >= ${after.contact_id}
          AND (contact_id <> ${after.contact_id} OR chat_id > ${after.chat_id})`
  return sql<{ chat_id: string; contact_id: string }>`SELECT chat_id, contact_id FROM subjects
    WHERE ${isAfter} AND contact_id ${bytes(sql)} < ${lastOf(beginning)}
    ORDER BY contact_id ${bytes(sql)}, chat_id LIMIT ${atMost}`
}

/**
 * Chats with this latest decision and reason, in the order of their ids. Both are one value of the index: PostgreSQL
 * counts how frequent a value is, and takes two columns for independent of each other.
 */
export const outcomes = (
  sql: SqlClient.SqlClient,
  { decision, reason }: NonNullable<Api.Search["outcome"]>,
  after: string,
  atMost: number
) =>
  sql<{ chat_id: string }>`SELECT chat_id FROM chat_decisions
    WHERE decision || ' ' || COALESCE(reason, '') = ${`${decision} ${reason ?? ""}`} AND chat_id > ${after}
    ORDER BY chat_id LIMIT ${atMost}`

/** Chats of this organization, in the order of their ids. */
export const orgs = (sql: SqlClient.SqlClient, org: string, after: string, atMost: number) =>
  sql<{ chat_id: string }>`SELECT chat_id FROM chat_decisions
    WHERE org_id = ${org} AND chat_id > ${after} ORDER BY chat_id LIMIT ${atMost}`

/**
 * Follow-ups of an instant, in the falling order of their keys. Thousands can have the instant at which a night ends.
 */
export const followUpsAt = (sql: SqlClient.SqlClient, at: number, before: string, atMost: number) =>
  sql<{ key: string; at: number }>`SELECT f.key, ${instant(sql)} AS at FROM follow_ups f
    WHERE ${instant(sql)} = ${at} AND f.key < ${before} ORDER BY f.key DESC LIMIT ${atMost}`

/** Follow-ups from the one instant until before the other, the latest first. */
export const followUps = (sql: SqlClient.SqlClient, from: number, to: number, atMost: number) =>
  sql<{ key: string; at: number }>`SELECT f.key, ${instant(sql)} AS at FROM follow_ups f
    WHERE ${instant(sql)} >= ${from} AND ${instant(sql)} < ${to}
    ORDER BY ${instant(sql)} DESC, f.key DESC LIMIT ${atMost}`

/** The sources over this database, by their names. */
export const make = (
  sql: SqlClient.SqlClient,
  names: ContactNames["Type"],
  { day, org, outcome, text = "" }: Api.Search
) => {
  const { from, to } = rangeOf(day)

  const ofFollowUps = (rows: ReadonlyArray<{ readonly key: string; readonly at: number }>) =>
    rows.map(({ at, key }): Candidate => ({ id: key, position: { in: "follow_ups", at, key } }))

  const sources: Record<Api.Position["in"], Source> = {
    names: (after, atMost) =>
      Effect.map(names.search(text, after?.in === "names" ? after.number : 0, atMost), (matches) =>
        matches.map(({ chat_id, number }) => ({ id: chat_id, position: { in: "names", number } }))
      ),
    chats: (after, atMost) =>
      Effect.map(chats(sql, text, after?.in === "chats" ? after.chat_id : undefined, atMost), (rows) =>
        rows.map(({ chat_id }) => ({ id: chat_id, position: { in: "chats", chat_id } }))
      ),
    contacts: (after, atMost) =>
      Effect.map(contacts(sql, text, after?.in === "contacts" ? after : undefined, atMost), (rows) =>
        rows.map(({ chat_id, contact_id }) => ({ id: chat_id, position: { in: "contacts", contact_id, chat_id } }))
      ),
    outcomes: (after, atMost) =>
      outcome === undefined
        ? Effect.succeed([])
        : Effect.map(outcomes(sql, outcome, after?.in === "outcomes" ? after.chat_id : "", atMost), (rows) =>
            rows.map(({ chat_id }) => ({ id: chat_id, position: { in: "outcomes", chat_id } }))
          ),
    orgs: (after, atMost) =>
      org === undefined
        ? Effect.succeed([])
        : Effect.map(orgs(sql, org, after?.in === "orgs" ? after.chat_id : "", atMost), (rows) =>
            rows.map(({ chat_id }) => ({ id: chat_id, position: { in: "orgs", chat_id } }))
          ),
    follow_ups: (after, atMost) => {
      if (after?.in !== "follow_ups") return Effect.map(followUps(sql, from, to, atMost), ofFollowUps)
      return Effect.gen(function* () {
        const together = yield* followUpsAt(sql, after.at, after.key, atMost)
        if (together.length === atMost) return ofFollowUps(together)
        const earlier = yield* followUps(sql, from, Math.min(to, after.at), atMost - together.length)
        return ofFollowUps([...together, ...earlier])
      })
    }
  }
  return sources
}
