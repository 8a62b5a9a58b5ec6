/**
 * What `--help` prints: one line an option, from the description of the command, in no more columns than a terminal
 * has.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Commands from "../src/Commands.ts"
import * as TerminalText from "../src/TerminalText.ts"
import * as CommandLine from "./CommandLine.ts"

const filler = /user-defined|true or false|This setting|One of the following/

describe("the help of", () => {
  it.live.each(Object.keys(Commands.described))(
    "%s begins with its purpose, and has a meaning for each of its options",
    (names) =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* CommandLine.run([...names.split(" "), "--help"])
        expect([code, stderr]).toEqual([0, ""])
        expect(stdout).toMatch(new RegExp(`^follow-ups ${names}: \\S`))
        expect(stdout).not.toMatch(filler)
        const lines = stdout.split("\n")
        expect(lines.filter((line) => TerminalText.widthOf(line) > TerminalText.columns)).toEqual([])
        const options = lines.filter((line) => /^ {2}-/.test(line))
        expect(options.length).toBeGreaterThan(1)
        expect(options.filter((line) => !/^ {2}-\S.*? {2,}\S/.test(line))).toEqual([])
      })
  )

  it.live("serve names the value and the default of an option", () =>
    Effect.gen(function* () {
      const { stdout } = yield* CommandLine.run(["serve", "--help"])
      const words = stdout.replaceAll(/\s+/g, " ")
      expect(words).toContain(
        "--every DURATION how often the chats of the file, or the inbox, are read for changes (default: 1 minute)"
      )
      expect(words).toContain("more hold everything (default: 100)")
      expect(words).toContain("[--every DURATION]")
      expect(stdout).toContain("  follow-ups serve --policy nudge.yaml --inbox --ui\n")
      expect(stdout).not.toContain("follow-ups doctor")
    })
  )

  it.live("a group lists its commands, also where nothing but its name is given", () =>
    Effect.gen(function* () {
      const requested = yield* CommandLine.run(["record", "--help"])
      expect(yield* CommandLine.run(["record"])).toEqual(requested)
      expect(requested.stdout).toMatch(/^ {2}record inbox {2}\S/m)
    })
  )

  it.live("the program is printed with a level of log lines, too, and a name that is none shows it", () =>
    Effect.gen(function* () {
      const help = yield* CommandLine.run(["--help"])
      expect(yield* CommandLine.run([])).toEqual(help)
      expect(yield* CommandLine.run(["--log-level", "debug", "--help"])).toEqual(help)
      const { stdout } = yield* CommandLine.run(["--log-level", "debug", "status", "-h"])
      expect(stdout).toMatch(/^follow-ups status: /)
    })
  )
})

it.live("a command that does not exist ends with 2", () =>
  Effect.map(CommandLine.run(["serv"]), ({ code }) => expect(code).toBe(2))
)
