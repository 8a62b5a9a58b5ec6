/** What every database must do for the search of the page, among 100,000 chats: a suite as a function of a layer. */
import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { it as Tests } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import type * as Api from "../src/operatorPage/Api.ts"
import * as ChatSearch from "../src/operatorPage/ChatSearch.ts"
import * as Sources from "../src/operatorPage/ChatSearch/Sources.ts"

const night = { decision: "Wait", reason: "quiet_hours", sent: 0 }
const due = { decision: "Act", reason: null, sent: 0 }
const nothing = { read: 0, found: [], next: null }

const minute = 60_000
/** A follow-up comes each minute from here, but for the first 1,000, which come at the end of the night. */
const midnight = Date.UTC(2026, 6, 15)
const nine = midnight + 9 * 60 * minute

/** The numbers from 1 to `count`, as `i` of the table `n`. */
const numbers = (sql: SqlClient.SqlClient, count: number) =>
  sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Such as `chat_1000007`. */
const named = (sql: SqlClient.SqlClient, what: string) => sql.literal(`'${what}_' || (1000000 + i)`)

/** This many chats, each of a contact of its own. Every tenth is due, and the others wait; every other is of `org_1`. */
export const fillChats = (chats: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [chat, conversation] = [named(sql, "chat"), named(sql, "conversation")]
    yield* sql`INSERT INTO chat_decisions (chat_id, conversation_id, decision, reason, until, decided_at, org_id)
      ${numbers(sql, chats)}
      SELECT ${chat}, ${conversation}, CASE WHEN i % 10 = 0 THEN 'Act' ELSE 'Wait' END,
        CASE WHEN i % 10 = 0 THEN NULL ELSE 'quiet_hours' END, NULL, i, 'org_' || (i % 2) FROM n`
    yield* sql`INSERT INTO subjects (chat_id, conversation_id, contact_id)
      ${numbers(sql, chats)} SELECT ${chat}, ${conversation}, ${named(sql, "person")} FROM n`
  })

/** The same, each with a follow-up. */
const fill = (chats: number) =>
  Effect.gen(function* () {
    yield* fillChats(chats)
    const sql = yield* SqlClient.SqlClient
    const [chat, conversation] = [named(sql, "chat"), named(sql, "conversation")]
    yield* sql`INSERT INTO follow_ups (key, conversation_id, chat_id, policy, step, anchor_id, status, due_at, revision,
        attempts, confirm_checks)
      ${numbers(sql, chats)}
      SELECT ${named(sql, "key")}, ${conversation}, ${chat},
        CASE i % 3 WHEN 0 THEN 'nudge@1' WHEN 1 THEN 'nudge@2' ELSE 'quotes@1' END, 1 + i % 2, 'message', 'planned',
        CASE WHEN i <= 1000 THEN CAST(${nine} AS DOUBLE PRECISION)
          ELSE CAST(${midnight} AS DOUBLE PRECISION) + CAST(${minute} AS DOUBLE PRECISION) * i END, 0, 0, 0 FROM n`
    for (const id of ["nudge@1", "nudge@2", "quotes@1"])
      yield* sql`INSERT INTO policies ${sql.insert({ id, content: "{}", recorded_at: 0 })}`
  })

/** All rows of a search, page by page, and how many candidates each page has read. */
const readAll = (
  search: Api.Search
): Effect.Effect<
  { readonly found: ReadonlyArray<Api.Found>; readonly reads: ReadonlyArray<number> },
  unknown,
  SqlClient.SqlClient
> =>
  Effect.flatMap(ChatSearch.read(search), ({ found, next, read }) =>
    next === null
      ? Effect.succeed({ found, reads: [read] })
      : Effect.map(readAll({ ...search, after: next }), (rest) => ({
          found: [...found, ...rest.found],
          reads: [read, ...rest.reads]
        }))
  )

const chatsOf = (found: ReadonlyArray<Api.Found>) => found.map(({ chat_id }) => chat_id)

/** How the database reads a statement, a step a line. */
const planOf = (sql: SqlClient.SqlClient, statement: Statement.Statement<unknown>) => {
  const [text, parameters] = statement.compile()
  return sql.onDialectOrElse({
    pg: () =>
      Effect.map(sql.unsafe<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, parameters), (rows) =>
        rows.map((row) => row["QUERY PLAN"])
      ),
    orElse: () =>
      Effect.map(sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, parameters), (rows) =>
        rows.map(({ detail }) => detail)
      )
  })
}

/** `database`: an empty one, each time it is built. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const withLedger = Layer.provideMerge(Ledger.layer, database)
  const story = (name: string, test: Effect.Effect<void, unknown, SqlClient.SqlClient>) =>
    it.effect(name, () => Effect.provide(test, withLedger))

  describe("the search of the page", () => {
    story(
      "reads by an index, in its order and to the end of one page, whichever filter it is narrowed by",
      Effect.gen(function* () {
        yield* fill(100_000)
        const sql = yield* SqlClient.SqlClient
        yield* sql`ANALYZE`
        const { from, to } = Sources.rangeOf("2026-07-20")
        const contact = { contact_id: "person_1050000", chat_id: "chat_1050000" }
        const walks = [
          Sources.chats(sql, "", undefined, 500),
          Sources.chats(sql, "chat_10", "chat_1050000", 500),
          Sources.contacts(sql, "person_10", undefined, 500),
          Sources.contacts(sql, "person_10", contact, 500),
          Sources.outcomes(sql, night, "chat_1050000", 500),
          Sources.outcomes(sql, due, "chat_1050000", 500),
          Sources.orgs(sql, "org_1", "chat_1050000", 500),
          Sources.followUps(sql, 0, Number.MAX_SAFE_INTEGER, 500),
          Sources.followUps(sql, from, to, 500),
          Sources.followUpsAt(sql, nine, "key_1000700", 500)
        ]
        for (const walk of walks) {
          const plan = yield* planOf(sql, walk)
          expect(plan.filter((step) => /\bSCAN\b|Seq Scan|TEMP B-TREE|Sort/.test(step))).toEqual([])
          expect(yield* walk).toHaveLength(500)
        }
        const ids = chatsOf((yield* ChatSearch.read({ text: "chat_1050" })).found)
        expect(ids).toHaveLength(500)
        const filters = { day: "2026-07-20", step: 1, versions: ["nudge@1"] }
        for (const rows of [
          ChatSearch.chatRows(sql, ids),
          ChatSearch.followUpRows(sql, "f.chat_id", ids, filters),
          ChatSearch.followUpRows(sql, "f.key", ids, filters)
        ])
          expect((yield* planOf(sql, rows)).filter((step) => /^\s*SCAN\b|Seq Scan/.test(step))).toEqual([])
      })
    )

    story(
      "finds each chat once over all pages, by how its id begins or how its contact's id does",
      Effect.gen(function* () {
        yield* fill(2000)
        const all = yield* readAll({})
        expect(all.reads).toEqual([500, 500, 500, 500, 0])
        expect(new Set(chatsOf(all.found)).size).toBe(2000)
        expect(chatsOf((yield* readAll({ text: "chat_10007" })).found)).toHaveLength(100)
        const contacts = yield* readAll({ text: "person_1000" })
        expect(contacts.found).toHaveLength(999)
        expect(contacts.found[0]).toMatchObject({ chat_id: "chat_1000001", contact_id: "person_1000001" })
        expect((yield* ChatSearch.read({ text: "person_1000777" })).found).toEqual([
          expect.objectContaining({
            chat_id: "chat_1000777",
            outcome: "no follow-up; waiting, it is night, or a day off, where the customer is",
            follow_up: null
          })
        ])
      })
    )

    story(
      "finds the follow-ups of a policy, of one of its versions, of a step and of a day, the latest first",
      Effect.gen(function* () {
        yield* fill(3000)
        expect((yield* readAll({ policy: "nudge" })).found).toHaveLength(2000)
        expect((yield* readAll({ policy: "nudge@2", step: 1 })).found).toHaveLength(500)
        expect((yield* readAll({ policy: "nudge", outcome: due })).found).toHaveLength(200)
        const day = yield* readAll({ day: "2026-07-15" })
        // The first 1,000 at the end of the night, and those of the minutes 1,001 to 1,439.
        expect(day.found).toHaveLength(1439)
        expect(day.reads).toEqual([500, 500, 439])
        const instants = day.found.map(({ follow_up }) => follow_up?.at.epochMillis ?? 0)
        expect(instants).toEqual(instants.toSorted((a, b) => b - a))
        expect(day.found[0]?.follow_up).toMatchObject({ key: "key_1001439", policy: "quotes@1", step: 2 })
        expect(new Set(day.found.map(({ follow_up }) => follow_up?.key)).size).toBe(1439)
        expect((yield* readAll({ day: "2026-07-16" })).found.at(-1)).toMatchObject({ chat_id: "chat_1001440" })
        expect((yield* readAll({ text: "person_100144", day: "2026-07-16", policy: "nudge" })).found).toHaveLength(7)
        expect((yield* readAll({ text: "person_100144", outcome: due })).found).toHaveLength(1)
      })
    )

    story(
      "finds the chats behind a reason, and only those with as many messages sent",
      Effect.gen(function* () {
        yield* fill(1000)
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE follow_ups SET status = 'sent' WHERE key = 'key_1000777'`
        expect((yield* readAll({ outcome: night })).found).toHaveLength(899)
        expect(chatsOf((yield* readAll({ outcome: { ...night, sent: 1 } })).found)).toEqual(["chat_1000777"])
        expect((yield* readAll({ outcome: due })).found).toHaveLength(100)
      })
    )

    story(
      "finds the chats of an organization, beside the other filters, too",
      Effect.gen(function* () {
        yield* fill(1000)
        const { found, reads } = yield* readAll({ org: "org_1" })
        expect(reads).toEqual([500, 0])
        expect(found.map(({ org_id }) => org_id)).toEqual(found.map(() => "org_1"))
        expect(found).toHaveLength(500)
        expect((yield* readAll({ org: "org_1", outcome: due })).found).toEqual([])
        expect((yield* readAll({ org: "org_0", outcome: due })).found).toHaveLength(100)
        expect((yield* readAll({ org: "org_0", policy: "nudge@1" })).found).toHaveLength(166)
        expect((yield* readAll({ org: "org_0", text: "person_1000777" })).found).toEqual([])
      })
    )

    story(
      "finds nothing by what no id, reason or policy is",
      Effect.gen(function* () {
        yield* fill(10)
        const texts = ["__proto__", "' OR 1 = 1 --", "%", "_", "\u202E", "\uD800", "😀", "x".repeat(10_000)]
        for (const text of texts) {
          expect(yield* ChatSearch.read({ text })).toEqual(nothing)
          expect(yield* ChatSearch.read({ outcome: { ...night, reason: text } })).toEqual(nothing)
          expect((yield* readAll({ policy: text })).found).toEqual([])
          expect((yield* readAll({ org: text })).found).toEqual([])
        }
        // A position that is not of this search: it begins anew.
        const after = { in: "contacts", contact_id: "x", chat_id: "x" } as const
        expect((yield* ChatSearch.read({ outcome: night, after })).found).toHaveLength(9)
      })
    )
  })
}
