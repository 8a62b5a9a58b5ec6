/** The migrations over a ledger of the first edition: its rows are kept, under the names of this edition. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { it } from "../../../tools/testing/it.ts"
import { AuditEntry } from "../src/Ledger/AuditEntries.ts"
import * as AuditEvent from "../src/Ledger/AuditEvent.ts"
import { entityType } from "../src/Ledger/StoredTimers.ts"
import * as Migrations from "../src/Ledger/Migrations.ts"
import * as FirstEdition from "./FirstEdition.ts"

const migrated = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* FirstEdition.write
  yield* sql`CREATE TABLE cluster_messages (request_id INTEGER, entity_type TEXT, entity_id TEXT, shard_id TEXT)`
  yield* sql`CREATE TABLE cluster_replies (request_id INTEGER)`
  yield* sql`INSERT INTO cluster_messages VALUES
    (1, ${entityType}, 'conversation_chat_one', 'default:7'), (2, 'Other', 'other', 'default:300')`
  yield* sql`INSERT INTO cluster_replies VALUES (1), (2)`
  yield* Migrations.create
  return sql
})

it.effect("keep the follow-ups and decisions of the first edition", () =>
  Effect.gen(function* () {
    const sql = yield* migrated
    const followUps = yield* sql`SELECT step, revision, attempts, confirm_checks FROM follow_ups ORDER BY step, key`
    expect(followUps).toEqual([
      { step: 1, revision: 3, attempts: 1, confirm_checks: 0 },
      { step: 1, revision: 3, attempts: 1, confirm_checks: 0 },
      { step: 2, revision: 0, attempts: 0, confirm_checks: 0 },
      { step: 2, revision: 0, attempts: 0, confirm_checks: 0 }
    ])
    const decisions = yield* sql`SELECT chat_id, decision, reason FROM chat_decisions ORDER BY chat_id`
    expect(decisions).toEqual([
      { chat_id: "chat_one", decision: "Wait", reason: "silence" },
      { chat_id: "chat_two", decision: "Wait", reason: "silence" }
    ])
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)

it.effect("give the events of the audit the names by which their sentences are found", () =>
  Effect.gen(function* () {
    const sql = yield* migrated
    yield* sql`INSERT INTO audit ${sql.insert([
      { at: 1, chat_id: "c", conversation_id: "c", key: null, event: "filed", detail: '{"action":"close"}' },
      { at: 2, chat_id: "c", conversation_id: "c", key: null, event: "mine", detail: "{}" }
    ])}`
    yield* Migrations.plainEvents
    const entries = yield* Schema.decodeUnknown(Schema.Array(AuditEntry))(yield* sql`SELECT * FROM audit`)
    const unknown = entries.filter((entry) => AuditEvent.sentence(entry) === entry.event)
    expect(unknown.map(({ event }) => event)).toEqual(["mine"])
    expect(entries.map(({ event }) => event)).toEqual(expect.arrayContaining(["resumed_by_sweep", "state_changed"]))
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)

it.effect("put what is left of the timers into the only shard that is searched", () =>
  Effect.gen(function* () {
    const sql = yield* migrated
    expect(yield* sql`SELECT shard_id FROM cluster_messages`).toEqual([{ shard_id: "default:1" }])
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)

it.effect("delete the timers whose messages have the older name, and no other message of the cluster", () =>
  Effect.gen(function* () {
    const sql = yield* migrated
    expect(yield* sql`SELECT request_id FROM cluster_messages`).toEqual([{ request_id: 2 }])
    expect(yield* sql`SELECT request_id FROM cluster_replies`).toEqual([{ request_id: 2 }])
  }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" })))
)
