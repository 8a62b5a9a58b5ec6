// Whether what is built is newer than all that it is built from; without reading a file, so that `pnpm start` loses no
// time.
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"

export const root = fileURLToPath(new URL("..", import.meta.url))

/** The program, as it is started and published. */
export const program = join(root, "apps/follow-up-scheduler/dist/bin/follow-ups.js")

/** As old as the beginning of the last build that succeeded: what was changed during it is newer. */
const stamp = join(root, "apps/follow-up-scheduler/dist/bin/.buildinfo")

const places = [
  "packages/domain",
  "packages/client",
  "packages/emulator",
  "packages/sql-sqlite",
  "apps/follow-up-scheduler"
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
  program,
  ...places.map((place) => join(root, place, "dist/.tsbuildinfo")),
  join(root, "apps/follow-up-scheduler/dist/static")
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
