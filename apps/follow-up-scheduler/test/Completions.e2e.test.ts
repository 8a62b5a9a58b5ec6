import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as CommandLine from "./CommandLine.ts"

/** What bash offers for the last of these words. */
const offers = (script: string, words: ReadonlyArray<string>) => {
  const ask = `${script}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_follow-ups_bash_completions "$1" "\${@: -1}" "\${@: -2:1}"
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stderr, stdout } = spawnSync("bash", ["-c", ask, "bash", ...words], { encoding: "utf8" })
  expect(stderr).toBe("")
  return stdout.trimEnd().split("\n")
}

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
      const [before = "", after = ""] = stdout.split("EXAMPLES")
      const commands = [...(before.split("COMMANDS")[1] ?? "").matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\w/gm)].map(([, names = ""]) => names)
      expect(commands).toEqual(expect.arrayContaining(offers(completions, ["follow-ups", ""]).filter((word) => /^[a-z]+$/.test(word))))
      const examples = after.trim().split("\n\n")
      expect(examples.length).toBeGreaterThan(8)
      for (const example of examples) {
        const [program = "", ...words] = example.split(" > ")[0]!.split(" ")
        expect(program).toBe("follow-ups")
        const names = words.slice(0, words.findIndex((word) => !/^[a-z]+$/.test(word)) >>> 0)
        if (names.length > 0) expect(commands).toContain(names.join(" "))
        for (const option of words.filter((word) => word.startsWith("--"))) {
          expect(offers(completions, [program, ...names, option]), example).toContain(option)
        }
      }
    })
  )
})
