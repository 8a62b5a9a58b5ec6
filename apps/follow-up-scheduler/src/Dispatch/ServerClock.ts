/**
 * How far this machine's clock is ahead of the service's. It is learned from the answers that come anyway. Nothing is
 * begun while it is off by more than a minute: a message would come at the wrong hour, and a `follow_up_at` of a clock
 * that is behind lies in the past.
 */
import { CurrentCallOptions, type RawAnswer } from "@effect-invent/client/CallOptions"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** By how much the clock may be off. An answer that took as long as an attempt may, 30 seconds, is within it. */
export const tolerance = Duration.minutes(1)

/** The difference of the clocks, as the latest answer shows it. 0 where no answers are read. */
export class ServerClock extends Context.Reference<ServerClock>()(
  "@effect-invent/follow-up-scheduler/Dispatch/ServerClock",
  {
    defaultValue: (): {
      /** How far this machine's clock is ahead, in milliseconds; negative where it is behind. */
      readonly ahead: Effect.Effect<number>
    } => ({ ahead: Effect.succeed(0) })
  }
) {}

/** What this answer shows, in milliseconds; none where it has no date. */
export const aheadBy = ({ headers }: Pick<RawAnswer, "headers">): Effect.Effect<Option.Option<number>> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const date = Date.parse(headers["date"] ?? "")
    return Number.isNaN(date) ? Option.none() : Option.some(now - date)
  })

/** Whether a clock that is ahead by so many milliseconds is off by more than {@link tolerance}. */
export const isOff = (ahead: number): boolean => Math.abs(ahead) > Duration.toMillis(tolerance)

/** The difference as text, for example `10m ahead of`. */
export const describe = (ahead: number): string => {
  const minutes = Duration.format(Duration.minutes(Math.round(Math.abs(ahead) / 60_000)))
  return `${minutes} ${ahead > 0 ? "ahead of" : "behind"}`
}

/** Reads the answers of the calls that this is provided to. For a process without `Health`, which reads them too. */
export const layer = Layer.effectContext(
  Effect.sync(() => {
    let latest = 0
    const learn = (answer: RawAnswer) =>
      Effect.map(aheadBy(answer), (found) => void (latest = Option.getOrElse(found, () => latest)))
    return Context.make(ServerClock, { ahead: Effect.sync(() => latest) }).pipe(
      Context.add(CurrentCallOptions, { onAnswer: learn })
    )
  })
)
