import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const fuzz = fileURLToPath(new URL("../fuzz.mjs", import.meta.url))

it("the emulator survives 2,000 requests that no client should send, and its world is right afterwards", () => {
  const args = [fuzz, "--requests", "2000", "--connections", "500"]
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 120_000 })
  expect(stderr).toBe("")
  expect(stdout).toContain("0 unhandled errors")
  expect(status).toBe(0)
}, 120_000)
