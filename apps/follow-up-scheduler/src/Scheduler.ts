/** Runs the follow-ups: one pass for a cron job, or for as long as the process lives. */
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as ChatReader from "./ChatReader.ts"
import * as Ownership from "./Ledger/Database/Ownership.ts"
import * as Dispatch from "./Dispatch.ts"
import * as Erasure from "./Privacy/Erasure.ts"
import { Ledger } from "./Ledger.ts"
import * as Operator from "./Ledger/Operator.ts"
import { unconfirmed } from "./Ledger/Unconfirmed.ts"
import * as Lazy from "./Lazy.ts"
import { concurrency, type Found, found, reviewEach } from "./ChatReview/ReviewEach.ts"
import * as ChatReview from "./ChatReview.ts"
import * as ReturnedContacts from "./ChatReview/ReturnedContacts.ts"
import * as OptOuts from "./ChatReader/OptOuts.ts"
import * as CircuitBreaker from "./ChatReader/CircuitBreaker.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import { Policies } from "./Policies.ts"
import * as PolicyVersions from "./Policies/PolicyVersions.ts"
import * as Telemetry from "./Telemetry.ts"
import * as Activity from "./Telemetry/Activity.ts"
import * as Timer from "./Timer.ts"
import { Watch } from "./Watch.ts"
import { ChatRows } from "./Watch/ChatRows.ts"
import * as CountText from "./Policy/CountText.ts"

/** Waits until follow-ups are resumed; polls once a second. */
const untilResumed = Effect.flatMap(Ledger, (ledger) =>
  Effect.repeat(ledger.paused, { schedule: Schedule.spaced("1 second"), while: Option.isSome })
)

/** Opens the start of each policy in force that had none yet. */
const begin = Effect.gen(function* () {
  const ledger = yield* Ledger
  const { current } = yield* Policies
  yield* Effect.forEach(yield* current, ({ id }) => ledger.start(id), { discard: true })
})

/** Which starts may go on without a resume. */
export interface Confirmation {
  /** How many contacts a start may reach; more hold everything. Default: 100. */
  readonly confirmed?: number | undefined
  /** The operator who confirmed that number; the audit names them. */
  readonly confirmedBy?: Option.Option<string>
}

/**
 * The open starts that this process counts: of each version that is or was in force in it, and those after a pause. A
 * version that a reload has replaced may still have follow-ups that its start holds.
 */
const starts = ({ confirmed = unconfirmed, confirmedBy = Option.none() }: Confirmation) =>
  Effect.map(Effect.all([Ledger, Policies]), ([ledger, { known }]) => {
    const versions = Effect.map(known, (all) => all.map(({ id }) => id))
    return {
      isOpen: Effect.flatMap(versions, (ids) => ledger.isStarting(...ids)),
      settle: Effect.flatMap(versions, (ids) => ledger.settle(ids, confirmed)).pipe(Operator.as(confirmedBy))
    }
  })

/**
 * Reads each chat once and carries out what is due; what is due later waits in the ledger for the next pass. Ends after
 * the last look at what it armed, which comes within the policy's `arm_lead`. Gives the number of follow-ups that were
 * taken up. Holds everything where a start would reach more contacts than confirmed.
 * Fails with an error that every chat would meet; an error of one chat is passed to `onFound`.
 */
export const runOnce = (
  chat_ids: ReadonlyArray<ChatId>,
  onFound: (found: Found) => Effect.Effect<void>,
  confirmation: Confirmation = {}
) =>
  Effect.gen(function* () {
    const chatReview = yield* ChatReview.ChatReview
    const dispatch = yield* Dispatch.Dispatch
    const ledger = yield* Ledger
    yield* begin
    const isPaused = Option.isSome(yield* ledger.paused)
    yield* RateLimit.withLane("watch")(reviewEach(isPaused ? [] : chat_ids, chatReview.reviewById, onFound))
    if (!isPaused) yield* Effect.flatMap(starts(confirmation), ({ settle }) => settle)
    return yield* Effect.zipLeft(dispatch.pass, dispatch.lastLooks)
  })

/** The times of {@link serve}. */
export interface ServeOptions extends Confirmation {
  /** How often the ledger is searched for what is due and no timer woke, and for an open start. */
  readonly sweepEvery: Duration.Duration
  /** How long a timer may be late before the sweep takes up its follow-up. */
  readonly sweepSlack: Duration.Duration
  /** How often the open follow-ups are counted for the metrics. Default: 15 seconds. */
  readonly countEvery?: Duration.Duration
}

/** The times where the environment gives none. */
export const serveDefaults = { sweepEvery: Duration.seconds(3), sweepSlack: Duration.seconds(5) } satisfies ServeOptions

const atLeast = (least: Duration.Duration) =>
  Config.validate<Duration.Duration>({
    message: `Expected at least ${Duration.format(least)}`,
    validation: Duration.greaterThanOrEqualTo(least)
  })

/** `FOLLOW_UPS_SWEEP_EVERY`, at least 100 ms, and `FOLLOW_UPS_SWEEP_SLACK`, else the defaults. */
export const serveConfig = Config.all({
  sweepEvery: Config.duration("FOLLOW_UPS_SWEEP_EVERY").pipe(
    atLeast(Duration.millis(100)),
    Config.withDefault(serveDefaults.sweepEvery)
  ),
  sweepSlack: Config.duration("FOLLOW_UPS_SWEEP_SLACK").pipe(Config.withDefault(serveDefaults.sweepSlack))
})

/** Waits between two attempts in an outage: from 1 second, doubled each time, up to 30 seconds. */
const outageBackoff = Schedule.union(Schedule.exponential("1 second"), Schedule.spaced("30 seconds"))

/**
 * Errors that do not result from the settings, and are retried from the start: the service is there and in trouble, or
 * the database that shares the quota is. A refused key or connection, or an answer of something else, may need a
 * person who corrects it.
 */
const passing: ReadonlyArray<string> = [
  "ServerFault",
  "RateLimited",
  "TimedOut",
  "ConnectionLost",
  "RateLimitUnavailable",
  "SqlError"
] satisfies ReadonlyArray<(RepeatableError | SqlError)["_tag"]>

/**
 * How many answers that cannot be decoded are requested again before any chat was read. One can be damaged on its way.
 * More of them show that something else than the service answers.
 */
const mostUndecodable = 2

const willPass = ({ _tag }: { readonly _tag: string }) => passing.includes(_tag)

const wordsOf = (error: { readonly message: string; readonly cause?: unknown }): string =>
  error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message

/** How often contacts are looked for whom a list of the service no longer keeps from follow-ups. */
const returnedEvery = Duration.minutes(15)

/**
 * Reads every chat that may have changed. Where a start is open, first reads all chats with news, and counts. An error
 * of the service that every chat would meet fails the watch as long as no chat was read, unless it {@link willPass};
 * later it is retried. Errors of the database are always retried, because it could be used at the start.
 */
const watch = ({ sweepEvery, ...confirmation }: ServeOptions) =>
  Effect.gen(function* () {
    const { chats, inTurn, keepsRows, news } = yield* Watch
    const { forget } = yield* ChatRows
    const chatReview = yield* ChatReview.ChatReview
    const outage = yield* CircuitBreaker.CircuitBreaker
    const { isOpen: isStarting, settle: count } = yield* starts(confirmation)
    let hasLooked = false
    let undecodable = 0
    const look = Effect.fnUntraced(function* (chat_id: ChatId) {
      yield* Effect.zipRight(untilResumed, outage.turn)
      const { error } = yield* RateLimit.withLane("watch")(found(chat_id, chatReview.reviewById(chat_id)))
      hasLooked = true
      if (error !== undefined) yield* Effect.logWarning(`chat ${chat_id}: ${error.message}`)
    })
    const settle = Effect.zipRight(untilResumed, count)
    const returned = yield* ReturnedContacts.make
    // The chats of these contacts did not change, so their rows in memory count as the newest.
    const again = Stream.fromSchedule(Schedule.spaced(returnedEvery)).pipe(
      Stream.mapEffect(() => returned.chats),
      Stream.flattenIterables,
      Stream.tap(forget)
    )
    const named = Stream.merge(keepsRows ? chats : Stream.tap(chats, forget), again, { haltStrategy: "left" })
    const looks = Stream.mapEffect(named, look, { concurrency, unordered: true }).pipe(
      Stream.runDrain,
      Effect.as(false)
    )
    /** Chats that an interrupted pass has named already are named again by the next reading of the lists. */
    const countingBy = (news: Effect.Effect<ReadonlyArray<ChatId>, Effect.Effect.Error<typeof looks>>) => {
      const settling = Effect.gen(function* () {
        yield* untilResumed
        yield* Effect.logInfo(
          "nothing new is sent before the chats were looked at, and the contacts who would be written to are counted"
        )
        yield* Effect.forEach(yield* news, look, { concurrency, discard: true })
        yield* settle
      })
      const started = Effect.as(
        Effect.repeat(isStarting, { schedule: Schedule.spaced(sweepEvery), until: (yes) => yes }),
        true
      )
      return Effect.zipRight(Effect.whenEffect(settling, isStarting), Effect.raceFirst(looks, started))
    }
    /** An event comes once, so the reads of what events name are not interrupted. */
    const counting = Effect.repeat(Effect.whenEffect(settle, isStarting), Schedule.spaced(sweepEvery))
    const pass =
      news === undefined ? Effect.raceFirst(looks, Effect.zipRight(counting, Effect.never)) : countingBy(news)
    const mayBeDamaged = ({ _tag }: Effect.Effect.Error<typeof pass>) =>
      _tag === "UnexpectedResponse" && ++undecodable <= mostUndecodable
    const shouldRetry = (error: Effect.Effect.Error<typeof pass>) =>
      hasLooked || willPass(error) || mayBeDamaged(error)
        ? Effect.logWarning(`the watch goes on later: ${wordsOf(error)}`).pipe(
            Effect.zipRight(error._tag === "SqlError" ? Activity.sweepFailed(wordsOf(error)) : Effect.void),
            Effect.as(true)
          )
        : Effect.succeed(false)
    const repeated = Effect.repeat(pass, { while: (isAgain) => isAgain })
    const { unlessDamaged } = yield* Ownership.Ownership
    const retried = Effect.retry(repeated, {
      while: (error) =>
        Effect.if(Effect.isSuccess(unlessDamaged(error)), {
          onTrue: () => shouldRetry(error),
          onFalse: () => Effect.succeed(false)
        }),
      schedule: outageBackoff
    })
    yield* inTurn(Effect.asVoid(Effect.tapError(retried, unlessDamaged)))
  })

/**
 * Watches, wakes and sweeps until it is interrupted. Fails where it cannot begin, or the ledger is lost (`LedgerLost`)
 * or of a newer edition.
 */
export const serve = (options: ServeOptions) =>
  Effect.gen(function* () {
    const dispatch = yield* Dispatch.Dispatch
    const chatReview = yield* ChatReview.ChatReview
    const optOuts = yield* OptOuts.OptOuts
    const ledger = yield* Ledger
    const { check, unlessDamaged } = yield* Ownership.Ownership
    const recordEvery = options.countEvery ?? Telemetry.countEvery
    let recordedAt = Number.NEGATIVE_INFINITY
    /** Records the end of a sweep, unless one was recorded lately. Where that fails, the next sweep tries again. */
    const record = Effect.gen(function* () {
      const now = yield* MonotonicClock.millis
      if (now - recordedAt < Duration.toMillis(recordEvery)) return
      yield* ledger.keepSweep
      recordedAt = now
    })
    const sweep = (slack: Duration.Duration) =>
      Effect.zipLeft(dispatch.sweep(slack), record).pipe(
        Effect.zipLeft(Effect.zipRight(Telemetry.swept, Activity.swept)),
        Effect.catchAll((error) =>
          unlessDamaged(error).pipe(
            Effect.zipRight(Effect.logWarning(`the sweep tries again: ${wordsOf(error)}`)),
            Effect.zipRight(Activity.sweepFailed(wordsOf(error))),
            Effect.as(0)
          )
        )
      )
    const count = Effect.all({
      open: ledger.pending(Duration.infinity),
      overdue: ledger.pending(Duration.zero),
      unknown: ledger.unknown,
      isPaused: Effect.map(ledger.paused, Option.isSome)
    })
    // Where the database does not answer, the check is repeated, and the sweep logs why.
    const owning = Effect.zipRight(check, ledger.isUsable).pipe(
      Effect.catchIf(
        (error) => error._tag === "SqlError",
        (error) => unlessDamaged(error)
      ),
      Effect.repeat(Schedule.spaced(options.sweepEvery))
    )
    const counting = Effect.flatMap(count, Telemetry.counted).pipe(
      Effect.ignore,
      Effect.repeat(Schedule.spaced(recordEvery))
    )
    const { maxAge } = yield* OptOuts.OptOutPace
    const takingBack = Stream.runForEach(optOuts.readings, (contacts) =>
      Effect.catchAll(chatReview.bringForwardOf(contacts), (error) =>
        Effect.logWarning(`follow-ups of contacts who opted out are looked at at their own time: ${wordsOf(error)}`)
      )
    )
    const fallsDue = Effect.orElseSucceed(ledger.pending(maxAge), () => 0)
    const keepCurrent = optOuts.keepCurrent(Effect.map(fallsDue, (count) => count > 0))
    yield* begin
    // What an earlier process left is taken up before anything new.
    const left = yield* sweep(Duration.zero)
    if (left > 0) yield* Effect.logInfo(`took up ${CountText.count(left, "follow-up")} that an earlier run had left`)
    const sweeping = Effect.repeat(sweep(options.sweepSlack), Schedule.spaced(options.sweepEvery))
    const watching = Effect.zipRight(watch(options), Effect.never)
    yield* Effect.all([watching, sweeping, counting, keepCurrent, takingBack, owning], {
      concurrency: "unbounded",
      discard: true
    })
  })

const parts = Layer.provideMerge(Dispatch.layer, ChatReview.layer)

/** Review and dispatch, over the reader, the ledger and the timer of the context. */
export const layer = Layer.provideMerge(
  parts,
  Layer.mergeAll(PolicyVersions.layer, Erasure.layer, CircuitBreaker.layer)
)

/** For one pass: no timers, so what is not due yet waits for the next pass. */
export const layerOnce = layer.pipe(Layer.provide(Timer.layerNone), Layer.provideMerge(ChatReader.layerMatching))

const loadTimers = () => import("./Timer/Cluster.ts")
const loadRunner = () => import("./Timer/ClusterRunner.ts")

/**
 * Loads the modules that {@link layerServe} loads. A program under a virtual clock needs this, because it does not wait
 * for files.
 */
export const load = Effect.all(
  [Lazy.effect("timers", loadTimers, () => Effect.void), Lazy.effect("timers", loadRunner, () => Effect.void)],
  { discard: true }
)

/** The timers and the process that they run in. */
const cluster = (precision: Duration.Duration) =>
  Lazy.layer("timers", loadTimers, (timers) =>
    Layer.unwrapEffect(Effect.map(Dispatch.Dispatch, (dispatch) => timers.layerWaker(dispatch.wake))).pipe(
      Layer.provideMerge(layer),
      Layer.provideMerge(timers.layer),
      Layer.provideMerge(Lazy.layer("timers", loadRunner, (runner) => runner.layer(precision)))
    )
  )

/**
 * For a process that keeps running: timers in the database wake the dispatcher. `precision`: how often the database is
 * searched for due timers.
 */
export const layerServe = (precision: Duration.Duration) =>
  Layer.provideMerge(cluster(precision), ChatReader.layerMatching)
