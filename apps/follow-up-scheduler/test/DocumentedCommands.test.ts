/** The commands in the documents are ones that the program knows, with all of their options. */
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { expect, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"
import * as Commands from "../src/Commands.ts"
import * as GracefulShutdown from "../src/Dispatch/GracefulShutdown.ts"

const root = new URL("../../../", import.meta.url)
const documents = ["adopting", "migrating", "testing", "policies", "operating"].map((name) => `docs/${name}.md`)

/** By hand, or as a service. */
const starts = ["npx --yes pnpm@10.34.9 start ", "node apps/follow-up-scheduler/dist/bin/follow-ups.js "]

/** The lines of all blocks that name no language. */
const commands = documents.flatMap((document) =>
  [...readFileSync(new URL(document, root), "utf8").matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, code = ""]) =>
    language === "" ? code.trimEnd().split("\n").map((line) => ({ document, line })) : []
  )
)

/** The commands among the words: those before the first option. */
const namesOf = (words: ReadonlyArray<string>) => words.slice(0, words.findIndex((word) => word.startsWith("--")))

/** Help talks to nobody, so the network is not built. */
const network = { http: NodeHttpClient.layerUndici, webSocket: NodeSocket.layerWebSocketConstructor }
const program = Command.run(Commands.over(network), { name: "Invent follow-ups", version: "0.0.0" })

/** What the program says of a command. */
const help = (names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const said: Array<string> = []
    const console = yield* Effect.console
    yield* Effect.withConsole(program(["node", "follow-ups", ...names, "--help"]), {
      ...console,
      [Console.TypeId]: Console.TypeId,
      log: (...words) => Effect.sync(() => void said.push(words.join(" ")))
    })
    return stripVTControlCharacters(said.join("\n")).split("EXAMPLES")[0] ?? ""
  }).pipe(Effect.provide([NodeContext.layer, GracefulShutdown.layer]))

it.live.each(commands)("$document: $line", ({ line }) =>
  Effect.gen(function* () {
    const start = starts.find((start) => line.startsWith(start))
    expect(start).toBeDefined()
    const words = line.slice(start?.length).split(" ")
    const said = yield* help(namesOf(words))
    for (const flag of words.filter((word) => word.startsWith("--"))) expect(said).toContain(flag)
    for (const file of words.filter((word) => word.startsWith("policies/"))) expect(existsSync(new URL(file, root)), file).toBe(true)
  })
)
