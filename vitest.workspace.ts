/**
 * Two suites. `fast`: no process, no socket to wait for, no passing of time; its files share one module graph a worker.
 * `system`: what only real processes, sockets and servers show; the files named `.live.test.ts` and `.e2e.test.ts`.
 */
import { configDefaults, defineConfig } from "vitest/config"

const globalSetup = "./scripts/test-support/src/Setup.ts"
const source = { resolve: { conditions: ["source"] }, ssr: { resolve: { conditions: ["source"] } } }
const places = "{packages/*,apps/*,examples,scripts,scripts/*}"
const systemTests = [`${places}/*.{live,e2e}.test.ts`, `${places}/test/**/*.{live,e2e}.test.ts`]
const allTests = [`${places}/*.test.ts`, `${places}/test/**/*.test.ts`]

export default defineConfig({
  test: {
    passWithNoTests: false,
    pool: "forks",
    maxWorkers: 2,
    reporters: [...(process.env["GITHUB_ACTIONS"] ? ["github-actions"] : []), "default", "./scripts/test-support/src/NotRun.ts"],
    projects: [
      { ...source, test: { name: "fast", globalSetup, include: allTests, exclude: [...configDefaults.exclude, ...systemTests], poolOptions: { forks: { isolate: false } }, testTimeout: 60_000 } },
      { ...source, test: { name: "system", globalSetup, include: systemTests, testTimeout: 600_000, hookTimeout: 600_000 } }
    ]
  }
})
