/**
 * Timers that outlive the scheduler, as punctual as the clock: what the cluster's are but for their storage, which
 * knows no virtual time.
 */
import { Dispatch } from "@effect-invent/follow-up-scheduler/Dispatch"
import type { FollowUp } from "@effect-invent/follow-up-scheduler/Plan/FollowUp"
import { Timer } from "@effect-invent/follow-up-scheduler/Timer"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"

/** Follow-ups whose timer has fired and was not answered yet. */
class Woken extends Context.Tag("@effect-invent/month/Woken")<Woken, Queue.Queue<FollowUp>>() {}

const layerTimer = Layer.scoped(
  Timer,
  Effect.gen(function* () {
    const woken = yield* Woken
    const timers = yield* FiberSet.make<boolean>()
    return {
      schedule: (followUp) =>
        Effect.flatMap(DateTime.now, (now) => {
          const wait = Duration.millis(Math.max(0, DateTime.distance(now, followUp.due_at)))
          return FiberSet.run(timers, Effect.delay(Queue.offer(woken, followUp), wait))
        })
    }
  })
)

export const layer = Layer.provideMerge(layerTimer, Layer.effect(Woken, Queue.unbounded<FollowUp>()))

/** Lets the timers wake the dispatcher. */
export const layerWaker = Layer.scopedDiscard(
  Effect.gen(function* () {
    const woken = yield* Woken
    const dispatch = yield* Dispatch
    const answers = yield* FiberSet.make<void>()
    yield* Queue.take(woken).pipe(
      Effect.flatMap(({ key, revision }) =>
        FiberSet.run(answers, Effect.catchAllCause(dispatch.wake(key, revision), Effect.logError))
      ),
      Effect.forever,
      Effect.forkScoped
    )
  })
)
