/**
 * Loaded before the program by `node --import`: the program as it is, with a crash point that ends it by SIGKILL, or by
 * `MORTAL_SIGNAL`, at the boundary of `MORTAL_AT`, the `MORTAL_NTH` time it gets there; that never goes on at the
 * boundary of `HANGS_AT`; and with a clock that steps `CLOCK_STEP` milliseconds back after half a second, and forward
 * again after another second.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { CrashPoint } from "../dist/Ledger/CrashPoint.js"

const { CLOCK_STEP = "0", HANGS_AT, MORTAL_AT, MORTAL_NTH = "1", MORTAL_SIGNAL = "SIGKILL" } = process.env
let left = Number(MORTAL_NTH)

CrashPoint.defaultValue = () => (boundary) =>
  Effect.suspend(() => {
    if (boundary === MORTAL_AT && --left === 0) process.kill(process.pid, MORTAL_SIGNAL)
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
