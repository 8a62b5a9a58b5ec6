/**
 * Where the calls of one process wait for permits of a shared quota, by lane and in order. One fiber requests
 * them: when a call comes to an empty line, at the time of the last reply, and when it has to report what became of
 * earlier ones.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { CurrentLane, type Lane, QueueFull, type RateLimit, RateLimitUnavailable } from "../../RateLimit.ts"
import * as LaneQueue from "./LaneQueue.ts"
import * as MonotonicClock from "../pipeline/MonotonicClock.ts"
import type * as QuotaModel from "./QuotaModel.ts"
import type { Reply, Request } from "./SharedQuotaModel.ts"

/** All in milliseconds. */
export interface Options {
  readonly window: number
  readonly maxQueued: number
  /** After which a silent process is gone. */
  readonly lease: number
  /** How long calls wait while nobody answers. */
  readonly patience: number
  readonly ask: (request: Request) => Effect.Effect<Reply, RateLimitUnavailable>
  /** How long one waits now who has so many before it in this process, itself included. */
  readonly expected: (now: number, permits: number) => number
}

interface Waiter {
  readonly lane: Lane
  readonly since: number
  readonly answer: Deferred.Deferred<QuotaModel.Permit, RateLimitUnavailable>
  permit: QuotaModel.Permit | undefined
}

interface Return {
  readonly permit: QuotaModel.Permit
  /** When the answer came; nothing when the request never left. */
  readonly receivedAt: number | undefined
}

/** Receipts can be reported this share of a window later: they contain their time. */
const reportWithin = 1 / 60

/** Between two questions that nobody answers. */
const firstRetry = 20
const longestRetry = 1000

const never = Number.POSITIVE_INFINITY

/**
 * Makes the limiter of one process of several: asks the shared quota for permits while calls wait, and gives back what
 * it has when its scope closes.
 */
export const make = (options: Options): Effect.Effect<RateLimit["Type"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const desk = makeSync(options)
    yield* Effect.addFinalizer(() => desk.close)
    yield* Effect.forkScoped(Effect.interruptible(desk.serve))
    return desk.rateLimit
  })

const makeSync = ({ ask, expected, lease, maxQueued, patience, window }: Options) => {
  const line = LaneQueue.make<Waiter>(window)
  const bell = Effect.unsafeMakeLatch(false)
  /** Permits that were given out, until a request that said that they are back was answered. */
  let out = 0
  let returns: Array<Return> = []
  let pausedUntil: number | undefined
  /** When to request permits, when to report returns, when to send a sign of life, and the earliest next try. */
  let askAt = never
  let reportAt = never
  let aliveAt = never
  let retryAt = 0
  let failures: { readonly since: number; readonly count: number } | undefined
  let isClosed = false

  const ring = () => {
    bell.unsafeOpen()
  }

  const scheduleReport = (at: number) => {
    if (at >= reportAt) return
    reportAt = at
    ring()
  }

  const giveBack = (permit: QuotaModel.Permit, now: number, isUnused: boolean) => {
    returns.push({ permit, receivedAt: isUnused ? undefined : now })
    scheduleReport(isUnused || permit.isProbe ? now : now + reportWithin * window)
  }

  const requestAt = (now: number): Request => ({
    returned: returns.map(({ permit, receivedAt }) => ({
      permit,
      age: receivedAt === undefined ? undefined : now - receivedAt
    })),
    inFlight: out - returns.length,
    pause: pausedUntil === undefined ? undefined : Math.max(0, pausedUntil - now),
    wanted: line.length()
  })

  const refuseAll = (now: number, error: RateLimitUnavailable) => {
    for (let waiter = line.next(now); waiter !== undefined; waiter = line.next(now)) {
      line.leave(waiter, false)
      Deferred.unsafeDone(waiter.answer, Exit.fail(error))
    }
    askAt = never
  }

  const hand = (permits: ReadonlyArray<QuotaModel.Permit>, now: number) => {
    for (const permit of permits) {
      const waiter = line.next(now)
      if (waiter === undefined) {
        giveBack(permit, now, true)
        continue
      }
      line.leave(waiter, true)
      waiter.permit = permit
      Deferred.unsafeDone(waiter.answer, Exit.succeed(permit))
    }
  }

  const answered = ({ permits, wait }: Reply, request: Request, askedAt: number, now: number) => {
    failures = undefined
    out += permits.length - request.returned.length
    returns = returns.slice(request.returned.length)
    aliveAt = now + lease / 3
    // Whoever was held up for so long may be taken for gone before its requests leave.
    if (now - askedAt > lease / 2) permits.forEach((permit) => giveBack(permit, now, true))
    else hand(permits, now)
    askAt = line.length() === 0 ? never : now + (Number.isFinite(wait) ? wait : 0)
  }

  const unanswered = (error: RateLimitUnavailable, request: Request, now: number) => {
    failures = { since: failures?.since ?? now, count: (failures?.count ?? 0) + 1 }
    retryAt = now + Math.min(longestRetry, firstRetry * 2 ** (failures.count - 1))
    if (request.pause !== undefined) pausedUntil = Math.max(pausedUntil ?? 0, now + request.pause)
    reportAt = now
    if (now - failures.since >= patience) refuseAll(now, error)
  }

  const turn = Effect.flatMap(MonotonicClock.millis, (askedAt) => {
    const request = requestAt(askedAt)
    pausedUntil = undefined
    reportAt = never
    return Effect.flatMap(Effect.exit(ask(request)), (exit) =>
      Effect.map(MonotonicClock.millis, (now) =>
        Exit.match(exit, {
          onFailure: (cause) => {
            const error = Cause.failureOption(cause)
            unanswered(
              error._tag === "Some" ? error.value : new RateLimitUnavailable({ reason: Cause.pretty(cause) }),
              request,
              now
            )
          },
          onSuccess: (reply) => answered(reply, request, askedAt, now)
        })
      )
    )
  })

  const next = Effect.flatMap(Effect.zipRight(bell.close, MonotonicClock.millis), (now) => {
    const due = Math.max(retryAt, Math.min(askAt, reportAt, out > 0 ? aliveAt : never))
    // The permits of one moment come back and are asked for in one request.
    if (due <= now) return Effect.zipRight(Effect.yieldNow(), turn)
    return due === never ? bell.await : Effect.raceFirst(bell.await, Effect.sleep(Math.ceil(due - now)))
  })

  const enter = (lane: Lane, restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
    Effect.flatMap(MonotonicClock.millis, (now): Effect.Effect<QuotaModel.Permit, QueueFull | RateLimitUnavailable> => {
      if (isClosed) return Effect.fail(new RateLimitUnavailable({ reason: "the rate limit was closed" }))
      if (line.length() >= maxQueued) return Effect.fail(new QueueFull(waitingIn(lane, now)))
      return Effect.flatMap(Deferred.make<QuotaModel.Permit, RateLimitUnavailable>(), (answer) => {
        const waiter: Waiter = { lane, since: now, answer, permit: undefined }
        line.join(waiter)
        if (askAt === never) {
          askAt = now
          ring()
        }
        return Effect.onInterrupt(restore(Deferred.await(answer)), () => leave(waiter))
      })
    })

  const leave = (waiter: Waiter) =>
    Effect.map(MonotonicClock.millis, (now) => {
      if (waiter.permit !== undefined) giveBack(waiter.permit, now, true)
      else line.leave(waiter, false)
    })

  const waitingIn = (lane: Lane, now: number) => ({
    queued: line.length(),
    expectedWait: Duration.millis(expected(now, line.ahead(lane) + 1))
  })

  const rateLimit: RateLimit["Type"] = {
    permit: (request, neverLeft) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(
          Effect.flatMap(CurrentLane, (lane) => enter(lane, restore)),
          (permit) =>
            Effect.onExit(restore(request), (exit) =>
              Effect.map(MonotonicClock.millis, (now) =>
                giveBack(
                  permit,
                  now,
                  exit._tag === "Failure" && exit.cause._tag === "Fail" && neverLeft(exit.cause.error)
                )
              )
            )
        )
      ),
    pause: (duration) =>
      Effect.map(MonotonicClock.millis, (now) => {
        pausedUntil = Math.max(pausedUntil ?? 0, now + Duration.toMillis(duration))
        scheduleReport(now)
      }),
    waiting: Effect.flatMap(CurrentLane, (lane) => Effect.map(MonotonicClock.millis, (now) => waitingIn(lane, now)))
  }

  return {
    rateLimit,
    serve: Effect.forever(next),
    /** What is in flight counts as received now. After a lease it does so anyway. */
    close: Effect.flatMap(MonotonicClock.millis, (now) => {
      isClosed = true
      refuseAll(now, new RateLimitUnavailable({ reason: "the rate limit was closed" }))
      while (returns.length < out) returns.push({ permit: { isProbe: false }, receivedAt: now })
      return Effect.interruptible(ask(requestAt(now))).pipe(Effect.timeout(lease), Effect.ignore)
    })
  }
}
