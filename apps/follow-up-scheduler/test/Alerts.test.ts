/** Which alerts are sent about a trouble, how often, and what happens when they cannot be delivered. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Alerts from "../src/Operations/Alerts.ts"
import { Health } from "../src/Operations/Health.ts"
import { advice, type Trouble } from "../src/Operations/Trouble.ts"
import * as Databases from "./Databases.ts"

const since = DateTime.unsafeMake("2026-07-15T12:00:00Z")
const refused: Trouble = { kind: "key_refused", found: "the service refuses the API key", since }
const late: Trouble = { kind: "late", found: "3 follow-ups more than 10m late", since }

const settings: Alerts.Settings = {
  url: Option.some(Redacted.make("https://hooks.example/secret")),
  format: "json",
  repeatAfter: Duration.hours(6),
  heartbeat: Option.none()
}

/** A ledger of its own, which outlasts what `watched` makes over it. */
const withLedger = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Effect.provide(test, Layer.provide(Ledger.layer, Databases.sqlite))

/** Alerts about the troubles that the test sets, and a receiver that answers with the status that the test sets. */
const watched = (given: Partial<Alerts.Settings> = {}) =>
  Effect.gen(function* () {
    const world = { troubles: [] as ReadonlyArray<Trouble>, isKeyAccepted: true, status: 200 }
    const delivered: Array<string> = []
    const tries: Array<string> = []
    const sweeps = yield* Queue.sliding<void>(1)
    const health: Health["Type"] = {
      isLive: Effect.succeed(true),
      troubles: Effect.sync(() => world.troubles),
      isKeyAccepted: Effect.sync(() => world.isKeyAccepted),
      nextSweep: Queue.take(sweeps)
    }
    const client = HttpClient.make((request) =>
      Effect.sync(() => {
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        tries.push(`${request.method} ${request.url}`)
        if (world.status === 200) delivered.push(body)
        return HttpClientResponse.fromWeb(request, new Response(null, { status: world.status }))
      })
    )
    const alerts = yield* Effect.provideService(Alerts.make({ ...settings, ...given }), Health, health)
    const process = yield* alerts
      .watching(Duration.seconds(3))
      .pipe(Effect.provideService(HttpClient.HttpClient, client), Effect.forkScoped)
    const after = (duration: Duration.DurationInput) => TestClock.adjust(duration)
    const swept = Queue.offer(sweeps, undefined)
    return { after, alerts, ends: Fiber.interrupt(process), delivered, swept, tries, world }
  })

const story = <E>(name: string, test: Effect.Effect<void, E, Ledger.Ledger | Scope.Scope>) =>
  it.scoped(name, () => withLedger(test))

const wordsOf = (body: string | undefined): string =>
  (JSON.parse(body ?? "{}") as { readonly text?: string }).text ?? ""

describe("an alert", () => {
  story(
    "goes out when something is wrong, again after the stated time, and once when it is over",
    Effect.gen(function* () {
      const { after, delivered, world } = yield* watched()
      world.troubles = [refused]
      yield* after("3 seconds")
      expect(delivered.map(wordsOf)).toEqual([
        "The service refuses the API key, since 2026-07-15T12:00Z. Create a key under Settings > API Keys, set INVENT_API_KEY and start serve again. " +
          "First: follow-ups doctor. Nothing is lost: what is due waits, and is decided anew."
      ])
      yield* after("5 hours")
      expect(delivered).toHaveLength(1)
      yield* after("1 hours")
      expect(delivered).toHaveLength(2)
      world.troubles = []
      yield* after("1 hours")
      expect(delivered.map(wordsOf).slice(2)).toEqual([
        "No longer: the service refuses the API key, since 2026-07-15T12:00Z."
      ])
    })
  )

  story(
    "that comes and goes is reported at most every ten minutes",
    Effect.gen(function* () {
      const { after, delivered, world } = yield* watched()
      for (let count = 0; count < 100; count++) {
        world.troubles = count % 2 === 0 ? [late] : []
        yield* after("12 seconds")
      }
      // It begins at 0 and at 10 minutes, and ends as often.
      expect(delivered).toHaveLength(4)
    })
  )

  story(
    "that cannot be delivered is tried again until it is, and nothing is delivered twice",
    Effect.gen(function* () {
      const { after, delivered, tries, world } = yield* watched()
      world.status = 503
      world.troubles = [refused]
      yield* after("3 seconds")
      world.troubles = [refused, late]
      yield* after("1 seconds")
      yield* after("2 seconds")
      expect([tries.length, delivered.length]).toEqual([3, 0])
      world.status = 200
      yield* after("1 minutes")
      expect(delivered.map(wordsOf).map((words) => words.split(",")[0])).toEqual([
        "The service refuses the API key",
        "3 follow-ups more than 10m late"
      ])
    })
  )

  story(
    "is an object that Slack, Mattermost and Discord show, or the words alone",
    Effect.gen(function* () {
      const json = yield* watched()
      const text = yield* watched({ format: "text" })
      json.world.troubles = [late]
      text.world.troubles = [late]
      yield* TestClock.adjust("3 seconds")
      const [words] = text.delivered
      expect(JSON.parse(json.delivered[0] ?? "")).toEqual({ text: words, content: words })
    })
  )

  story(
    "is not sent where there is no receiver, and nor is anything by one who is well",
    Effect.gen(function* () {
      const none = yield* watched({ url: Option.none() })
      none.world.troubles = [refused]
      const well = yield* watched()
      yield* TestClock.adjust("1 hours")
      expect([none.tries, well.tries]).toEqual([[], []])
    })
  )
})

story(
  "the heartbeat follows each sweep that went through, and no other look",
  Effect.gen(function* () {
    const { after, swept, tries } = yield* watched({ heartbeat: Option.some(Redacted.make("https://beats.example/1")) })
    yield* Effect.repeatN(Effect.zipRight(swept, after("3 seconds")), 19)
    yield* after("1 minutes")
    expect(tries).toEqual(Array.from({ length: 20 }, () => "GET https://beats.example/1"))
  })
)

describe("a key that is refused", () => {
  /** A process that meets it at its start, and ends. */
  const life = Effect.gen(function* () {
    const lived = yield* watched()
    lived.world.isKeyAccepted = false
    lived.world.troubles = [refused]
    yield* Effect.zipRight(lived.alerts.lastWords, lived.ends)
    return lived.delivered
  })

  story(
    "is delivered before the process ends, and not again by the next ones until the stated time is over",
    Effect.gen(function* () {
      expect((yield* life).map((words) => wordsOf(words).slice(0, 31))).toEqual(["The service refuses the API key"])
      for (let minutes = 1; minutes < 360; minutes++) {
        yield* TestClock.adjust("1 minutes")
        expect(yield* life).toEqual([])
      }
      yield* TestClock.adjust("1 minutes")
      expect(yield* life).toHaveLength(1)
    })
  )

  story(
    "is delivered by the next process where this one could not deliver it in time",
    Effect.gen(function* () {
      const { alerts, ends, delivered, world } = yield* watched()
      world.status = 503
      world.isKeyAccepted = false
      world.troubles = [refused]
      const lastWords = yield* Effect.fork(alerts.lastWords)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.zipRight(Fiber.join(lastWords), ends)
      expect(delivered).toEqual([])
      expect(yield* life).toHaveLength(1)
    })
  )

  story(
    "is over when the service accepts the key of a later process, and no sooner; it is reported anew when it is refused again",
    Effect.gen(function* () {
      yield* life
      const { after, ends, delivered, world } = yield* watched()
      world.isKeyAccepted = false
      yield* after("1 minutes")
      expect(delivered).toEqual([])
      world.isKeyAccepted = true
      yield* after("3 seconds")
      expect(delivered.map(wordsOf)).toEqual(["No longer: the service refuses the API key, since 2026-07-15T12:00Z."])
      yield* ends
      expect(yield* life).toHaveLength(1)
    })
  )
})

it.each(Object.entries(advice))(
  "%s has whole sentences, a command that exists, and what is safe",
  (_, { command, fix, safe }) => {
    expect([fix, safe].every((text) => /^[A-Z].*\.$/.test(text))).toBe(true)
    expect(["doctor", "status"]).toContain(command)
  }
)
