/** The chats behind a reason, in a ledger of 100,000: what a request reads does not grow with the ledger. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import type * as Api from "../src/operatorPage/Api.ts"
import * as ChatsByOutcome from "../src/operatorPage/ChatsByOutcome.ts"

const database = Layer.provideMerge(Ledger.layer, SqliteClient.layer({ filename: ":memory:" }))

const night = { decision: "Wait", reason: "quiet_hours", sent: 0 }

/** Decisions about this many chats, of which every tenth is due now and has no reason. */
const fill = (chats: number) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`INSERT INTO chat_decisions (chat_id, conversation_id, decision, reason, until, decided_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${chats})
      SELECT printf('chat_%06d', i), printf('conversation_%06d', i), CASE WHEN i % 10 = 0 THEN 'Act' ELSE 'Wait' END,
        CASE WHEN i % 10 = 0 THEN NULL ELSE 'quiet_hours' END, NULL, i FROM n`
  )

const readAll = (of: Api.ChatsOf, after?: string): Effect.Effect<ReadonlyArray<string>, unknown, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const { chats, next } = yield* ChatsByOutcome.read({ ...of, ...(after !== undefined && { after }) })
    const ids = chats.map(({ chat_id }) => chat_id)
    expect(ids.length).toBeLessThanOrEqual(ChatsByOutcome.pageSize)
    return next === null ? ids : [...ids, ...(yield* readAll(of, next))]
  })

describe("the chats behind a reason", () => {
  it.effect("are found by an index, in its order, one page of rows a request, among 100,000", () =>
    Effect.gen(function* () {
      yield* fill(100_000)
      const sql = yield* SqlClient.SqlClient
      for (const of of [night, { decision: "Act", sent: 0 }]) {
        const [text, parameters] = ChatsByOutcome.statement(sql, { ...of, after: "chat_050000" }).compile()
        const plan = yield* sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, parameters)
        const details = plan.map(({ detail }) => detail)
        const index = "INDEX chat_decisions_reason (decision=? AND reason=? AND chat_id>?)"
        expect(details).toContainEqual(expect.stringContaining(index))
        expect(details.filter((detail) => /SCAN|TEMP B-TREE/.test(detail))).toEqual([])
        expect(yield* ChatsByOutcome.statement(sql, of)).toHaveLength(ChatsByOutcome.pageSize)
      }
      const page = yield* ChatsByOutcome.read({ ...night, after: "chat_050000" })
      expect([page.chats.length, page.chats[0]?.chat_id, page.next]).toEqual([200, "chat_050001", "chat_050222"])
    }).pipe(Effect.provide(database))
  )

  it.effect("are each shown once over all pages, and only those with as many messages sent", () =>
    Effect.gen(function* () {
      yield* fill(1000)
      const sql = yield* SqlClient.SqlClient
      yield* sql`INSERT INTO follow_ups ${sql.insert({
        key: "key_1",
        conversation_id: "conversation_000777",
        chat_id: "chat_000777",
        policy: "nudge@1",
        step: 1,
        anchor_id: "message_1",
        status: "sent",
        due_at: 0,
        revision: 0,
        attempts: 0,
        confirm_checks: 0
      })}`
      const ids = yield* readAll(night)
      expect(new Set(ids).size).toBe(899)
      expect(ids).toHaveLength(899)
      expect(yield* readAll({ ...night, sent: 1 })).toEqual(["chat_000777"])
      expect(yield* readAll({ decision: "Act", sent: 0 })).toHaveLength(100)
      for (const reason of ["__proto__", "' OR 1 = 1 --", "\u202E", "x".repeat(10_000)])
        expect(yield* readAll({ ...night, reason })).toEqual([])
    }).pipe(Effect.provide(database))
  )
})
