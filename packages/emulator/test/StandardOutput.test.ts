import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { EventEmitter } from "node:events"
import { it } from "../../../tools/testing/it.ts"
import * as StandardOutput from "../src/Program/StandardOutput.ts"

for (const code of ["ENOSPC", "EIO"]) {
  it.scoped(
    `output that cannot be written (${code}) ends nothing: lost lines are counted, and logged once there is room again`,
    () => {
      const streams = {
        stdout: new EventEmitter(),
        stderr: new EventEmitter(),
        exit: (code: number) => void codes.push(code)
      }
      const codes: Array<number> = []
      const lines: Array<string> = []
      let hasRoom = false
      const fail = () => void streams.stdout.emit("error", Object.assign(new Error(`${code}: no`), { code }))
      const logger = Logger.make(({ message }) => {
        lines.push(String(message))
        if (!hasRoom) fail()
      })
      return Effect.gen(function* () {
        yield* StandardOutput.outlast(streams)
        fail()
        fail()
        streams.stderr.emit("error", new Error("no"))
        // The warning has no room either, and does not count.
        yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => lines.length === 2 })
        hasRoom = true
        yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => lines.length === 3 })
        yield* TestClock.adjust("1 minute")
        const line = `2 lines of this log could not be written and are lost: ${code}: no`
        assert.deepStrictEqual([lines, codes], [[line, line, line], []])
        streams.stdout.emit("error", Object.assign(new Error("closed"), { code: "EPIPE" }))
        assert.deepStrictEqual(codes, [141])
      }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
    }
  )
}
