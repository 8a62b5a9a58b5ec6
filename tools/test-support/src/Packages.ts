/** The packages of this workspace as they are published, packed into a folder by one command. */
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** Where each of them is. */
export const folders = [
  "packages/domain",
  "packages/client",
  "packages/emulator",
  "packages/sql-sqlite",
  "apps/follow-up-scheduler"
]

const pnpm: ReadonlyArray<string> = process.env["npm_execpath"]?.includes("pnpm")
  ? [process.execPath, process.env["npm_execpath"]]
  : ["npx", "--yes", "pnpm@10.34.9"]

const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "tarballs-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** Packs them; gives the folder of the tarballs, which goes with its scope. */
export const pack = Effect.tap(temporary, (destination) =>
  Effect.async<void>((resume) => {
    const filters = folders.flatMap((folder) => ["--filter", `./${folder}`])
    const [command = "", ...args] = [...pnpm, "--recursive", ...filters, "pack", "--pack-destination", destination]
    execFile(command, args, { cwd: root }, (error, stdout, stderr) =>
      resume(error === null ? Effect.void : Effect.dieMessage(`${error.message}\n${stdout}${stderr}`))
    )
  })
)
