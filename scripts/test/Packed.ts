/** Packs packages as they are published, and runs programs in folders outside of this workspace. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

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
    const child = spawn(command, args, { cwd, env: { ...env, NO_COLOR: "1", FORCE_COLOR: "0" }, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.on("error", reject).on("close", (status) => resolve({ status, output }))
  })

/** Of the packages that the workspace uses. */
export const bin = (name: string, file: string) => join(root, "node_modules", name, file)

export const pnpm: ReadonlyArray<string> = process.env["npm_execpath"]?.includes("pnpm")
  ? [process.execPath, process.env["npm_execpath"]]
  : ["npx", "--yes", "pnpm@10.34.9"]

/** The tarball of a package of this workspace, in `destination`. */
export const pack = async (folder: string, destination: string): Promise<string> => {
  const packed = await run(pnpm[0]!, [...pnpm.slice(1), "pack", "--pack-destination", destination], join(root, folder))
  if (packed.status !== 0) throw new Error(packed.output)
  const { name, version } = manifestIn(join(root, folder))
  return join(destination, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)
}
