import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as esbuild from "esbuild"
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const home = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..")

/** Prints a row, and then warns by itself. */
const program = `
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
const rows = await Effect.runPromise(
  Effect.provide(Effect.flatMap(SqlClient.SqlClient, (sql) => sql\`SELECT 9007199254740993 AS big\`), SqliteClient.layer({ filename: ":memory:" }))
)
console.log(String(rows[0].big))
process.emitWarning("SQLite is mine", "ExperimentalWarning")
`

/** Within the package, from where its optional dependency is found. */
const folder = Effect.acquireRelease(
  Effect.sync(() => {
    mkdirSync(join(home, "node_modules/.cache"), { recursive: true })
    return mkdtempSync(join(home, "node_modules/.cache/bundle-"))
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const bundle = (outfile: string) =>
  Effect.promise(() =>
    esbuild.build({
      stdin: { contents: program, resolveDir: home },
      outfile,
      bundle: true,
      conditions: ["source"],
      format: "esm",
      platform: "node",
      target: "node20",
      logLevel: "silent"
    })
  )

describe("a program in one file, without this package beside it", () => {
  it.scoped("runs, and warns of nothing but what it warns of itself", () =>
    Effect.gen(function* () {
      const outfile = join(yield* folder, "program.mjs")
      const { warnings } = yield* bundle(outfile)
      expect(warnings).toEqual([])
      const { stderr, stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, [outfile]))
      expect(stdout).toBe("9007199254740993\n")
      const lines = stderr.split("\n").filter((line) => line.includes("Warning: "))
      expect(lines).toEqual([expect.stringMatching(/ExperimentalWarning: SQLite is mine$/)])
    })
  )
})
