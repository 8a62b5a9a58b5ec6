/**
 * Corrects the shell completions of @effect/cli: with a hyphen in the program's name, they do not work below the first
 * level of commands.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/**
 * A name in the completion scripts, which join words by two underscores and write a hyphen as two, but not everywhere.
 */
const written = (name: string) => name.replaceAll("-", "__")

const mendedBash = (script: string, name: string): string =>
  script
    .replace(`cmd="${name}"`, `cmd="${written(name)}"`)
    .replace(` ${name})\n`, ` ${written(name)})\n`)
    .replaceAll(/^( +\w+(?:,\w+)*)(,\w+\))$/gm, (_, passed: string, next: string) => passed.replaceAll(",", "__") + next)
    .replaceAll(/compgen -W "([^"$]*)"/g, (_, choices: string) => `compgen -W "${choices.replaceAll(",", " ")}"`)

const mendedZsh = (script: string, name: string): string => script.replaceAll(`:_${name}__`, `:_${written(name)}__`)

const mended = (text: unknown): unknown => {
  if (typeof text !== "string") return text
  const bash = /^function _(\S+)_bash_completions/.exec(text)?.[1]
  if (bash !== undefined) return mendedBash(text, bash)
  const zsh = /^#compdef (\S+)/.exec(text)?.[1]
  return zsh === undefined ? text : mendedZsh(text, zsh)
}

/** Corrects completion scripts as they are printed; leaves other output as it is. */
export const whereAsked = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.console, (console) =>
    Effect.withConsole(program, { ...console, [Console.TypeId]: Console.TypeId, log: (...words) => console.log(...words.map(mended)) })
  )
