import { defineConfig } from "vitest/config"

const project = (root: string) => ({
  root,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  // Some tests start processes; on a busy machine each takes seconds.
  test: { name: root, include: ["*.test.ts", "test/**/*.test.ts"], testTimeout: 60_000 }
})

export default defineConfig({
  test: {
    passWithNoTests: false,
    // The longest ones wait for processes of their own.
    maxWorkers: 2,
    projects: ["packages/domain", "packages/client", "packages/emulator", "apps/follow-up-scheduler", "examples", "scripts", "scripts/bench", "scripts/month"].map(project)
  }
})
