/**
 * Two suites. `fast`: no process, no socket to wait for, no passing of time; its files share one module graph a worker.
 * `system`: what only real processes, sockets and servers show; the files named `.live.test.ts` and `.e2e.test.ts`.
 */
import { configDefaults, defineConfig } from "vitest/config"

const source = { resolve: { conditions: ["source"] }, ssr: { resolve: { conditions: ["source"] } } }
const places = "{packages/*,apps/*,examples,examples/effect-4,scripts,tools/*}"
const systemTests = [`${places}/*.{live,e2e}.test.ts`, `${places}/test/**/*.{live,e2e}.test.ts`]
const properties = { setupFiles: ["tools/properties/setup.ts"], globalSetup: ["tools/properties/announce.ts"] }
const allTests = [`${places}/*.test.ts`, `${places}/test/**/*.test.ts`]

export default defineConfig({
  test: {
    passWithNoTests: false,
    pool: "forks",
    // The pool belongs to the root: only this setting decides whether a file gets a process of its own. Under a project the same
    // setting only decides whether the modules are loaded again for each file.
    // A large young generation: the collector takes a twelfth of the tests' time without it.
    poolOptions: { forks: { isolate: false, execArgv: ["--max-semi-space-size=64"] } },
    maxWorkers: 2,
    reporters: [
      ...(process.env["GITHUB_ACTIONS"] ? ["github-actions"] : []),
      "default",
      "./tools/test-support/src/NotRun.ts"
    ],
    projects: [
      {
        ...source,
        test: {
          name: "fast",
          include: allTests,
          exclude: [...configDefaults.exclude, ...systemTests],
          testTimeout: 60_000,
          ...properties
        }
      },
      {
        ...source,
        test: {
          name: "system",
          globalSetup: ["tools/test-support/src/Setup.ts"],
          include: systemTests,
          poolOptions: { forks: { isolate: true } },
          testTimeout: 600_000,
          hookTimeout: 600_000
        }
      }
    ]
  }
})
