import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ExitCodes from "../src/cli/ExitCodes.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Build from "./Build.ts"
import { reviewChat, record, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

const { after, chat_id, hour, second } = Build

/** From now on SQLite may use no further page, as on a disk that is full; and the pages it has are used up. */
const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [pages] = yield* sql<{ page_count: number }>`PRAGMA page_count`
  yield* sql`CREATE TABLE filler (content BLOB)`
  yield* sql.unsafe(`PRAGMA max_page_count = ${(pages?.page_count ?? 0) + 2}`)
  for (const bytes of [1000, 100, 10, 1]) {
    yield* Effect.ignore(Effect.forever(sql`INSERT INTO filler (content) VALUES (zeroblob(${bytes}))`))
    yield* Effect.ignore(
      Effect.forever(
        sql`INSERT INTO audit ${sql.insert({ at: 0, chat_id: "filler", conversation_id: "filler", key: null, event: "x".repeat(bytes), detail: "{}" })}`
      )
    )
  }
})

const free = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.unsafe("PRAGMA max_page_count = 1073741823")
  yield* sql`DROP TABLE filler`
})

const lines = Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(chat_id))

story(
  "on a full disk nothing is sent that is not on record, nothing on record is lost, and afterwards it goes on",
  (fake) =>
    under(fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })(
      Effect.gen(function* () {
        yield* reviewChat
        const before = { rows: yield* record, lines: yield* lines }
        yield* fill
        const error = yield* Effect.flip(sweepAt(after(hour - 15 * second)))
        expect(ExitCodes.lineOf(error)).toBe("the database failed: SqliteError: database or disk is full")
        expect(fake.requests).not.toContain("set")
        expect({ rows: yield* record, lines: yield* lines }).toEqual(before)
        yield* free
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.followUps).toEqual([DateTime.formatIso(after(hour))])
        expect(yield* record).toEqual([expect.stringContaining("sent")])
      })
    )
)

story(
  "a disk that is full when the answer comes leaves an intent on record, from which it goes on without sending twice",
  (fake) =>
    under(fake, { steps: [{ after: "1 hour", action: "schedule_follow_up" }] })(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* reviewChat
        yield* fake.once("set", (_, apply) =>
          Effect.zipLeft(apply, Effect.orDie(Effect.provideService(fill, SqlClient.SqlClient, sql)))
        )
        const error = yield* Effect.flip(sweepAt(after(hour - 15 * second)))
        expect(ExitCodes.lineOf(error)).toContain("database or disk is full")
        expect(yield* record).toEqual([expect.stringContaining("armed")])
        yield* free
        yield* sweepUntil(after(2 * hour))
        expect((yield* fake.followUps).length).toBe(1)
        expect(yield* record).toEqual([expect.stringContaining("sent")])
      })
    )
)
