/**
 * Whether the scheduler works: its loop runs, the ledger can be used, the key is accepted, chats are read, and what is
 * due is sent. It uses the answers of the service and the sweeps that happen anyway, and sends no request.
 */
import { CurrentCallOptions, type RawAnswer } from "@effect-invent/client/CallOptions"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
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
import * as Delay from "../Dispatch/Delay.ts"
import * as ServerClock from "../Dispatch/ServerClock.ts"
import { Ledger } from "../Ledger.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Telemetry from "../Telemetry.ts"
import { type Activity, CurrentActivity } from "../Telemetry/Activity.ts"
import type { Kind, Trouble } from "./Trouble.ts"

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

/** From when on something counts as a trouble. See docs/operating.md. */
export interface Settings {
  /** How long the loop may stand still before it counts as stuck. */
  readonly stuckAfter: Duration.Duration
  /** How long no list of chats or messages may be read before the trouble `not_looked` begins. */
  readonly lookWithin: Duration.Duration
  /**
   * How long after it was due a follow-up counts as late. The time that those which are due keep the quota busy is
   * added.
   */
  readonly lateAfter: Duration.Duration
  /** How long a pause may last before it counts as forgotten. */
  readonly pausedFor: Duration.Duration
  /** For how long an answer with 429 counts as a trouble. */
  readonly throttledFor: Duration.Duration
}

const duration = (name: string, byDefault: Duration.Duration) => Config.withDefault(Config.duration(name), byDefault)

/** The settings where the environment gives none. */
export const defaults: Settings = {
  stuckAfter: Duration.minutes(5),
  lookWithin: Duration.minutes(10),
  lateAfter: Duration.minutes(10),
  pausedFor: Duration.hours(4),
  throttledFor: Duration.minutes(10)
}

/** `FOLLOW_UPS_STUCK_AFTER`, `_LOOK_WITHIN`, `_LATE_AFTER`, `_PAUSED_FOR` and `_THROTTLED_FOR`, else the defaults. */
export const settings: Config.Config<Settings> = Config.all({
  stuckAfter: duration("FOLLOW_UPS_STUCK_AFTER", defaults.stuckAfter),
  lookWithin: duration("FOLLOW_UPS_LOOK_WITHIN", defaults.lookWithin),
  lateAfter: duration("FOLLOW_UPS_LATE_AFTER", defaults.lateAfter),
  pausedFor: duration("FOLLOW_UPS_PAUSED_FOR", defaults.pausedFor),
  throttledFor: duration("FOLLOW_UPS_THROTTLED_FOR", defaults.throttledFor)
})

/** A database that does not answer for so long counts as failing. */
const ledgerAnswersWithin = Duration.seconds(10)

interface Found {
  readonly kind: Kind
  readonly found: string
  /** Where that is known. */
  readonly since?: DateTime.Utc
}

/** The troubles that the ledger shows. `cost`: how long one follow-up keeps the quota busy. */
export const ofLedger = (
  { lateAfter, pausedFor }: Pick<Settings, "lateAfter" | "pausedFor">,
  cost: Duration.Duration
) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const now = yield* DateTime.now
    const [paused, held] = [yield* ledger.paused, yield* ledger.heldBy]
    const unknown = yield* ledger.unknown
    const allowed = Duration.sum(lateAfter, Duration.times(cost, yield* ledger.pending(Duration.zero)))
    const late = yield* ledger.late(allowed, Delay.failuresIn(allowed))
    const found: Array<Found> = []
    if (Option.isSome(held) && Option.isSome(paused))
      found.push({ kind: "held", found: `everything is held: ${held.value}`, since: paused.value })
    const isForgotten = Option.exists(paused, (since) =>
      DateTime.lessThan(since, DateTime.subtractDuration(now, pausedFor))
    )
    if (isForgotten && Option.isNone(held) && Option.isSome(paused))
      found.push({ kind: "paused", found: "everything is paused", since: paused.value })
    if (unknown > 0)
      found.push({ kind: "outcome_unknown", found: `nobody knows of ${unknown} follow-ups whether they were sent` })
    if (late > 0 && Option.isNone(paused))
      found.push({ kind: "late", found: `${late} follow-ups are more than ${Duration.format(allowed)} late` })
    return found
  })

/** What this process has seen. Instants are of the monotonic clock, in milliseconds. */
interface Observed {
  turnedAt: number
  lookedAt: number
  ledgerFailure: string | undefined
  /** Why the policy files are refused, a line for each problem. */
  policiesRefused: string | undefined
  isKeyRefused: boolean
  isKeyAccepted: boolean
  /** When the service last answered with 429. */
  throttledAt: number
  /** How far this machine's clock is ahead of the server's, in milliseconds. */
  ahead: number
}

/** Endpoints whose answers show chats or messages. */
const looks: ReadonlyArray<string> = ["inbox.list", "chats.list", "messages.list"]

const learn = (seen: Observed, answer: RawAnswer) =>
  Effect.zipWith(MonotonicClock.millis, ServerClock.aheadBy(answer), (millis, ahead) => {
    const { endpoint, status } = answer
    if (status === 401) {
      seen.isKeyRefused = true
      seen.isKeyAccepted = false
    }
    if (status === 429) seen.throttledAt = millis
    if (status >= 200 && status < 300) {
      seen.isKeyRefused = false
      seen.isKeyAccepted = true
      if (looks.includes(endpoint)) seen.lookedAt = millis
    }
    seen.ahead = Option.getOrElse(ahead, () => seen.ahead)
  })

const activityOf = (seen: Observed, sweeps: Queue.Enqueue<void>): Activity => {
  const turned = Effect.map(MonotonicClock.millis, (millis) => void (seen.turnedAt = millis))
  return {
    turned,
    swept: turned.pipe(
      Effect.zipRight(Effect.sync(() => void (seen.ledgerFailure = undefined))),
      Effect.zipRight(Queue.offer(sweeps, undefined)),
      Effect.asVoid
    ),
    sweepFailed: (reason) =>
      Effect.zipRight(
        turned,
        Effect.sync(() => void (seen.ledgerFailure = reason))
      ),
    policiesRefused: (reasons) => Effect.sync(() => void (seen.policiesRefused = reasons))
  }
}

export const keyRefused = "the service refuses the API key"

const refusedWords = (reasons: string): string => {
  const [first = "", ...others] = reasons.split("\n")
  return `a policy file is refused: ${first}${others.length === 0 ? "" : `; and ${others.length} more`}`
}

const ofProcess = (
  seen: Observed,
  { lookWithin, stuckAfter, throttledFor }: Settings,
  millis: number,
  isOutage: boolean,
  isPaused: boolean
): ReadonlyArray<Found> => {
  const found: Array<Found> = []
  const age = (at: number) => Duration.millis(Math.max(0, millis - at))
  const isBlind = Duration.greaterThan(age(seen.lookedAt), lookWithin)
  if (Duration.greaterThan(age(seen.turnedAt), stuckAfter))
    found.push({
      kind: "stuck",
      found: `the loop that searches for what is due has not turned for ${Duration.format(stuckAfter)}`
    })
  if (seen.ledgerFailure !== undefined)
    found.push({ kind: "ledger_failing", found: `the ledger cannot be used: ${seen.ledgerFailure}` })
  if (seen.isKeyRefused) found.push({ kind: "key_refused", found: keyRefused })
  else if (isOutage) found.push({ kind: "service_out", found: "the service does not answer" })
  else if (isBlind && !isPaused)
    found.push({ kind: "not_looked", found: `no list of chats was read for ${Duration.format(lookWithin)}` })
  if (millis - seen.throttledAt <= Duration.toMillis(throttledFor)) {
    found.push({
      kind: "throttled",
      found: "the service answers with 429: another program spends the quota of this key"
    })
  }
  if (seen.policiesRefused !== undefined)
    found.push({ kind: "policy_refused", found: refusedWords(seen.policiesRefused) })
  if (ServerClock.isOff(seen.ahead))
    found.push({
      kind: "clock_off",
      found: `this machine's clock is ${ServerClock.describe(seen.ahead)} the server's`
    })
  return found
}

const measure = (seen: Observed, millis: number) =>
  Effect.all(
    [
      Metric.set(Telemetry.listAge, (millis - seen.lookedAt) / 1000),
      Metric.set(Telemetry.keyRefused, Number(seen.isKeyRefused)),
      Metric.set(Telemetry.clockAhead, seen.ahead / 1000)
    ],
    { discard: true }
  )

/**
 * Builds the health of the process whose client and scheduler it is provided to: it counts their answers and sweeps.
 * `cost`: see `ofLedger`.
 */
export const make = (settings: Settings, cost: Duration.Duration) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const begun = yield* MonotonicClock.millis
    const seen: Observed = {
      turnedAt: begun,
      lookedAt: begun,
      ledgerFailure: undefined,
      policiesRefused: undefined,
      isKeyRefused: false,
      isKeyAccepted: false,
      throttledAt: Number.NEGATIVE_INFINITY,
      ahead: 0
    }
    const sweeps = yield* Queue.sliding<void>(1)
    /** When each trouble was first found. */
    const since = new Map<Kind, DateTime.Utc>()
    const failed = (found: string): ReadonlyArray<Found> => [{ kind: "ledger_failing", found }]

    const readLedger = Effect.all([
      Effect.provideService(ofLedger(settings, cost), Ledger, ledger),
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
      yield* measure(seen, millis)
      const ofThis = ofProcess(seen, settings, millis, value === 1, isPaused)
      const isReported = ofThis.some(({ kind }) => kind === "ledger_failing")
      const found = [
        ...ofThis,
        ...(read._tag === "Right"
          ? read.right[0]
          : isReported
            ? []
            : failed("the ledger cannot be used: it does not answer"))
      ]
      const kinds = new Set(found.map(({ kind }) => kind))
      for (const kind of since.keys()) if (!kinds.has(kind)) since.delete(kind)
      return found.map((each): Trouble => {
        const first = each.since ?? since.get(each.kind) ?? now
        since.set(each.kind, first)
        return { kind: each.kind, found: each.found, since: first }
      })
    })

    const isLive = Effect.map(
      MonotonicClock.millis,
      (millis) => millis - seen.turnedAt <= Duration.toMillis(settings.stuckAfter)
    )
    const health: Health["Type"] = {
      isLive,
      troubles,
      isKeyAccepted: Effect.sync(() => seen.isKeyAccepted),
      nextSweep: Queue.take(sweeps)
    }
    return Context.make(Health, health).pipe(
      Context.add(CurrentActivity, activityOf(seen, sweeps)),
      Context.add(ServerClock.ServerClock, { ahead: Effect.sync(() => seen.ahead) }),
      Context.add(CurrentCallOptions, { onAnswer: (answer) => learn(seen, answer) })
    )
  })

/** The health as a layer. `cost`: see `ofLedger`. */
export const layer = (settings: Settings, cost: Duration.Duration) => Layer.effectContext(make(settings, cost))

/** Fails with `LoopStuck` once the loop is stuck, after `onStuck` has run. Checks ten times per `stuckAfter`. */
export const untilStuck = <R>({ stuckAfter }: Settings, onStuck: (trouble: Trouble) => Effect.Effect<void, never, R>) =>
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
