import { defineConfig } from "vitest/config"

const project = (root: string) => ({
  root,
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { name: root, include: ["test/**/*.test.ts"] }
})

export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: ["packages/domain", "packages/client", "packages/emulator", "apps/follow-up-scheduler", "scripts"].map(project)
  }
})
