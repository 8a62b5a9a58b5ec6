/** Colour is only for terminals: output to a program, or with `NO_COLOR` set, is plain text. */
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stripVTControlCharacters } from "node:util"

const plain = (words: ReadonlyArray<unknown>) =>
  words.map((word) => (typeof word === "string" ? stripVTControlCharacters(word) : word))

/** @see https://no-color.org */
export const whereWanted = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const noColour = yield* Config.nonEmptyString("NO_COLOR").pipe(Config.option, Effect.orElseSucceed(Option.none))
    const isWanted = (stream: NodeJS.WriteStream) => stream.isTTY === true && Option.isNone(noColour)
    const console = yield* Effect.console
    return yield* Effect.withConsole(program, {
      ...console,
      [Console.TypeId]: Console.TypeId,
      log: (...words) => console.log(...(isWanted(process.stdout) ? words : plain(words))),
      error: (...words) => console.error(...(isWanted(process.stderr) ? words : plain(words)))
    })
  })
