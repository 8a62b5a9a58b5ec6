/**
 * How far this machine's clock is ahead of the service's. It is learned from the answers that come anyway. Nothing is
 * begun while it is off by more than ten seconds. The service carries a `follow_up_at` out by its own clock: where that
 * is behind, the message comes so much later than the last look at the chat; where it is ahead, before it.
 */
import { CurrentCallOptions, type RawAnswer } from "@effect-invent/client/CallOptions"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

/** By how much the clock may be off: less than the time from the last look to the instant, by default. */
export const tolerance = Duration.seconds(10)

/** An answer shows a difference that is too large by the time it took, so the smallest of so many counts. */
const answers = 5

/** Estimates the difference by the latest answers. */
export const makeEstimate = () => {
  let latest: ReadonlyArray<number> = []
  return {
    learn: (found: Option.Option<number>): void =>
      void (latest = [...latest, ...Option.toArray(found)].slice(-answers)),
    /** In milliseconds; 0 where no answer had a date. */
    ahead: (): number => (latest.length === 0 ? 0 : Math.min(...latest))
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
  const seconds = Duration.format(Duration.seconds(Math.round(Math.abs(ahead) / 1000)))
  return `${seconds} ${ahead > 0 ? "ahead of" : "behind"}`
}

/** Reads the answers of the calls that this is provided to. For a process without `Health`, which reads them too. */
export const layer = Layer.effectContext(
  Effect.sync(() => {
    const estimate = makeEstimate()
    const learn = (answer: RawAnswer) => Effect.map(aheadBy(answer), estimate.learn)
    return Context.make(ServerClock, { ahead: Effect.sync(estimate.ahead) }).pipe(
      Context.add(CurrentCallOptions, { onAnswer: learn })
    )
  })
)
