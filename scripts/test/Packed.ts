/** Packages as they are published, and how to run programs in folders outside of this workspace. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Shared from "../../tools/test-support/src/Shared.ts"

export const root = fileURLToPath(new URL("../..", import.meta.url))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Record<string, string>
  readonly exports?: Record<string, unknown>
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
}

export const manifestIn = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest

export interface Ran {
  readonly status: number | null
  readonly output: string
}

/** Without colours; `env` is all of the environment if it is given. */
export const run = (command: string, args: ReadonlyArray<string>, cwd: string, env: NodeJS.ProcessEnv = process.env) =>
  new Promise<Ran>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...env, NO_COLOR: "1", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.on("error", reject).on("close", (status) => resolve({ status, output }))
  })

/** Of the packages that the workspace uses. */
export const bin = (name: string, file: string) => join(root, "node_modules", name, file)

/** The tarball of a package of this workspace; all are packed once in a run. */
export const tarballOf = async (folder: string): Promise<string> => {
  const { name, version } = manifestIn(join(root, folder))
  return join(await Effect.runPromise(Shared.tarballs), `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)
}
