import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { EventEmitter } from "node:events"
import { it } from "../../../tools/testing/it.ts"
import * as StandardOutput from "../src/cli/StandardOutput.ts"

/** Streams of a process; the test decides what becomes of each line. */
const makeStreams = () => {
  const codes: Array<number> = []
  const errors: Array<string> = []
  const stdout = Object.assign(new EventEmitter(), { write: () => true })
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => errors.push(text) })
  const output = StandardOutput.make({ stdout, stderr, exit: (code) => void codes.push(code) })
  const fail = (code: string) => stdout.emit("error", Object.assign(new Error(`${code}: no`), { code }))
  return { output, codes, errors, fail, stderr }
}

/** The warnings of the log, each of which `onLine` sees as it is written. */
const logging = (lines: Array<string>, onLine: () => void) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => {
      lines.push(String(message))
      onLine()
    })
  )

describe("output that cannot be written", () => {
  for (const code of ["ENOSPC", "EIO", "EDQUOT"]) {
    it.scoped(
      `does not end a program whose output is a log (${code}): lost lines are counted, and logged once there is room again`,
      () => {
        const { codes, errors, fail, output } = makeStreams()
        const lines: Array<string> = []
        let hasRoom = false
        return Effect.gen(function* () {
          yield* output.asLog
          for (let line = 0; line < 3; line++) fail(code)
          // The warning has no room either, and does not count.
          yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => lines.length === 2 })
          fail(code)
          hasRoom = true
          yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => lines.length === 3 })
          yield* TestClock.adjust("1 minute")
          expect(lines[0]).toBe(`3 lines of this log could not be written: ${code}: no`)
          expect(lines[2]).toBe(`4 lines of this log could not be written: ${code}: no`)
          expect(lines).toHaveLength(3)
          expect([codes, errors]).toEqual([[], []])
        }).pipe(Effect.provide(logging(lines, () => hasRoom || fail(code))))
      }
    )
  }

  it("ends any other command with 2, and prints why", () => {
    const { codes, errors, fail } = makeStreams()
    fail("ENOSPC")
    expect([codes, errors]).toEqual([[2], ["the output could not be written: ENOSPC: no\n"]])
  })

  it.scoped("since its reader has gone ends either with 141", () => {
    const { codes, fail, output } = makeStreams()
    return Effect.gen(function* () {
      fail("EPIPE")
      yield* output.asLog
      fail("EPIPE")
      expect(codes).toEqual([141, 141])
    })
  })

  it("to stderr ends nothing", () => {
    const { codes, stderr } = makeStreams()
    stderr.emit("error", new Error("ENOSPC: no"))
    expect(codes).toEqual([])
  })
})
