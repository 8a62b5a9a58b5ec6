/** The commands of docs/emulator.md, run as they stand there against the emulator that the page starts. */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = readFileSync(join(root, "docs/emulator.md"), "utf8")
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, text]) => text ?? "")

const printed = async (program: ReturnType<typeof spawn>, pattern: RegExp) => {
  let output = ""
  for await (const chunk of program.stdout ?? []) {
    output += String(chunk)
    const found = pattern.exec(output)?.[1]
    if (found !== undefined) return { found, output }
  }
  throw new Error(output)
}

it("does what its page documents, command by command", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emulator-"))
  const faults = join(folder, "faults.yaml")
  writeFileSync(faults, blocks("yaml").join(""))
  const args = [join(root, "packages/emulator/dist/main.js"), "--port", "0", "--faults", faults]
  const program = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  try {
    const { found: token, output } = await printed(program, /control token +(\S+)\n/)
    expect(output).toContain("INVENT_API_KEY=emulator_key_64656661756c74")
    const url = /at (http:\S+)/.exec(output)?.[1]
    // The exports of the page, with this run's port and token.
    const commands = blocks("sh").slice(1).join("\n").replaceAll("curl ", "curl -sS --fail-with-body --max-time 20 ")
    const env = { ...process.env, URL: url, KEY: "emulator_key_64656661756c74", TOKEN: token }
    // On a socket, which Node's pipe is, bash takes itself for a remote shell and reads the start-up files of this
    // machine.
    const stdio = ["ignore", "pipe", "pipe"] as const
    const { status, stderr, stdout } = spawnSync("bash", ["-eu", "-c", commands], {
      encoding: "utf8",
      env,
      stdio: [...stdio]
    })
    expect(stderr).toBe("")
    expect(status).toBe(0)
    expect(stdout).toContain('{"id":"contact_000001","channels":[{"id":"channel_000001","type":"custom"}]}')
    expect(stdout).toContain('"text":"Where is my order?"')
    expect(stdout).toContain('"state":"HIBERNATING"')
    expect(stdout).toContain('"endpoint":"state.update"')
  } finally {
    program.kill("SIGKILL")
    rmSync(folder, { recursive: true })
  }
})
