/** Ends a process at one of its requests: right before it is sent, or right after its answer has come. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"

const requestsUntilCrash = { least: 40, most: 160 }
const down = { least: 1000, most: 180_000 }

class Crash extends Context.Tag("@effect-invent/soak/Crash")<Crash, Deferred.Deferred<number>>() {}

/** The client of the process until it crashes. */
export const layerClient = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const crash = yield* Crash
    const client = yield* HttpClient.HttpClient
    let left = yield* Random.nextIntBetween(requestsUntilCrash.least, requestsUntilCrash.most)
    const hasAnswer = yield* Random.nextBoolean
    const crashNow = Effect.zipRight(
      Effect.flatMap(Clock.currentTimeMillis, (now) => Deferred.succeed(crash, now)),
      Effect.never
    )
    return HttpClient.transform(client, (request) => {
      left -= 1
      if (left > 0) return request
      return hasAnswer && left === 0 ? Effect.zipRight(request, crashNow) : crashNow
    })
  })
)

export interface Down {
  readonly from: number
  readonly until: number
}

/**
 * Runs the process again after each crash. Calls `onCrash` with the time in which no process runs: it begins at the
 * crash, whatever the crashed process still holds on to.
 */
export const restartForever = <E, R>(
  process: Effect.Effect<unknown, E, R>,
  onCrash: (down: Down) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const crash = yield* Deferred.make<number>()
    yield* Effect.raceFirst(Effect.provideService(process, Crash, crash), Deferred.await(crash))
    const from = yield* Deferred.await(crash)
    const wait = yield* Random.nextIntBetween(down.least, down.most)
    yield* onCrash({ from, until: (yield* Clock.currentTimeMillis) + wait })
    yield* Effect.sleep(Duration.millis(wait))
  }).pipe(Effect.forever)
