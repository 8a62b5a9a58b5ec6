/** A file that says which process uses something. One that a killed process left behind is taken over. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"

export class Locked extends Data.TaggedError("Locked")<{ readonly message: string }> {}

const isAlive = (pid: number): boolean => {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const ownerOf = (file: string): number => {
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10)
  return Number.isSafeInteger(pid) && pid > 0 ? pid : 0
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

/** A lock appears with its owner's name in it, or not at all. */
const place = (file: string): boolean => {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/** Whoever moves a dead owner's lock away has it; one that turns out to be alive gets it back. */
const clear = (file: string): void => {
  const moved = `${file}.${process.pid}.dead`
  try {
    if (isAlive(ownerOf(file))) return
    renameSync(file, moved)
    if (isAlive(ownerOf(moved))) renameSync(moved, file)
    else rmSync(moved, { force: true })
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error
  }
}

const take = (file: string): boolean => {
  if (place(file)) return true
  clear(file)
  return place(file)
}

/** Held until the scope closes. */
export const acquire = (file: string): Effect.Effect<void, Locked, Scope> =>
  Effect.acquireRelease(
    Effect.filterOrFail(
      Effect.try({ try: () => take(file), catch: (error) => new Locked({ message: (error as Error).message }) }),
      (isTaken) => isTaken,
      () => new Locked({ message: "another emulator is running on it; stop that one or name another file" })
    ),
    () => Effect.sync(() => rmSync(file, { force: true }))
  )
