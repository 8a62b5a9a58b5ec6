/**
 * Loaded before the program by `node --import`: the program as it is, with a crash point that ends it by SIGKILL, or by
 * `CRASH_SIGNAL`, at the boundary of `CRASH_AT`, the `CRASH_NTH` time it gets there; that never goes on at the
 * boundary of `HANGS_AT`; and with a clock that steps `CLOCK_STEP` milliseconds back after half a second, and forward
 * again after another second.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { CrashPoint } from "../dist/Ledger/CrashPoint.js"

const { CLOCK_STEP = "0", HANGS_AT, CRASH_AT, CRASH_NTH = "1", CRASH_SIGNAL = "SIGKILL" } = process.env
let left = Number(CRASH_NTH)

CrashPoint.defaultValue = () => (boundary) =>
  Effect.suspend(() => {
    if (boundary === CRASH_AT && --left === 0) process.kill(process.pid, CRASH_SIGNAL)
    return boundary === HANGS_AT ? Effect.never : Effect.void
  })

// Effect keeps the default of a reference by its key, for all copies of it in a process: the program's bundle has its
// own copy.
Context.get(Context.empty(), CrashPoint)

const real = Date.now
const began = real()
Date.now = () => {
  const now = real()
  const age = now - began
  return age > 1500 && age < 2500 ? now - Number(CLOCK_STEP) : now
}
