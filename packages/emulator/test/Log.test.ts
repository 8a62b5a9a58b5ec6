import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Log from "../src/Log.ts"
import { World } from "../src/World.ts"
import { fromNow, layer, openChat, write } from "./Fixtures.ts"

/** A chat with a reply, a follow-up that was set and answered by the contact, and a human who took over. */
const story = Effect.gen(function* () {
  const world = yield* World
  const chat = yield* openChat
  yield* write(chat)
  yield* TestClock.adjust("1 minute")
  yield* world.updateState(chat.chat_id, { follow_up_at: yield* fromNow("1 hour") }, "scheduler")
  yield* write(chat)
  yield* world.takeOver(chat.chat_id)
  yield* world.block(chat.contact_id)
  return yield* Effect.flatMap(Log.Log, (log) => log.entries)
})

describe("Log", () => {
  it.effect("records in order who wrote, who changed the state, and what the state was then", () =>
    Effect.gen(function* () {
      const logged = (yield* story).map((entry) => {
        switch (entry.kind) {
          case "message":
            return `${entry.author} ${entry.cause} ${entry.status}`
          case "state":
            return `${entry.by}: ${entry.follow_up_at === null ? "no" : "a"} follow-up, AI ${entry.ai_enabled ? "on" : "off"}`
          default:
            return entry.kind
        }
      })
      assert.deepStrictEqual(logged, [
        "contact",
        "chat",
        "contact: no follow-up, AI on",
        "contact message COMPLETED",
        "assistant reply COMPLETED",
        "scheduler: a follow-up, AI on",
        "contact message COMPLETED",
        "contact: no follow-up, AI on",
        "user takeover COMPLETED",
        "user: no follow-up, AI off",
        "contact"
      ])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is the same again when the same happens again", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* Effect.provide(story, layer()), yield* Effect.provide(story, layer())]
      assert.strictEqual(first.length, second.length)
      const withoutTime = (entries: ReadonlyArray<Log.Entry>) =>
        entries.map((entry) => ("chat_id" in entry ? [entry.kind, entry.chat_id] : [entry.kind]))
      assert.deepStrictEqual(withoutTime(first), withoutTime(second))
    })
  )

  it.effect("becomes one JSON object a line, with milliseconds in every instant, and can be read back", () =>
    Effect.gen(function* () {
      const entries = yield* story
      const lines = Log.toJsonLines(entries).trimEnd().split("\n")
      assert.lengthOf(lines, entries.length)
      assert.include(lines[4], '"at":"1970-01-01T00:00:05.000Z"')
      const read = yield* Effect.forEach(lines, (line) => Schema.decode(Schema.parseJson(Log.Entry))(line))
      assert.strictEqual(Log.toJsonLines(read), Log.toJsonLines(entries))
    }).pipe(Effect.provide(layer()))
  )
})
