/**
 * Fits the help of @effect/cli to a terminal: it lists every command with all of its options, in lines of any width.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { stripVTControlCharacters } from "node:util"
import * as TerminalText from "../TerminalText.ts"

const program = "follow-ups"

const commandLine = /^ {2}- ([a-z]+(?: [a-z]+)*)(?: [-[(<].*?)? {2,}(.*)$/

/** The names and purposes of the commands, in columns. Their options are in their own help. */
const commandsOf = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const rows = lines.flatMap((line) => {
    const [, names, purpose] = commandLine.exec(stripVTControlCharacters(line)) ?? []
    return names === undefined || purpose === undefined ? [] : [[`  ${names}`, purpose]]
  })
  return rows.length === 0 ? lines : ["", ...TerminalText.table(rows).flatMap(TerminalText.fit), "", `  ${program} COMMAND --help says more about each.`, ""]
}

const unbroken = (text: string): string => text.replaceAll(/\[[^\]]*\]|--\S+ \w+/g, (option) => option.replaceAll(" ", "\u00A0"))

const usageOf = (line: string): ReadonlyArray<string> => {
  const whole = line.startsWith(`$ ${program}`) ? line : line.replace("$ ", `$ ${program} `)
  const [first = "", ...rest] = TerminalText.wrap(unbroken(whole), TerminalText.columns - 4).map((part) => part.replaceAll("\u00A0", " "))
  return [first, ...rest.map((part) => `    ${part}`)]
}

const isHeading = (name: string) => (line: string) => stripVTControlCharacters(line) === name

const fittedText = (text: unknown): unknown => {
  if (typeof text !== "string") return text
  const lines = text.split("\n")
  if (!lines.some(isHeading("USAGE"))) return text
  const from = lines.findIndex(isHeading("COMMANDS")) + 1
  const to = from === 0 ? 0 : lines.findIndex(isHeading("EXAMPLES"))
  const all = [...lines.slice(0, from), ...commandsOf(lines.slice(from, to)), ...lines.slice(to)]
  return all.flatMap((line) => (line.startsWith("$ ") ? usageOf(line) : TerminalText.fit(line))).join("\n")
}

/** Fits help texts to 80 columns as they are printed; leaves other output as it is. */
export const fitted = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.console, (console) =>
    Effect.withConsole(program, { ...console, [Console.TypeId]: Console.TypeId, log: (...words) => console.log(...words.map(fittedText)) })
  )
