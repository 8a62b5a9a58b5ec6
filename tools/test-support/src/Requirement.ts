/**
 * What a test needs of the machine besides Node. Where it is missing the tests are skipped, and the reporter `NotRun`
 * lists them at the end of the run with what to install.
 */
import * as Postgres from "@effect-invent/postgres/Postgres"
import { describe } from "@effect/vitest"
import { existsSync } from "node:fs"
import * as path from "node:path"
import { getCurrentSuite } from "vitest/suite"
import * as Chromium from "./Chromium.ts"

export interface Requirement {
  readonly isMet: boolean
  /** What is missing where it is not met, and what to do about it; completes "Not run: 3 tests, because ". */
  readonly missing: string
}

declare module "vitest" {
  interface TaskMeta {
    /** On a suite: the unmet requirements for which all of its tests are skipped. */
    missing?: ReadonlyArray<string>
  }
}

export const postgres: Requirement = { isMet: Postgres.isInstalled, missing: Postgres.missing }

export const browser: Requirement = { isMet: Chromium.executable !== undefined, missing: Chromium.missing }

/** A program of the PATH. `debian`: the package that has it. */
export const program = (name: string, debian: string): Requirement => ({
  isMet: (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .some((folder) => folder !== "" && existsSync(path.join(folder, name))),
  missing: `${name} is not installed. Debian: apt-get install ${debian}`
})

/** A `describe` whose tests run where all requirements are met, and are listed as not run where one is not. */
export const describeWith = (requirements: ReadonlyArray<Requirement>, name: string, tests: () => void): void => {
  const missing = requirements.filter(({ isMet }) => !isMet).map(({ missing }) => missing)
  describe.skipIf(missing.length > 0)(name, () => {
    const { suite } = getCurrentSuite()
    if (suite !== undefined && missing.length > 0) suite.meta.missing = missing
    tests()
  })
}
