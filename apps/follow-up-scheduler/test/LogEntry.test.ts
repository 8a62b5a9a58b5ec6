/** The scheduler has its own schema of an emulator's log; here it is held to what the emulator writes. */
import * as Log from "@effect-invent/emulator/Log"
import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { LogEntry } from "../src/Simulation/LogEntry.ts"

const decode = Schema.decodeUnknownEither(Schema.parseJson(LogEntry))

describe("a line of an emulator's log", () => {
  it.prop("is read as it was written, of whatever kind", [Arbitrary.make(Log.Entry)], ([entry]) => {
    const read = Either.getOrThrow(decode(Log.toJsonLines([entry])))
    expect(read.kind).toBe(entry.kind)
    expect(entry).toMatchObject(read)
  })

  it.each([
    ["another kind", { kind: "weather", at: "2026-03-10T12:00:00.000Z" }],
    ["no instant", { kind: "request", at: "noon" }],
    [
      "a message without an author",
      { kind: "message", at: "2026-03-10T12:00:00.000Z", chat_id: "chat_1", cause: "reply" }
    ]
  ])("of %s is refused", (_, line) => {
    expect(Either.isLeft(decode(JSON.stringify(line)))).toBe(true)
  })
})
