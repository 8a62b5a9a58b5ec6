/** The ledger's tables, and the migrations that make them. Instants are epoch milliseconds. */
import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as AuditEvent from "./AuditEvent.ts"
import { columnTypes } from "./Migrations/ColumnTypes.ts"
import * as OfChats from "./Migrations/OfChats.ts"
import * as OfThePage from "./Migrations/OfThePage.ts"
import * as MigrationLock from "./Database/MigrationLock.ts"
import * as Edition from "./Edition.ts"
import * as StoredTimers from "./StoredTimers.ts"

// Files from before there were migrations have these tables already.
const createTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { counter, instant } = columnTypes(sql)
  yield* sql`CREATE TABLE IF NOT EXISTS follow_ups (
    key TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    step INTEGER NOT NULL,
    anchor_id TEXT NOT NULL,
    status TEXT NOT NULL,
    due_at ${instant} NOT NULL,
    wake INTEGER NOT NULL,
    follow_up_at ${instant},
    after_id TEXT,
    confirmed_at ${instant},
    arms INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    message_id TEXT,
    reason TEXT
  )`
  yield* sql`CREATE INDEX IF NOT EXISTS follow_ups_conversation ON follow_ups (conversation_id)`
  yield* sql`CREATE INDEX IF NOT EXISTS follow_ups_chat ON follow_ups (chat_id)`
  yield* sql`CREATE INDEX IF NOT EXISTS follow_ups_due ON follow_ups (due_at) WHERE status IN ('planned', 'armed')`
  yield* sql`CREATE TABLE IF NOT EXISTS verdicts (
    chat_id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT,
    until ${instant},
    decided_at ${instant} NOT NULL
  )`
  yield* sql`CREATE TABLE IF NOT EXISTS audit (
    id ${counter},
    at ${instant} NOT NULL,
    chat_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    key TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
  )`
  yield* sql`CREATE INDEX IF NOT EXISTS audit_chat ON audit (chat_id)`
})

/** A unique index: a conversation has one armed follow-up at most, also where two schedulers try to arm one. */
const oneUnderWay = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`CREATE UNIQUE INDEX follow_ups_under_way ON follow_ups (conversation_id) WHERE status = 'armed'`
)

/** `observed`: 0 from the end of a follow-up until its chat was decided about. */
const untoldEnds = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE follow_ups ADD COLUMN failures INTEGER NOT NULL DEFAULT 0`
  yield* sql`ALTER TABLE follow_ups ADD COLUMN observed INTEGER NOT NULL DEFAULT 1`
  yield* sql`CREATE INDEX follow_ups_unobserved ON follow_ups (chat_id) WHERE observed = 0`
})

const policies = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS policies (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    recorded_at ${columnTypes(sql).instant} NOT NULL
  )`
})

/** The states of chats that the watch has named, the contact of each chat, and keyed proofs of erased ids. */
const seenAndErased = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { instant } = columnTypes(sql)
  yield* sql`CREATE TABLE seen (
    chat_id TEXT PRIMARY KEY,
    updated_at ${instant} NOT NULL,
    policy TEXT NOT NULL,
    named_at ${instant} NOT NULL
  )`
  yield* sql`CREATE TABLE subjects (
    chat_id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL
  )`
  yield* sql`CREATE INDEX subjects_contact ON subjects (contact_id)`
  yield* sql`CREATE TABLE erasure_key (id INTEGER PRIMARY KEY, secret TEXT NOT NULL)`
  yield* sql`CREATE TABLE erased (proof TEXT PRIMARY KEY, at ${instant} NOT NULL)`
  yield* sql`CREATE TABLE erasing (chat_id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL)`
})

const pauses = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { instant } = columnTypes(sql)
  yield* sql`CREATE TABLE IF NOT EXISTS pauses (since ${instant} PRIMARY KEY, until ${instant})`
  yield* sql`CREATE INDEX IF NOT EXISTS follow_ups_unknown ON follow_ups (due_at) WHERE status = 'unknown'`
})

/** Dates may be whole seconds, so a chat counts as changed also when the id of its last message differs. */
const lastMessages = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`ALTER TABLE seen ADD COLUMN last_message TEXT`)

/** When a message that was seen running was first seen whole; one row a chat. */
const firstWhole = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`CREATE TABLE IF NOT EXISTS last_messages (
    chat_id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    whole_at ${columnTypes(sql).instant}
  )`
)

/** By contact: whether they want to be followed up, as they or an operator last said. */
const consents = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`CREATE TABLE IF NOT EXISTS consents (
    contact_id TEXT PRIMARY KEY,
    is_withdrawn INTEGER NOT NULL,
    at ${columnTypes(sql).instant} NOT NULL,
    said_by TEXT NOT NULL
  )`
)

/** Adds the limit that caused a pause, and an index by which the latest follow-ups to all contacts are counted. */
const holds = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE pauses ADD COLUMN reason TEXT`
  yield* sql`CREATE INDEX follow_ups_sent ON follow_ups (follow_up_at) WHERE status IN ('armed', 'sent', 'unknown')`
})

/**
 * Adds the starts that are or were counted; a version that was in force before needs no other. Adds to a pause how many
 * contacts have to be confirmed.
 */
const starts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { counter, instant } = columnTypes(sql)
  yield* sql`CREATE TABLE starts
    (id ${counter}, policy TEXT UNIQUE, at ${instant} NOT NULL, confirmed INTEGER NOT NULL, counted_at ${instant})`
  yield* sql`INSERT INTO starts (policy, at, confirmed, counted_at)
    SELECT id, recorded_at, 0, recorded_at FROM policies`
  yield* sql`ALTER TABLE pauses ADD COLUMN contacts INTEGER`
})

/** By kind of what is wrong: the last alert that was delivered, until it is over. */
const alerts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { instant } = columnTypes(sql)
  yield* sql`CREATE TABLE alerts (kind TEXT PRIMARY KEY, since ${instant} NOT NULL, at ${instant} NOT NULL)`
})

/** One row: when the last sweep ended. */
const sweeps = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE sweeps (id INTEGER PRIMARY KEY, at ${columnTypes(sql).instant} NOT NULL)`
})

/**
 * Gives columns and a table the names that the code has for them. Timers that the cluster keeps are deleted, because
 * their messages have an older name of `revision`: those that come near are set again, and the sweep finds the others.
 */
const plainNames = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE follow_ups RENAME COLUMN wake TO revision`
  yield* sql`ALTER TABLE follow_ups RENAME COLUMN arms TO attempts`
  yield* sql`ALTER TABLE follow_ups RENAME COLUMN looks TO confirm_checks`
  yield* sql`ALTER TABLE verdicts RENAME TO chat_decisions`
  yield* sql.onDialectOrElse({
    pg: () => sql`ALTER INDEX IF EXISTS verdicts_pkey RENAME TO chat_decisions_pkey`,
    orElse: () => Effect.void
  })
  yield* StoredTimers.forgetAll
})

/** Names of audit events, as they were and as they are. */
const namesOfEvents = {
  verified: "rechecked",
  unanswered: "answer_lost",
  looked_for: "message_absent",
  filing: "changing_state",
  filed: "state_changed",
  unsettled: "contested",
  left_alone: "not_set_again",
  taken_up: "resumed_by_sweep",
  retimed: "policy_changed"
} satisfies Record<string, AuditEvent.Name>

/** Gives the events of the audit the names that the code has for them. */
export const plainEvents = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const [before, now] of Object.entries(namesOfEvents))
    yield* sql`UPDATE audit SET event = ${now} WHERE event = ${before}`
})

/** The policies in force, in the order in which a chat is offered to them, and since when each is. */
const inForce = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS in_force
    (policy TEXT PRIMARY KEY, position INTEGER NOT NULL, since ${columnTypes(sql).instant} NOT NULL)`
})

/** Whether a follow-up writes to the contact. The limits counted those that do not, too. */
const writes = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`ALTER TABLE follow_ups ADD COLUMN writes INTEGER NOT NULL DEFAULT 1`
)

/**
 * How often the watch has named a chat, and how often it had when the latest review of it began. A state without a
 * decision since it was named counts as not reviewed.
 */
const namings = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE seen ADD COLUMN namings INTEGER NOT NULL DEFAULT 1`
  yield* sql`ALTER TABLE seen ADD COLUMN reviewed INTEGER NOT NULL DEFAULT 0`
  yield* sql`UPDATE seen SET reviewed = 1 WHERE EXISTS
    (SELECT 1 FROM chat_decisions d WHERE d.chat_id = seen.chat_id AND d.decided_at >= seen.named_at)`
})

/** Who is in which group of a policy with a holdout, since when, and when they first replied. */
const enrolments = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { instant } = columnTypes(sql)
  yield* sql`CREATE TABLE IF NOT EXISTS enrolments (
    policy TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    assigned TEXT NOT NULL,
    enrolled_at ${instant} NOT NULL,
    replied_at ${instant},
    PRIMARY KEY (policy, contact_id)
  )`
  yield* sql`CREATE INDEX IF NOT EXISTS enrolments_contact ON enrolments (contact_id)`
  yield* sql`CREATE INDEX IF NOT EXISTS enrolments_without_reply ON enrolments (conversation_id)
    WHERE replied_at IS NULL`
})

/** Finds the chats of a reason, in the order of their ids. */
const chatsByReason = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`CREATE INDEX chat_decisions_reason ON chat_decisions (decision, reason, chat_id)`
)

/** By which variant of its policy a follow-up is, and a contact is followed up; null where the policy has none. */
const variants = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE follow_ups ADD COLUMN variant TEXT`
  yield* sql`ALTER TABLE enrolments ADD COLUMN variant TEXT`
})

const migrations = {
  "1_tables": createTables,
  "2_one_under_way": oneUnderWay,
  "3_untold_ends": untoldEnds,
  "4_policies": policies,
  "5_seen_and_erased": seenAndErased,
  "6_pauses": pauses,
  "7_last_messages": lastMessages,
  "8_first_whole": firstWhole,
  "9_consents": consents,
  "10_holds": holds,
  "11_starts": starts,
  "12_alerts": alerts,
  "13_sweeps": sweeps,
  "14_plain_names": plainNames,
  "15_plain_events": plainEvents,
  "16_in_force": inForce,
  "17_writes": writes,
  "18_namings": namings,
  "19_enrolments": enrolments,
  "20_chats_by_reason": chatsByReason,
  "21_searches": OfThePage.searches,
  "22_quota_shares": OfThePage.quotaShares,
  "23_variants": variants,
  "24_chat_orgs": OfChats.chatOrgs,
  "25_chats_by_row": OfChats.chatsByRow,
  "26_one_shard": StoredTimers.intoOneShard
}

const migrate = Migrator.make({})({ table: Edition.table, loader: Migrator.fromRecord(migrations) })

/** The edition of this program. */
const edition = Object.keys(migrations).at(-1) ?? "0"

type Failure = Edition.LedgerOfOtherEdition | SqlError

/** Fails unless the tables are of this edition. */
export const check: Effect.Effect<void, Failure, SqlClient.SqlClient> = Edition.check(edition, true)

/** Fails with `LedgerOfOtherEdition` where the tables are of a newer edition. */
export const isNotNewer: Effect.Effect<void, Failure, SqlClient.SqlClient> = Edition.check(edition, false)

/** Brings the tables to this edition. */
export const create: Effect.Effect<void, Failure, SqlClient.SqlClient> = MigrationLock.hold(
  Effect.zipRight(isNotNewer, migrate)
).pipe(
  // A migration is part of this program: one that fails is a defect of it.
  Effect.catchTag("MigrationError", Effect.die),
  Effect.asVoid
)
