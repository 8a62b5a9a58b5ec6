// Whether what is built is newer than all that it is built from; without reading a file, so that `pnpm start` loses no
// time.
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"

export const root = fileURLToPath(new URL("..", import.meta.url))

/** The folder of each program. Its bundle is in `dist/bin` there, and is started by the file with its name. */
export const apps = { "follow-ups": "apps/follow-up-scheduler", demo: "apps/demo" }

/** The file that starts a program. */
export const programOf = (name) => join(root, apps[name], "dist/bin", `${name}.js`)

/** The folders with the operator page: each bundle that serves it finds it beside itself. */
export const pageFolders = Object.values(apps).map((app) => join(root, app, "dist/static"))

/** As old as the beginning of the last build that succeeded: what was changed during it is newer. */
const stamp = join(root, "apps/follow-up-scheduler/dist/bin/.buildinfo")

const places = [
  "packages/domain",
  "packages/client",
  "packages/emulator",
  "packages/follow-up-checker",
  "packages/sql-sqlite",
  "tools/customers",
  ...Object.values(apps)
]
const inputs = [
  ...places.flatMap((place) => [`${place}/src`, `${place}/package.json`, `${place}/tsconfig.json`]),
  "apps/follow-up-scheduler/page",
  "pnpm-lock.yaml",
  "tsconfig.base.json",
  "scripts/build.mjs",
  "scripts/built.mjs",
  "scripts/bundle.mjs",
  "scripts/page.mjs"
]

const outputs = [
  ...Object.keys(apps).map(programOf),
  ...pageFolders,
  ...places.map((place) => join(root, place, "dist/.tsbuildinfo"))
]

/** A folder changes when a file comes into it or goes. */
const isNewer = (path, time) => {
  const stats = statSync(path)
  if (stats.mtimeMs >= time) return true
  return stats.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), time))
}

export const isBuilt = () => {
  if (!existsSync(stamp) || !outputs.every((output) => existsSync(output))) return false
  const { mtimeMs } = statSync(stamp)
  return !inputs.some((input) => isNewer(join(root, input), mtimeMs))
}

export const setBuilt = (begun) => {
  writeFileSync(stamp, "")
  utimesSync(stamp, begun, begun)
}
