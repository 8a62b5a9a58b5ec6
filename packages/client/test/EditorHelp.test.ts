/**
 * What an editor shows of the client's methods, asked of TypeScript's language service. The program is the files that
 * declare the client's type, and none of what they import: words need no types.
 */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { WebSocket } from "@effect-invent/domain/api/WebSocket"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import ts from "typescript-5"
import { beforeAll, describe, expect, it } from "vitest"

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const asked = pathOf("../src/asked.ts")
const real = new Set(["ClientMethods", "ClientTypes", "InboxChange"].map((name) => pathOf(`../src/${name}.ts`)))

interface Shown {
  readonly signature: string
  readonly words: string
  readonly pages: ReadonlyArray<string>
}

/** What is shown at each of these expressions on `invent`, such as `state.update`. */
const shownAt = (names: ReadonlyArray<string>): ReadonlyMap<string, Shown> => {
  const head = `import type { Service } from "./ClientTypes.ts"\ndeclare const invent: Service\n`
  const text = head + names.map((name) => `void invent.${name}\n`).join("")
  const library = ts.getDefaultLibFilePath({ target: ts.ScriptTarget.ES5 })
  const read = (file: string) =>
    file === asked ? text : real.has(file) || file === library ? readFileSync(file, "utf8") : undefined
  const service = ts.createLanguageService({
    getScriptFileNames: () => [asked],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) =>
      Option.getOrUndefined(Option.map(Option.fromNullable(read(file)), ts.ScriptSnapshot.fromString)),
    getCurrentDirectory: () => pathOf("../src"),
    getCompilationSettings: () => ({ strict: true, types: [], allowImportingTsExtensions: true, noEmit: true }),
    getDefaultLibFileName: () => library,
    fileExists: (file) => read(file) !== undefined,
    readFile: read
  })
  return new Map(
    names.map((name) => {
      const line = `void invent.${name}\n`
      const shown = service.getQuickInfoAtPosition(asked, text.indexOf(line) + line.length - 2)
      return [
        name,
        {
          signature: ts.displayPartsToString(shown?.displayParts),
          words: ts.displayPartsToString(shown?.documentation),
          pages: (shown?.tags ?? [])
            .filter(({ name }) => name === "see")
            .map(({ text }) => ts.displayPartsToString(text))
        }
      ]
    })
  )
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly externalDocs: { readonly url: string }
}

const { paths } = JSON.parse(readFileSync(pathOf("../../../docs/openapi.json"), "utf8")) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
const operations = new Map(
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).map((operation) => [operation.operationId, operation] as const)
  )
)

const methods = Object.values(CallableApi.groups).flatMap(({ endpoints, identifier }) =>
  Object.values(endpoints)
    .filter(({ annotations }) => Option.isNone(Context.getOption(annotations, WebSocket)))
    .map(({ name }) => `${identifier}.${name}`)
)
const streams = methods.filter((name) => name.includes(".list")).map((name) => name.replace(".list", ".stream"))
const extras = ["state.newestChat", "orgs.serverTime", "inbox.events", "chats.events", "request"]

/** An editor breaks lines where the comment does. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ")

describe("an editor", () => {
  let shown: ReadonlyMap<string, Shown> = new Map()
  beforeAll(() => {
    shown = shownAt([...methods, ...streams, ...extras, ...Object.keys(CallableApi.groups)])
  })

  it.each(methods)("shows of %s what the contract says of it, and the vendor's page", (name) => {
    const { pages, words = "" } = shown.get(name) ?? {}
    // The older meaning of a path that has two has no operation of its own.
    const operation = operations.get(name)
    expect(oneLine(words)).toContain(operation?.summary ?? "Sends a marketing broadcast to its segments")
    expect(pages).toEqual([operation?.externalDocs.url ?? "https://docs.useinvent.com/api-reference/send-a-broadcast"])
  })

  it("shows words for every stream, every method of several requests, and every group", () => {
    const silent = [...shown].flatMap(([name, { words }]) => (words === "" ? [name] : []))
    expect(silent).toEqual([])
    for (const name of streams) expect(oneLine(shown.get(name)?.words ?? ""), name).toContain("As a stream")
  })

  it("names the answer of a method, and the keys of its request with their limits", () => {
    const update = shown.get("state.update")
    expect(oneLine(update?.signature ?? "")).toContain(
      "State.update: (request: { readonly path: { readonly chat_id: ChatId; }; readonly payload: UpdateState; }) => Effect.Effect<Chat, RepeatableError>"
    )
    expect(update?.words).toMatch(/`payload.follow_up_at`: .*null cancels/)
  })
})
