/**
 * Shows how far the demo is: one line that is rewritten on a terminal, and a plain line every few seconds elsewhere.
 * Its intervals are those of the machine's clock, because the demo's own clock is a virtual one.
 */
import { Emulator } from "@effect-invent/emulator/Emulator"
import * as Terminal from "@effect/platform/Terminal"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const quick = Duration.millis(250)
const slow = Duration.seconds(4)

const line = (count: number) =>
  Effect.gen(function* () {
    const { log } = yield* Emulator
    const entries = yield* log.entries
    const arrived = entries.filter((entry) => entry.kind === "chat").length
    const followUps = entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length
    const requests = entries.filter((entry) => entry.kind === "request")
    const limited = requests.filter((entry) => entry.status === 429).length
    return (
      `${arrived}/${count} conversations, ${followUps} follow-ups, ${requests.length} requests, ${limited} refused ` +
      "(429)"
    )
  })

/**
 * Shows the progress on stdout until it is interrupted: every 250 ms on a terminal, else every 4 seconds. `count`: how
 * many conversations the demo has.
 */
export const show = (count: number): Effect.Effect<never, never, Emulator | Terminal.Terminal> =>
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal
    const isTerminal = yield* terminal.isTTY
    const print = isTerminal
      ? Effect.flatMap(line(count), (text) => Effect.ignore(terminal.display(`\r\u001b[K${text}`)))
      : Effect.flatMap(line(count), (text) => Console.log(text))
    const clear = isTerminal ? Effect.ignore(terminal.display("\r\u001b[K")) : Effect.void
    const printing = Effect.repeat(Effect.delay(print, isTerminal ? quick : slow), Schedule.forever)
    return yield* Effect.zipRight(printing, Effect.never).pipe(Effect.withClock(Clock.make()), Effect.ensuring(clear))
  })
