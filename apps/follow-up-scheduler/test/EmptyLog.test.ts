/** What was forgotten is in no file of the ledger any more, while a scheduler has it open. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { ContactId } from "@effect-invent/domain/Ids"
import { it } from "../../../tools/testing/it.ts"
import * as EmptyLog from "../src/Ledger/Database/EmptyLog.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as Retention from "../src/Privacy/Retention.ts"

const name = "contact_8d1f3a"
const chat = "chat_8d1f3a"

const layer = (file: string) => Layer.provideMerge(Erasure.layer, Layer.provideMerge(Ledger.layer, Sqlite.layer(file)))

/** A ledger that names a chat of a contact, open until the test ends, and what its files hold. */
const withLedger = <A, E>(
  test: (
    file: string,
    sql: SqlClient.SqlClient,
    held: Effect.Effect<string, unknown>
  ) => Effect.Effect<A, E, Erasure.Erasure | SqlClient.SqlClient | FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const context = yield* Layer.build(layer(`${folder}/a.db`))
    const sql = Context.get(context, SqlClient.SqlClient)
    yield* sql`INSERT INTO subjects ${sql.insert({ chat_id: chat, conversation_id: chat, contact_id: name })}`
    yield* sql`INSERT INTO audit ${sql.insert({ at: 0, chat_id: chat, conversation_id: chat, key: null, event: "looked", detail: "{}" })}`
    const held = Effect.gen(function* () {
      const texts = yield* Effect.forEach(yield* files.readDirectory(folder), (each) =>
        files.readFile(`${folder}/${each}`)
      )
      return texts.map((bytes) => Buffer.from(bytes).toString("latin1")).join("\n")
    })
    expect(yield* held).toContain(chat)
    return yield* Effect.provide(test(`${folder}/a.db`, sql, held), context)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const erase = Effect.flatMap(Erasure.Erasure, ({ erase }) => erase(ContactId.make(name)))

it.effect("after erase", () =>
  withLedger((_, __, held) =>
    Effect.gen(function* () {
      yield* erase
      expect(yield* held).not.toMatch(/(chat|contact)_8d1f3a/)
    })
  )
)

it.effect("after retention, here that of a day", () =>
  withLedger((_, sql, held) =>
    Effect.gen(function* () {
      yield* sql`DELETE FROM subjects`
      yield* TestClock.setTime(DateTime.unsafeMake("2026-03-10T00:00:00Z").epochMillis)
      const keeping = yield* Effect.fork(Retention.keeping(Duration.days(1)))
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), held), { until: (text) => !text.includes(chat) })
      yield* Fiber.interrupt(keeping)
    })
  )
)

it.effect("after erase, as soon as another program has ended what it reads", () =>
  withLedger((file, _, held) =>
    Effect.gen(function* () {
      const reader = yield* Effect.provide(SqliteClient.make({ filename: file, readOnly: true }), Reactivity.layer)
      yield* reader`BEGIN`
      yield* reader`SELECT * FROM subjects`
      const erasing = yield* Effect.fork(erase)
      yield* TestClock.adjust("1 second")
      expect(erasing.unsafePoll()).toBe(null)
      expect(yield* held).toContain(chat)
      yield* reader`COMMIT`
      yield* Effect.repeat(TestClock.adjust("50 millis"), { until: () => erasing.unsafePoll() !== null })
      yield* Fiber.join(erasing)
      expect(yield* held).not.toMatch(/(chat|contact)_8d1f3a/)
    }).pipe(Effect.scoped)
  )
)

it.effect("a database of which another program never ends its reading is not waited for longer than five seconds", () =>
  withLedger((file, sql) =>
    Effect.gen(function* () {
      const reader = yield* Effect.provide(SqliteClient.make({ filename: file, readOnly: true }), Reactivity.layer)
      yield* reader`BEGIN`
      yield* reader`SELECT * FROM subjects`
      yield* sql`DELETE FROM subjects`
      const emptying = yield* Effect.fork(EmptyLog.make(sql))
      yield* Effect.repeat(TestClock.adjust("50 millis"), { until: () => emptying.unsafePoll() !== null })
      yield* Fiber.join(emptying)
      yield* reader`COMMIT`
    }).pipe(Effect.scoped)
  )
)
