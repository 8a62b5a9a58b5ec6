/** A process that dies: at one of its requests, right before it leaves or right after its answer came. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"

const requestsALife = { least: 40, most: 160 }
const down = { least: 1000, most: 180_000 }

class Death extends Context.Tag("@effect-invent/month/Death")<Death, Deferred.Deferred<number>>() {}

/** The client of one life. */
export const layerClient = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const death = yield* Death
    const client = yield* HttpClient.HttpClient
    let left = yield* Random.nextIntBetween(requestsALife.least, requestsALife.most)
    const hasAnswer = yield* Random.nextBoolean
    const die = Effect.zipRight(
      Effect.flatMap(Clock.currentTimeMillis, (now) => Deferred.succeed(death, now)),
      Effect.never
    )
    return HttpClient.transform(client, (request) => {
      left -= 1
      if (left > 0) return request
      return hasAnswer && left === 0 ? Effect.zipRight(request, die) : die
    })
  })
)

export interface Down {
  readonly from: number
  readonly until: number
}

/**
 * Lives one life after the other. `onDeath` is told how long nobody lives: from the death on, whatever the dead still
 * hold on to.
 */
export const live = <E, R>(life: Effect.Effect<unknown, E, R>, onDeath: (down: Down) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const death = yield* Deferred.make<number>()
    yield* Effect.raceFirst(Effect.provideService(life, Death, death), Deferred.await(death))
    const from = yield* Deferred.await(death)
    const wait = yield* Random.nextIntBetween(down.least, down.most)
    yield* onDeath({ from, until: (yield* Clock.currentTimeMillis) + wait })
    yield* Effect.sleep(Duration.millis(wait))
  }).pipe(Effect.forever)
