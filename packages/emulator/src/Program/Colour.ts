/** Colour is only for terminals: output to a program, or with `NO_COLOR` set, is plain text. */
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stripVTControlCharacters } from "node:util"

/** The part of a stream of the process in use here. */
interface Stream {
  readonly isTTY?: boolean
}

const plain = (words: ReadonlyArray<unknown>) =>
  words.map((word) => (typeof word === "string" ? stripVTControlCharacters(word) : word))

/**
 * Runs the program with a console that prints plain text where the stream is no terminal.
 *
 * @see https://no-color.org
 */
export const whereWanted =
  ({ stderr, stdout }: { readonly stdout: Stream; readonly stderr: Stream }) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const noColour = yield* Config.nonEmptyString("NO_COLOR").pipe(Config.option, Effect.orElseSucceed(Option.none))
      const wordsFor = ({ isTTY }: Stream, words: ReadonlyArray<unknown>) =>
        isTTY === true && Option.isNone(noColour) ? words : plain(words)
      const console = yield* Effect.console
      return yield* Effect.withConsole(program, {
        ...console,
        [Console.TypeId]: Console.TypeId,
        log: (...words) => console.log(...wordsFor(stdout, words)),
        error: (...words) => console.error(...wordsFor(stderr, words))
      })
    })
