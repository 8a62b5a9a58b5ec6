/** The commands in the documents exist in the program, with all of their options. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import * as CommandLine from "./CommandLine.ts"

const root = new URL("../../../", import.meta.url)
const documents = ["adopting", "migrating", "testing", "policies", "operating"].map((name) => `docs/${name}.md`)

/** By hand, or as a service. */
const starts = ["npx --yes pnpm@10.34.9 start ", "node apps/follow-up-scheduler/dist/bin/follow-ups.js "]

/** The lines of all blocks that name no language. */
const commands = documents.flatMap((document) =>
  [...readFileSync(new URL(document, root), "utf8").matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, code = ""]) =>
      language === ""
        ? code
            .trimEnd()
            .split("\n")
            .map((line) => ({ document, line }))
        : []
  )
)

/** The commands among the words: those before the first option. */
const namesOf = (words: ReadonlyArray<string>) =>
  words.slice(
    0,
    words.findIndex((word) => word.startsWith("--"))
  )

/** The help of a command, without the examples. */
const help = (names: ReadonlyArray<string>) =>
  Effect.map(CommandLine.run([...names, "--help"]), ({ stdout }) => stdout.split("Examples:")[0] ?? "")

it.live.each(commands)("$document: $line", ({ line }) =>
  Effect.gen(function* () {
    const start = starts.find((start) => line.startsWith(start))
    expect(start).toBeDefined()
    const words = line.slice(start?.length).split(" ")
    const printed = yield* help(namesOf(words))
    for (const flag of words.filter((word) => word.startsWith("--"))) expect(printed).toContain(flag)
    for (const file of words.filter((word) => word.startsWith("policies/")))
      expect(existsSync(new URL(file, root)), file).toBe(true)
  })
)
