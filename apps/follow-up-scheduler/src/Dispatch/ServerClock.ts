/**
 * How far this machine's clock is ahead of the service's. It is learned from the answers that come anyway. Nothing is
 * begun while it is off by more than five seconds. The service carries a `follow_up_at` out by its own clock: where
 * that is behind, the message comes so much later than the last look at the chat; where it is ahead, before it.
 */
import { CurrentCallOptions, type RawAnswer } from "@effect-invent/client/CallOptions"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as MonotonicClock from "../MonotonicClock.ts"

/** By how much the clock may be off: as long as it is from the last look to the instant, by default. */
export const tolerance = Duration.seconds(5)

/** How many answers are compared. One that took long shows an earlier time of the server, so the latest time counts. */
const answers = 5

/** In milliseconds. No answer to the scheduler takes so long, so the service's clock was set back by more than that. */
const longest = 60_000

/** Estimates the difference by the latest answers. A clock that is set, on either side, shows at once. */
export const makeEstimate = () => {
  let latest: ReadonlyArray<number> = []
  const add = (sample: number) => {
    const isSetBack = sample < Math.max(...latest) - longest
    latest = isSetBack ? [sample] : [...latest, sample].slice(-answers)
  }
  return {
    /** Takes over the date of an answer that has just come. */
    learn: (date: Option.Option<number>): Effect.Effect<void> =>
      Effect.map(MonotonicClock.millis, (now) => {
        if (Option.isSome(date)) add(date.value - now)
      }),
    /** In milliseconds; 0 where no answer had a date. */
    ahead: Effect.zipWith(Clock.currentTimeMillis, MonotonicClock.millis, (wall, now) =>
      latest.length === 0 ? 0 : Math.round(wall - (now + Math.max(...latest)))
    )
  }
}

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

/** The date of an answer, in milliseconds; none where it has none. */
export const dateOf = ({ headers }: Pick<RawAnswer, "headers">): Option.Option<number> =>
  Option.filter(Option.some(Date.parse(headers["date"] ?? "")), (date) => !Number.isNaN(date))

/** Whether a clock that is ahead by so many milliseconds is off by more than {@link tolerance}. */
export const isOff = (ahead: number): boolean => Math.abs(ahead) > Duration.toMillis(tolerance)

/** The difference as text, in seconds up to two minutes, then in minutes: for example `10m ahead of`. */
export const describe = (ahead: number): string => {
  const millis = Math.abs(ahead)
  const unit = millis < 120_000 ? 1000 : 60_000
  const size = Duration.format(Duration.millis(Math.round(millis / unit) * unit))
  return `${size} ${ahead > 0 ? "ahead of" : "behind"}`
}

/** Reads the answers of the calls that this is provided to. For a process without `Health`, which reads them too. */
export const layer = Layer.effectContext(
  Effect.sync(() => {
    const estimate = makeEstimate()
    return Context.make(ServerClock, { ahead: estimate.ahead }).pipe(
      Context.add(CurrentCallOptions, { onAnswer: (answer) => estimate.learn(dateOf(answer)) })
    )
  })
)
