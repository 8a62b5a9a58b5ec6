/**
 * Feeds the watchdog of systemd while the loop runs. `LoopStuck` ends a process whose loop is stuck; the watchdog ends
 * one that is so stuck that it cannot find that out, for example in a read of a disk that does not answer.
 *
 * Node.js has no datagram sockets of the Unix domain, so the program `systemd-notify` sends the datagram, as a child:
 * the unit needs `NotifyAccess=all`.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/sd_watchdog_enabled.html
 */
import * as Command from "@effect/platform/Command"
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { Health } from "./Health.ts"

/** How long the child may take: it waits until systemd has read the datagram. */
const notifiedWithin = Duration.seconds(10)

/** What systemd sets for a unit with a watchdog. Undefined elsewhere, and in a child of the process that it watches. */
const interval = Config.all({
  socket: Config.option(Config.nonEmptyString("NOTIFY_SOCKET")),
  microseconds: Config.option(Config.integer("WATCHDOG_USEC")),
  pid: Config.option(Config.integer("WATCHDOG_PID"))
}).pipe(
  Config.map(({ microseconds, pid, socket }) => {
    const isForAnother = Option.exists(pid, (pid) => pid !== process.pid)
    return Option.isNone(socket) || isForAnother
      ? undefined
      : Option.getOrUndefined(Option.map(microseconds, (microseconds) => Duration.micros(BigInt(microseconds))))
  })
)

/** `systemd-notify` ended with this exit code. */
class NotNotified extends Data.TaggedError("NotNotified")<{ readonly code: number }> {
  override get message() {
    return `systemd-notify ended with ${this.code}`
  }
}

const notify = Command.exitCode(Command.make("systemd-notify", "WATCHDOG=1")).pipe(
  Effect.timeout(notifiedWithin),
  Effect.flatMap((code) => (code === 0 ? Effect.void : new NotNotified({ code })))
)

/**
 * Feeds the watchdog by `notify`, twice in its interval, as long as the loop runs. A failure is logged. Ends at once
 * where systemd has no watchdog for this process. Fails with a `ConfigError` where a variable of systemd is no number.
 */
export const feedingBy = <E extends { readonly message: string }, R>(notify: Effect.Effect<void, E, R>) =>
  Effect.gen(function* () {
    const { isLive } = yield* Health
    const within = yield* interval
    if (within === undefined) return
    const feed = Effect.catchAll(notify, ({ message }) =>
      Effect.logWarning(`the watchdog of systemd was not fed: ${message}`)
    )
    yield* Effect.repeat(Effect.whenEffect(feed, isLive), Schedule.spaced(Duration.times(within, 0.5)))
  })

/** {@link feedingBy} the program `systemd-notify`. */
export const feeding = feedingBy(notify)
