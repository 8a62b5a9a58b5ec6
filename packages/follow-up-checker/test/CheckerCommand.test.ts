import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as Command from "../src/Checker/Command.ts"

const policy = `
name: idle-nudge
version: 1
time_zone: Europe/Lisbon
quiet_hours: { start: "21:00", end: "09:00" }
arm_lead: 15 seconds
steps:
  - { after: 1 hour, action: schedule_follow_up }
`

const says = (at: string, cause: string) => ({
  kind: "message",
  at: `2026-03-10T${at}Z`,
  chat_id: "chat_1",
  conversation_id: "conversation_1",
  message_id: `message_${at}`,
  author: "assistant",
  cause,
  status: "COMPLETED"
})

const sent = (at: string) => [says("12:00:00.000", "reply"), says(at, "follow_up")]

const run = (args: ReadonlyArray<string>) =>
  Console.consoleWith((console) => {
    const stdout: Array<unknown> = []
    const stderr: Array<unknown> = []
    const recorder: Console.Console = {
      ...console,
      log: (...words) => Effect.sync(() => void stdout.push(...words)),
      error: (...words) => Effect.sync(() => void stderr.push(...words))
    }
    return Effect.map(Effect.withConsole(Command.run(args), recorder), (code) => ({
      code,
      stdout: stdout.join("\n"),
      stderr: stderr.join("\n")
    }))
  })

const check = Effect.fnUntraced(function* (
  log: ReadonlyArray<object | string>,
  args: ReadonlyArray<string> = [],
  policyText = policy
) {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  const [logFile, policyFile] = [`${folder}/log.jsonl`, `${folder}/policy.yaml`]
  const lines = log.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)
  yield* files.writeFileString(logFile, lines.join(""))
  yield* files.writeFileString(policyFile, policyText)
  return yield* run(["--log", logFile, "--policy", policyFile, ...args])
})

describe("the check command", () => {
  it.scoped("gives 0 and prints that it agrees", () =>
    Effect.gen(function* () {
      const result = yield* check(sent("13:00:00.000"))
      expect(result).toMatchObject({ code: 0, stderr: "" })
      expect(result.stdout).toMatch(/^checker: agrees\n/)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("gives 1 and lists the violations, as JSON by option", () =>
    Effect.gen(function* () {
      const early = sent("12:59:59.999")
      const text = yield* check(early)
      expect(text).toMatchObject({ code: 1, stderr: "" })
      expect(text.stdout).toMatch(/^checker: 1 violation\n {2}too_early {2}chat_1 {2}2026-03-10T12:59:59.999Z/)
      const json = yield* check(early, ["--json"])
      expect(json.code).toBe(1)
      expect(JSON.parse(json.stdout)).toMatchObject({
        followUps: 1,
        violations: [{ rule: "too_early", chat_id: "chat_1" }]
      })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("allows three seconds of grace, or the given one", () =>
    Effect.gen(function* () {
      const late = (seconds: string, ...args: ReadonlyArray<string>) => check(sent(`13:00:${seconds}`), args)
      expect((yield* late("18.000")).code).toBe(0)
      expect((yield* late("18.001")).code).toBe(1)
      expect((yield* late("15.000", "--grace", "0 seconds")).code).toBe(0)
      expect((yield* late("15.001", "--grace", "0 seconds")).code).toBe(1)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("gives 2 and one line where it cannot judge", () =>
    Effect.gen(function* () {
      const good = sent("13:00:00.000")
      const refusals = [
        [yield* check([...good, '{"kind":']), /log\.jsonl: line 3: /],
        [yield* check([]), /log\.jsonl: the log has no entries$/],
        [yield* check(good, [], "steps: 3"), /policy\.yaml: steps: /],
        [yield* check(good, ["--grace", "some"]), /--grace: Expected a duration/],
        [yield* check(good, ["--grace", "Infinity"]), /--grace: Expected a duration/],
        [yield* check(good, ["--verbose"]), /--verbose/],
        [yield* run(["--log", "nowhere.jsonl", "--policy", "nowhere.yaml"]), /nowhere\.yaml/],
        [yield* run(["--log", "nowhere.jsonl"]), /usage: check --log FILE --policy FILE/],
        [yield* run([]), /usage: check --log FILE --policy FILE/]
      ] as const
      for (const [result, reason] of refusals) {
        expect(result).toMatchObject({ code: 2, stdout: "" })
        expect(result.stderr).toMatch(/^checker: [^\n]+$/)
        expect(result.stderr).toMatch(reason)
      }
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
