import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import * as Journal from "../src/World/Persistence/Journal.ts"
import { World } from "../src/World.ts"
import { layer, messagesOf, openChat, stateOf, summary, write } from "./Fixtures.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const rowsIn = (file: string) => Effect.scoped(Effect.map(Journal.open(file), ({ rows }) => rows))

/** A world that is kept in the file for as long as the effect runs. */
const kept = <A, E, R>(file: string, effect: Effect.Effect<A, E, R>) => {
  const journal = Layer.scoped(Journal.CurrentJournal, Journal.open(file))
  return Effect.provide(effect, Layer.provide(layer(), journal))
}

describe("a state file", () => {
  it.scoped("brings the whole world back, and its ids go on where they were", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      const look = Effect.flatMap(World, (world) => world.everything())
      const before = yield* kept(
        file,
        Effect.gen(function* () {
          const world = yield* World
          const chat = yield* openChat
          yield* write(chat, "Grüße 👋")
          yield* TestClock.adjust("1 minute")
          yield* world.takeOver(chat.chat_id)
          yield* world.mute(chat.chat_id, DateTime.add(yield* DateTime.now, { days: 1 }))
          yield* world.block(chat.contact_id)
          return yield* look
        })
      )
      yield* kept(
        file,
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* look, before)
          const { chat_id } = yield* openChat
          assert.isFalse(before.chats.some(({ id }) => id === chat_id))
        })
      )
    })
  )

  it.scoped("brings back what was still to come: a follow-up, and the answer to the last message", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      const [waiting, due] = yield* kept(
        file,
        Effect.gen(function* () {
          const world = yield* World
          const [waiting, due] = [yield* openChat, yield* openChat]
          yield* world.updateState(
            due.chat_id,
            { follow_up_at: DateTime.add(yield* DateTime.now, { hours: 1 }) },
            "test"
          )
          yield* write(waiting)
          return [waiting.chat_id, due.chat_id]
        })
      )
      assert(waiting !== undefined && due !== undefined)
      yield* kept(
        file,
        Effect.gen(function* () {
          yield* TestClock.adjust("2 hours")
          assert.deepStrictEqual(summary(yield* messagesOf(waiting)), ["user COMPLETED", "assistant COMPLETED"])
          assert.deepStrictEqual(summary(yield* messagesOf(due)), ["assistant COMPLETED"])
          assert.isNull((yield* stateOf(due))?.follow_up_at ?? null)
        })
      )
    })
  )

  it.scoped("brings back a run of a workflow, which then ends", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      const runs = Effect.flatMap(World, ({ workflows }) =>
        Effect.map(workflows.listRuns({}), ({ entries }) => entries.map(({ ended_at }) => ended_at))
      )
      yield* kept(
        file,
        Effect.gen(function* () {
          const { setUp, workflows } = yield* World
          yield* workflows.run(yield* setUp.addWorkflow("Onboarding"), {})
          assert.deepStrictEqual(yield* runs, [null])
        })
      )
      yield* kept(
        file,
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* runs, [null])
          yield* TestClock.adjust("3 seconds")
          assert.deepStrictEqual(yield* runs, [yield* DateTime.now])
        })
      )
    })
  )

  it.scoped("brings back the names of the keys that were made, and none where the file is older than they are", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      const names = Effect.flatMap(World, (world) => world.keyNames)
      assert.deepStrictEqual(yield* kept(file, names), [])
      yield* kept(
        file,
        Effect.flatMap(World, (world) => Effect.forEach(["nightly", "a b", "nightly"], world.addKey))
      )
      assert.deepStrictEqual(yield* kept(file, names), ["nightly", "a b"])
    })
  )

  it.scoped("has failed the message that the assistant was writing when it ended", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      const chat_id = yield* kept(
        file,
        Effect.gen(function* () {
          const chat = yield* openChat
          yield* write(chat)
          yield* TestClock.adjust("2 seconds")
          assert.deepStrictEqual(summary(yield* messagesOf(chat.chat_id)), ["user COMPLETED", "assistant RUNNING"])
          return chat.chat_id
        })
      )
      const restored = yield* kept(file, Effect.map(messagesOf(chat_id), summary))
      assert.deepStrictEqual(restored, ["user COMPLETED", "assistant FAILED"])
    })
  )

  it.scoped("cut at any byte holds every change before the cut, and no part of the one that is cut", () =>
    Effect.gen(function* () {
      const at = yield* folder
      const file = join(at, "state")
      yield* kept(
        file,
        Effect.flatMap(openChat, (chat) => write(chat, "Grüße 👋"))
      )
      const whole = readFileSync(file)
      const all = yield* rowsIn(file)
      const cut = join(at, "cut")
      let before = 0
      // Every third byte, the last among them: the first byte of a line and its last are met in some line.
      for (let length = whole.length % 3; length <= whole.length; length += 3) {
        writeFileSync(cut, whole.subarray(0, length))
        const rows = yield* rowsIn(cut)
        assert.deepStrictEqual(rows, all.slice(0, rows.length))
        assert.isAtLeast(rows.length, before)
        before = rows.length
      }
      assert.strictEqual(before, all.length)
      assert.isAbove(all.length, 8)
    })
  )

  it.scoped("is refused, and left as it was, when it is another file or was altered inside", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      yield* kept(file, Effect.flatMap(openChat, write))
      const text = readFileSync(file, "utf8")
      const altered = [
        ["my diary\nday 1\n", /is not a state file/],
        ["my diary", /is not a state file/],
        [text.replace("Ada", "Eve"), /line \d+ was altered/],
        [text.replace("\n", "\n\n"), /line 2 was altered/],
        [text.replace(":2}", ":1}"), /not a state file of this version/]
      ] as const
      for (const [content, reason] of altered) {
        writeFileSync(file, content)
        const error = yield* Effect.flip(rowsIn(file))
        assert.match(error.message, reason)
        assert.notInclude(error.message, "\n")
        assert.strictEqual(readFileSync(file, "utf8"), content)
      }
    })
  )

  it.scoped("says so when its folder does not exist", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(rowsIn(join(yield* folder, "none", "state")))
      assert.match(error.message, /no such file or directory/)
    })
  )

  it.scoped("is for one owner, also by a link to it, and for the next when that ends", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Journal.open(file)
          symlinkSync(file, `${file}.link`)
          for (const name of [file, `${file}.link`])
            assert.match((yield* Effect.flip(rowsIn(name))).message, /another emulator/)
        })
      )
      assert.deepStrictEqual(yield* rowsIn(file), [])
      assert.deepStrictEqual(yield* rowsIn(`${file}.link`), [])
      assert.isTrue(lstatSync(`${file}.link`).isSymbolicLink())
    })
  )

  it.scoped("has a lock that must be one", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "state")
      writeFileSync(`${file}.lock`, "4194305")
      assert.match(
        (yield* Effect.flip(rowsIn(file))).message,
        /its lock \S+state\.lock cannot be used: file is not a database$/
      )
    })
  )
})

it.scoped("a change that cannot be written down breaks the journal, with the reason", () =>
  Effect.gen(function* () {
    const at = join(yield* folder, "inner")
    mkdirSync(at)
    const journal = yield* Journal.open(join(at, "state"))
    rmSync(at, { recursive: true })
    assert.strictEqual((yield* Effect.exit(journal.rewrite([])))._tag, "Failure")
    assert.match((yield* Effect.flip(journal.broken)).message, /no such file/)
  })
)
