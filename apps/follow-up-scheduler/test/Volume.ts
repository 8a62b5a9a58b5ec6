/** A small volume that a test can fill: a real one, where this machine lets a test mount one. */
import type * as Requirement from "@effect-invent/test-support/Requirement"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** Of so many megabytes. Where it cannot be mounted, `folder` is an ordinary folder. */
export const make = (megabytes: number) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "volume-"))
  const isMet = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]).status === 0
  const requirement: Requirement.Requirement = {
    isMet,
    missing: "no volume can be mounted, which takes root and CAP_SYS_ADMIN"
  }
  const remove = () => {
    if (isMet) spawnSync("umount", ["--lazy", folder])
    fs.rmSync(folder, { recursive: true })
  }
  return { folder, requirement, remove }
}

/** Until not even one more byte fits, in pieces of these sizes. */
export const fillUp = (name: string, sizes: ReadonlyArray<number>) =>
  Effect.sync(() => {
    const file = fs.openSync(name, "a")
    for (const size of sizes) {
      try {
        for (;;) fs.writeSync(file, Buffer.alloc(size, "\n"))
      } catch (error) {
        expect(error).toMatchObject({ code: "ENOSPC" })
      }
    }
    fs.closeSync(file)
  })

const filler = (folder: string) => path.join(folder, "filler")

export const fill = (folder: string) => fillUp(filler(folder), [65536, 4096, 1])

/**
 * Fills it until this has happened. Once would not do: SQLite frees room when it empties its log, for example at the
 * start of `serve`.
 */
export const fillUntil = <A, E, R>(folder: string, happened: Effect.Effect<A, E, R>) =>
  Effect.raceFirst(happened, Effect.forever(Effect.delay(fill(folder), "50 millis")))

/**
 * Keeps it full until the result is run, which frees it. Whatever room SQLite gives back meanwhile, as when it empties
 * its log, is taken at once.
 */
export const keepFull = (folder: string) =>
  Effect.map(Effect.forkScoped(Effect.forever(Effect.delay(fill(folder), "50 millis"))), (filling) =>
    Effect.zipRight(Fiber.interrupt(filling), free(folder))
  )

export const free = (folder: string) => Effect.sync(() => fs.rmSync(filler(folder), { force: true }))
