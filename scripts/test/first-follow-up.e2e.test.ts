/** Walks through docs/first-follow-up.md as a newcomer does: each command as it stands there, and what it prints. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, expect, it, onTestFailed } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const section = readFileSync(join(root, "docs/first-follow-up.md"), "utf8")
const blocks = [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text
}))

/** The only block of this language with this in it. */
const block = (language: string, part: string): string => {
  const found = blocks.filter((block) => block.language === language && block.text.includes(part))
  expect(found, part).toHaveLength(1)
  return found[0]?.text ?? ""
}

const folder = mkdtempSync(join(tmpdir(), "first-follow-up-"))
const env: NodeJS.ProcessEnv = { PATH: process.env["PATH"] }
const started: Array<ChildProcess> = []

afterAll(() => {
  for (const child of started) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

/** The programs as they were built, in place of the ones that the workspace's scripts build first. */
const built = (text: string) =>
  text
    .replaceAll(
      "npx --yes pnpm@10.34.9 start",
      `exec ${process.execPath} ${root}apps/follow-up-scheduler/dist/bin/follow-ups.js`
    )
    .replaceAll(
      "npx --yes pnpm@10.34.9 emulator",
      `exec ${process.execPath} ${root}packages/emulator/dist/main.js --port 0`
    )
    .replaceAll("curl ", "curl -sS --fail-with-body ")

const execute = promisify(execFile)
const run = async (text: string) =>
  (await execute("bash", ["--norc", "-eu", "-c", built(text)], { cwd: folder, env })).stdout

/** Starts what goes on until Ctrl-C, and waits until it has printed this; what is returned waits for more. */
const start = async (text: string, pattern: RegExp) => {
  const child = spawn("bash", ["--norc", "-eu", "-c", built(text)], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  started.push(child)
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk))
  const waitFor = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (pattern.test(output)) resolve(output)
      }
      child.stdout.on("data", look)
      child.on("exit", () => reject(new Error(output)))
      look()
    })
  return { child, output: await waitFor(pattern), waitFor }
}

const interrupt = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    child.on("exit", resolve)
    child.kill("SIGINT")
  })

const withoutTimes = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/\d{4}-\d\d-\d\d/g, "<day>")
    .replaceAll(/\d\d:\d\d:\d\d(\.\d{3})?/g, "<time>")
    .split("\n")

/**
 * Runs the command once a second until its output has this part. A test that fails meanwhile prints the latest output.
 */
const eventually = async (text: string, part: string) => {
  let output = ""
  onTestFailed(() => console.log(`${text} does not print ${part}, but ${output}`))
  for (;;) {
    output = await run(text)
    if (output.includes(part)) return output
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

/**
 * Which of these lines are not found in this order. Between them there may be others: a busy machine looks more often.
 */
const notInOrder = (lines: ReadonlyArray<string>, output: ReadonlyArray<string>) => {
  let from = 0
  return lines.filter((line) => {
    const at = output.indexOf(line, from)
    if (at !== -1) from = at + 1
    return at === -1
  })
}

it("leads from nothing to a follow-up, and to one's own account", async () => {
  const { output } = await start(block("sh", "emulator\n"), /control token +\S+\n/)
  const [, url = ""] = /INVENT_BASE_URL=(\S+)/.exec(output) ?? []
  const [, token = ""] = /control token +(\S+)\n/.exec(output) ?? []
  const people = block("sh", "_emulator/contacts").replace("http://127.0.0.1:4010", url).replace("…", token)
  expect(output).toContain(/INVENT_API_KEY=\w+/.exec(people)?.[0])
  expect(await run(people)).toBe(
    `{"id":"contact_000001","channels":[{"id":"channel_000001","type":"whatsapp_bot"}]}{"id":"chat_000001"}`
  )
  writeFileSync(join(folder, "nudge.yaml"), block("yaml", "name: nudge"))
  Object.assign(env, { INVENT_BASE_URL: url, INVENT_API_KEY: /INVENT_API_KEY=(\w+)/.exec(people)?.[1] })

  const preview = await eventually(block("sh", "preview --policy nudge.yaml"), "act: step 1")
  expect(withoutTimes(preview)).toEqual(expect.arrayContaining(withoutTimes(block("", "chat         next"))))

  const { child, waitFor } = await start(
    block("sh", "serve --policy nudge.yaml"),
    /following up the chats of chats\.txt/
  )
  await waitFor(/a follow-up went out/)
  const story = await eventually(block("sh", "explain"), "every step of the policy has been taken")
  const printed = withoutTimes(block("", "the assistant followed up"))
  // A look that changes nothing may come before the answer that is waited for.
  const isIdle = (line: string) => line.includes("looked: waits")
  expect(
    notInOrder(
      printed.filter((line) => !isIdle(line)),
      withoutTimes(story)
    )
  ).toEqual([])
  expect(withoutTimes(story)).toEqual(expect.arrayContaining(printed))
  expect(await interrupt(child)).toBe(130)

  cpSync(join(root, "policies"), join(folder, "policies"), { recursive: true })
  const [preparing = "", looking = "", beginning = ""] = block("sh", "unset").split(/^(?=npx)/m)
  await run(preparing.replace("…", "inv_mine"))
  expect(await run(looking)).toContain("chat_000001  ")
  const own = await start(beginning, /following up the chats of the inbox by policies\/idle-nudge\.yaml/)
  expect(await interrupt(own.child)).toBe(130)
})
