/**
 * Whether the scheduler works: its loop runs, the ledger can be used, the key is accepted, chats are read, and what is
 * due is sent. It uses the answers of the service and the sweeps that happen anyway, and sends no request.
 */
import { CurrentCallOptions } from "@effect-invent/client/CallOptions"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as ServerClock from "../Dispatch/ServerClock.ts"
import { Ledger } from "../Ledger.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Telemetry from "../Telemetry.ts"
import { CurrentActivity } from "../Telemetry/Activity.ts"
import * as LedgerTroubles from "./Health/LedgerTroubles.ts"
import * as ProcessTroubles from "./Health/ProcessTroubles.ts"
import type { Thresholds } from "./Health/Thresholds.ts"
import { keyOf, type Trouble } from "./Trouble.ts"

/** The health of this process, for alerts, `/healthz`, `/readyz` and the page. */
export class Health extends Context.Tag("@effect-invent/follow-up-scheduler/Operations/Health")<
  Health,
  {
    /** Whether the loop has run within `stuckAfter`. */
    readonly isLive: Effect.Effect<boolean>
    /** What is wrong now, and since when. */
    readonly troubles: Effect.Effect<ReadonlyArray<Trouble>>
    /** Whether the service has accepted the key of this process, and has not refused it since. */
    readonly isKeyAccepted: Effect.Effect<boolean>
    /** Waits for the next sweep that reaches its end. For one fiber; sweeps that it did not wait for count as one. */
    readonly nextSweep: Effect.Effect<void>
  }
>() {}

/**
 * The loop has not run for `stuckAfter`. The process ends with exit code 4; what is on record is taken up at the next
 * start.
 */
export class LoopStuck extends Schema.TaggedError<LoopStuck>()("LoopStuck", { found: Schema.String }) {
  override get message() {
    return `${this.found}; the next start takes up what is left`
  }
}

/** A database that does not answer for so long counts as failing. */
const ledgerAnswersWithin = Duration.seconds(10)

const measure = (seen: ProcessTroubles.Observed, millis: number, ahead: number) =>
  Effect.all(
    [
      Metric.set(Telemetry.listAge, (millis - seen.lookedAt) / 1000),
      Metric.set(Telemetry.keyRefused, Number(seen.isKeyRefused)),
      Metric.set(Telemetry.policiesRefused, Number(seen.policiesRefused !== undefined)),
      Metric.set(Telemetry.clockAhead, ahead / 1000)
    ],
    { discard: true }
  )

/**
 * Builds the health of the process whose client and scheduler it is provided to: it counts their answers and sweeps.
 * `cost`: see `LedgerTroubles.find`.
 */
export const make = (thresholds: Thresholds, cost: Duration.Duration) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const begun = yield* MonotonicClock.millis
    const seen: ProcessTroubles.Observed = {
      turnedAt: begun,
      lookedAt: begun,
      ledgerFailure: undefined,
      policiesRefused: undefined,
      orgs: (yield* Orgs.Orgs).length,
      refusedOrgs: new Map(),
      isKeyRefused: false,
      isKeyAccepted: false,
      writeRefused: undefined,
      throttledAt: Number.NEGATIVE_INFINITY,
      clock: ServerClock.makeEstimate()
    }
    const sweeps = yield* Queue.sliding<void>(1)
    /** When each trouble was first found. */
    const since = new Map<string, DateTime.Utc>()
    const failed = (found: string): ReadonlyArray<LedgerTroubles.Found> => [{ kind: "ledger_failing", found }]

    const readLedger = Effect.all([
      Effect.provideService(LedgerTroubles.find(thresholds, cost), Ledger, ledger),
      ledger.paused
    ]).pipe(
      Effect.disconnect,
      Effect.timeoutFail({ duration: ledgerAnswersWithin, onTimeout: () => new Cause.TimeoutException() }),
      Effect.either
    )

    const troubles = Effect.gen(function* () {
      const [millis, now] = [yield* MonotonicClock.millis, yield* DateTime.now]
      const read = yield* readLedger
      const isPaused = read._tag === "Right" && Option.isSome(read.right[1])
      const { value } = yield* Metric.value(Telemetry.outage)
      const ahead = yield* seen.clock.ahead
      yield* measure(seen, millis, ahead)
      const ofThis = ProcessTroubles.find(seen, thresholds, millis, ahead, value === 1, isPaused)
      const isReported = ofThis.some(({ kind }) => kind === "ledger_failing")
      const found = [
        ...ofThis,
        ...(read._tag === "Right"
          ? read.right[0]
          : isReported
            ? []
            : failed("the ledger cannot be used: it does not answer"))
      ]
      const keys = new Set(found.map(keyOf))
      for (const key of since.keys()) if (!keys.has(key)) since.delete(key)
      return found.map((each): Trouble => {
        const first = each.since ?? since.get(keyOf(each)) ?? now
        since.set(keyOf(each), first)
        const about = each.subject === undefined ? {} : { subject: each.subject }
        return { kind: each.kind, ...about, found: each.found, since: first }
      })
    })

    const isLive = Effect.map(
      MonotonicClock.millis,
      (millis) => millis - seen.turnedAt <= Duration.toMillis(thresholds.stuckAfter)
    )
    const health: Health["Type"] = {
      isLive,
      troubles,
      isKeyAccepted: Effect.sync(() => seen.isKeyAccepted),
      nextSweep: Queue.take(sweeps)
    }
    return Context.make(Health, health).pipe(
      Context.add(CurrentActivity, ProcessTroubles.activityOf(seen, sweeps)),
      Context.add(ServerClock.ServerClock, { ahead: seen.clock.ahead }),
      Context.add(CurrentCallOptions, { onAnswer: (answer) => ProcessTroubles.learn(seen, answer) })
    )
  })

/** The health as a layer. `cost`: see `LedgerTroubles.find`. */
export const layer = (thresholds: Thresholds, cost: Duration.Duration) => Layer.effectContext(make(thresholds, cost))

/** Fails with `LoopStuck` once the loop is stuck, after `onStuck` has run. Checks ten times per `stuckAfter`. */
export const untilStuck = <R>(
  { stuckAfter }: Thresholds,
  onStuck: (trouble: Trouble) => Effect.Effect<void, never, R>
) =>
  Effect.gen(function* () {
    const { isLive, troubles } = yield* Health
    yield* Effect.repeat(isLive, {
      schedule: Schedule.spaced(Duration.times(stuckAfter, 0.1)),
      until: (isLive) => !isLive
    })
    const stuck = (yield* troubles).find(({ kind }) => kind === "stuck")
    if (stuck !== undefined) yield* onStuck(stuck)
    return yield* new LoopStuck({ found: stuck?.found ?? "the loop does not turn" })
  })
