/**
 * What an editor shows of the keys of answers, through the types that schemas give them: asked of TypeScript's own
 * service. Among the system tests because it reads all types of Effect, which takes seconds.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import ts from "typescript-5"
import { expect, it } from "vitest"

const folder = fileURLToPath(new URL(".", import.meta.url))
const asked = `${folder}asked.ts`
const words = {
  "chat.temporary": "A temporary chat is deleted 24 hours after its last activity.",
  "chat.state!.muted_until": "Null or absent: not muted.",
  "chat.last_message!.broadcast_id": "The broadcast that it comes from.",
  "contact.unsubscribed": "From broadcasts. Older pages leave it out.",
  "file.file_size": "Bytes."
}

it("an editor shows what the pages say of a key of an answer, at any depth", { timeout: 120_000 }, () => {
  const text = [
    'import type { Chat } from "@effect-invent/domain/Chat"',
    'import type { Contact } from "@effect-invent/domain/Contact"',
    'import type { ContactFile } from "@effect-invent/domain/Contact/ContactFile"',
    "declare const [chat, contact, file]: [Chat, Contact, ContactFile]",
    ...Object.keys(words).map((key) => `void ${key}\n`)
  ].join("\n")
  const service = ts.createLanguageService({
    getScriptFileNames: () => [asked],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const source = file === asked ? text : existsSync(file) ? readFileSync(file, "utf8") : undefined
      return source === undefined ? undefined : ts.ScriptSnapshot.fromString(source)
    },
    getCurrentDirectory: () => folder,
    getCompilationSettings: () => ({
      strict: true,
      exactOptionalPropertyTypes: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      customConditions: ["source"],
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: true,
      types: []
    }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: existsSync,
    directoryExists: existsSync,
    readFile: (file) => readFileSync(file, "utf8"),
    realpath: (path) => ts.sys.realpath?.(path) ?? path
  })
  const shown = Object.keys(words).map((key) => {
    const statement = `void ${key}\n`
    const info = service.getQuickInfoAtPosition(asked, text.indexOf(statement) + statement.length - 2)
    return [key, ts.displayPartsToString(info?.documentation)]
  })
  expect(Object.fromEntries(shown)).toEqual(words)
})
