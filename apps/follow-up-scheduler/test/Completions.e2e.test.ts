import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as CommandLine from "./CommandLine.ts"

/** What bash offers for the last of these words. */
const offers = (script: string, words: ReadonlyArray<string>) => {
  const completion = `${script}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_follow-ups_bash_completions "$1" "\${@: -1}" "\${@: -2:1}"
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stderr, stdout } = spawnSync("bash", ["-c", completion, "bash", ...words], { encoding: "utf8" })
  expect(stderr).toBe("")
  return stdout.trimEnd().split("\n")
}

/** The name and the meaning in each row of a section of the help. */
const rowsOf = (help: string, heading: string) =>
  [...(help.split(`${heading}:\n`)[1] ?? "").split("\n\n")[0]!.matchAll(/^ {2}(\S.*?) {2,}(\S.*)$/gm)].map(
    ([, name = "", meaning = ""]) => [name, meaning] as const
  )

/** The commands of a group as the completions offer them; of what is no group, its own name. */
const commandsBelow = (script: string, name: string) =>
  Effect.sync(() => {
    const below = offers(script, ["follow-ups", name, ""]).filter((word) => /^[a-z]/.test(word))
    return below.length === 0 ? [name] : below.map((word) => `${name} ${word}`)
  })

describe("the completions for bash", () => {
  it.live("offer commands, those below them, and the options of each", () =>
    Effect.gen(function* () {
      const { stdout } = yield* CommandLine.run(["--completions", "bash"])
      expect(offers(stdout, ["follow-ups", "s"])).toEqual(expect.arrayContaining(["serve", "simulate", "status"]))
      expect(offers(stdout, ["follow-ups", "simulate", "--com"])).toEqual(["--compare", "--completions"])
      expect(offers(stdout, ["follow-ups", "record", ""])).toEqual(expect.arrayContaining(["chats", "inbox", "log"]))
      expect(offers(stdout, ["follow-ups", "record", "inbox", "--with"])).toEqual(["--without-names"])
      expect(offers(stdout, ["follow-ups", "policy", "apply", "--run"])).toEqual(["--running"])
      expect(offers(stdout, ["follow-ups", "policy", "apply", "--running", "re"])).toEqual(["retime"])
    })
  )
})

describe("--help", () => {
  it.live("describes every command, and ends with examples whose options exist", () =>
    Effect.gen(function* () {
      const { stdout: completions } = yield* CommandLine.run(["--completions", "bash"])
      const { stdout } = yield* CommandLine.run(["--help"])
      const commands = rowsOf(stdout, "Commands").map(([names]) => names)
      const offered = offers(completions, ["follow-ups", ""]).filter((word) => !word.startsWith("-"))
      const below = yield* Effect.forEach(offered, (name) => commandsBelow(completions, name))
      expect(commands.toSorted()).toEqual(below.flat().toSorted())
      expect(commands).toEqual(expect.arrayContaining(["opt-out", "policy apply", "alert test"]))
      const [, examples = ""] = stdout.split("Examples:\n")
      const lines = [...examples.matchAll(/^ {2}(.+)$/gm)].map(([, line = ""]) => line)
      expect(lines.length).toBeGreaterThan(8)
      for (const line of lines) {
        const [program = "", ...words] = line.split(" > ")[0]!.split(" ")
        expect(program).toBe("follow-ups")
        const called = words.join(" ")
        if (!called.startsWith("--"))
          expect(
            commands.some((name) => `${called} `.startsWith(`${name} `)),
            line
          ).toBe(true)
        const names = commands.find((name) => `${called} `.startsWith(`${name} `))?.split(" ") ?? []
        for (const option of words.filter((word) => word.startsWith("--"))) {
          expect(offers(completions, [program, ...names, option]), line).toContain(option)
        }
      }
    })
  )
})
