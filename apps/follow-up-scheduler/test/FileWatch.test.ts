import * as NodeContext from "@effect/platform-node/NodeContext"
import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { ChatId } from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Watch from "../src/Watch.ts"

const withFiles = <E>(name: string, test: Effect.Effect<void, E, NodeContext.NodeContext | Scope.Scope>) =>
  it.scoped(name, () => Effect.provide(test, NodeContext.layer))

const write = (file: string, content: string | Uint8Array) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    typeof content === "string" ? files.writeFileString(file, content) : files.writeFile(file, content)
  )

/** A path in a folder that is gone after the test. */
const newFile = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  return (yield* Path.Path).join(yield* files.makeTempDirectoryScoped(), "chats.txt")
})

const writing = (content: string | Uint8Array) => Effect.tap(newFile, (file) => write(file, content))

describe("a file of chat ids", () => {
  const accepted: ReadonlyArray<readonly [what: string, content: string, ids: ReadonlyArray<string>]> = [
    ["has one id a line", "chat_1\nchat_2\n", ["chat_1", "chat_2"]],
    ["need not end with a line end", "chat_1\nchat_2", ["chat_1", "chat_2"]],
    ["may end its lines as Windows does", "chat_1\r\nchat_2\r\n", ["chat_1", "chat_2"]],
    ["may begin with a byte order mark", "\uFEFFchat_1\nchat_2\n", ["chat_1", "chat_2"]],
    [
      "may have blank lines and comments, beside an id or alone",
      "# the pilot\n\n  chat_1  # Ana 🙂\n\t\nchat_2\n#chat_3\n",
      ["chat_1", "chat_2"]
    ],
    ["names a chat once, however often it stands there", "chat_2\nchat_1\nchat_2\n chat_1\n", ["chat_2", "chat_1"]],
    ["may hold ids of any printable characters", "5f9-AZ_~/%!\n", ["5f9-AZ_~/%!"]]
  ]

  for (const [what, content, ids] of accepted) {
    withFiles(
      what,
      Effect.gen(function* () {
        expect(yield* Watch.readFile(yield* writing(content))).toEqual(ids)
      })
    )
  }

  const refused: ReadonlyArray<readonly [what: string, content: string | Uint8Array, reason: string]> = [
    ["with two ids in a line", "chat_1\nchat_2 chat_3\n", "line 2 is not a chat id"],
    ["with an id in another script", "chat_1\n\nчат\n", "line 3 is not a chat id"],
    ["with an invisible character in an id", "chat\u200b_1\n", "line 1 is not a chat id"],
    ["that is binary", Uint8Array.from([1, 2, 0, 255]), "line 1 is not a chat id"],
    ["that is empty", "", "names no chat"],
    ["of comments only", "# nobody yet\n\n", "names no chat"]
  ]

  for (const [what, content, reason] of refused) {
    withFiles(
      `${what} is refused`,
      Effect.gen(function* () {
        const file = yield* writing(content)
        const error = yield* Effect.flip(Watch.readFile(file))
        expect(error).toEqual(new Watch.ChatsUnreadable({ file, reason }))
        expect(error.message).toBe(`chats ${file}: ${reason}`)
      })
    )
  }

  withFiles(
    "that is not there is refused by its name",
    Effect.gen(function* () {
      const file = yield* newFile
      const error = yield* Effect.flip(Watch.readFile(file))
      expect(error).toMatchObject({ _tag: "ChatsUnreadable", file })
      expect(error.reason).toContain("does not exist")
    })
  )
})

describe("watching a file", () => {
  const every = Duration.minutes(5)

  const absent = new SystemError({ module: "FileSystem", method: "readFileString", reason: "NotFound" })

  /** Watches a file whose content a test changes; undefined: it is not there. */
  const watching = (first: string | undefined) =>
    Effect.gen(function* () {
      const content = yield* Ref.make(first)
      const queue = yield* Queue.unbounded<ChatId>()
      const files = FileSystem.layerNoop({
        readFileString: () =>
          Effect.flatMap(Ref.get(content), (text) => (text === undefined ? absent : Effect.succeed(text)))
      })
      const chats = Stream.flattenIterables(Watch.idsOf("chats.txt", every))
      const naming = Stream.runForEach(chats, (chat_id) => Queue.offer(queue, chat_id))
      const fiber = yield* Effect.forkScoped(Effect.provide(naming, files))
      const come = Effect.map(Effect.zipRight(TestClock.adjust(0), Queue.takeAll(queue)), Chunk.toReadonlyArray)
      return { becomes: (text: string | undefined) => Ref.set(content, text), come, fiber }
    })

  it.scoped("names its chats at once, and all of them again after each interval", () =>
    Effect.gen(function* () {
      const { come } = yield* watching("chat_1\nchat_2\n")
      expect(yield* come).toEqual(["chat_1", "chat_2"])
      yield* TestClock.adjust(Duration.subtract(every, "1 millis"))
      expect(yield* come).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(yield* come).toEqual(["chat_1", "chat_2"])
      yield* TestClock.adjust(every)
      expect(yield* come).toEqual(["chat_1", "chat_2"])
    })
  )

  it.scoped("reads it anew each time", () =>
    Effect.gen(function* () {
      const { becomes, come } = yield* watching("chat_1\n")
      expect(yield* come).toEqual(["chat_1"])
      yield* becomes("chat_2\nchat_3\n")
      yield* TestClock.adjust(every)
      expect(yield* come).toEqual(["chat_2", "chat_3"])
    })
  )

  it.scoped("survives a file that vanishes, and one that becomes nonsense, and goes on when it is back", () =>
    Effect.gen(function* () {
      const { becomes, come, fiber } = yield* watching("chat_1\n")
      expect(yield* come).toEqual(["chat_1"])
      for (const content of [undefined, "two ids\n", ""]) {
        yield* becomes(content)
        yield* TestClock.adjust(every)
        expect(yield* come).toEqual([])
      }
      yield* becomes("chat_2\n")
      yield* TestClock.adjust(every)
      expect(yield* come).toEqual(["chat_2"])
      expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
    })
  )

  it.scoped("fails at once when the file is not there at the start", () =>
    Effect.gen(function* () {
      const { fiber } = yield* watching(undefined)
      expect((yield* Effect.flip(Fiber.join(fiber)))._tag).toBe("ChatsUnreadable")
    })
  )
})

it.effect("events of a channel name their chats as they come", () =>
  Effect.gen(function* () {
    const events = Stream.make(ChatId.make("chat_1"), ChatId.make("chat_2"), ChatId.make("chat_1"))
    const { chats } = yield* Effect.provide(Watch.Watch, Watch.layerEvents(events))
    expect(Chunk.toReadonlyArray(yield* Stream.runCollect(chats))).toEqual(["chat_1", "chat_2", "chat_1"])
  })
)
