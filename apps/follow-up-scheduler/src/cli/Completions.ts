/**
 * Corrects the completions that the library writes. They offer nothing for a command with a hyphen in its name, and
 * nothing below the first level of a program with a hyphen in its name.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/**
 * In the script, two underscores join the names of a command and its subcommand, and stand for a hyphen, too. A label
 * compares what was joined so far with the next word as it is typed, so the word has to keep its hyphen.
 */
const written = (name: string) => name.replaceAll("-", "__")

const correctedBash = (script: string, name: string): string =>
  script
    .replace(`cmd="${name}"`, `cmd="${written(name)}"`)
    .replace(` ${name})\n`, ` ${written(name)})\n`)
    .replaceAll(
      /^( +\w+(?:,\w+)*)(,\w+\))$/gm,
      (_, passed: string, next: string) => passed.replaceAll(",", "__") + next.replaceAll("__", "-")
    )
    .replaceAll(/compgen -W "([^"$]*)"/g, (_, choices: string) => `compgen -W "${choices.replaceAll(",", " ")}"`)

const correctedZsh = (script: string, name: string): string => script.replaceAll(`:_${name}__`, `:_${written(name)}__`)

const corrected = (text: unknown): unknown => {
  if (typeof text !== "string") return text
  const bash = /^function _(\S+)_bash_completions/.exec(text)?.[1]
  if (bash !== undefined) return correctedBash(text, bash)
  const zsh = /^#compdef (\S+)/.exec(text)?.[1]
  return zsh === undefined ? text : correctedZsh(text, zsh)
}

/** Corrects completion scripts as they are printed; leaves other output as it is. */
export const whereAsked = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.console, (console) =>
    Effect.withConsole(program, {
      ...console,
      [Console.TypeId]: Console.TypeId,
      log: (...words) => console.log(...words.map(corrected))
    })
  )
