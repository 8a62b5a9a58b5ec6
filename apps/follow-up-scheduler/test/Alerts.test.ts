/** What a person is told of what goes wrong, how often, and over which hindrances. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { it } from "../../../scripts/testing/it.ts"
import * as Alerts from "../src/Operations/Alerts.ts"
import { Health } from "../src/Operations/Health.ts"
import { advice, type Trouble } from "../src/Operations/Trouble.ts"

const since = DateTime.unsafeMake("2026-07-15T12:00:00Z")
const refused: Trouble = { kind: "key_refused", found: "the service refuses the API key", since }
const late: Trouble = { kind: "late", found: "3 follow-ups are more than 10m late", since }

const settings: Alerts.Settings = {
  url: Option.some(Redacted.make("https://hooks.example/secret")),
  format: "json",
  repeatAfter: Duration.hours(6),
  heartbeat: Option.none()
}

/** Alerts that watch over what the test says is wrong, and a receiver that answers as the test says. */
const watched = (given: Partial<Alerts.Settings> = {}) =>
  Effect.gen(function* () {
    const world = { troubles: [] as ReadonlyArray<Trouble>, sweeps: 0, status: 200 }
    const heard: Array<string> = []
    const tries: Array<string> = []
    const health: Health["Type"] = {
      isLive: Effect.succeed(true),
      troubles: Effect.sync(() => world.troubles),
      sweeps: Effect.sync(() => world.sweeps)
    }
    const client = HttpClient.make((request) =>
      Effect.sync(() => {
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        tries.push(`${request.method} ${request.url}`)
        if (world.status === 200) heard.push(body)
        return HttpClientResponse.fromWeb(request, new Response(null, { status: world.status }))
      })
    )
    yield* Alerts.watching(Duration.seconds(3), { ...settings, ...given }).pipe(
      Effect.provideService(Health, health),
      Effect.provideService(HttpClient.HttpClient, client),
      Effect.forkScoped
    )
    const after = (duration: Duration.DurationInput) => TestClock.adjust(duration)
    return { after, heard, tries, world }
  })

const wordsOf = (body: string | undefined): string => (JSON.parse(body ?? "{}") as { readonly text?: string }).text ?? ""

describe("an alert", () => {
  it.scoped("goes out when something is wrong, again after the stated time, and once when it is over", () =>
    Effect.gen(function* () {
      const { after, heard, world } = yield* watched()
      world.troubles = [refused]
      yield* after("3 seconds")
      expect(heard.map(wordsOf)).toEqual([
        "The service refuses the API key, since 2026-07-15T12:00Z. Create a key under Settings > API Keys, set INVENT_API_KEY and start serve again. " +
          "First: follow-ups doctor. Nothing is lost: what is due waits, and is decided anew."
      ])
      yield* after("5 hours")
      expect(heard).toHaveLength(1)
      yield* after("1 hours")
      expect(heard).toHaveLength(2)
      world.troubles = []
      yield* after("1 hours")
      expect(heard.map(wordsOf).slice(2)).toEqual(["No longer: the service refuses the API key, since 2026-07-15T12:00Z."])
    })
  )

  it.scoped("that comes and goes is told at most every ten minutes", () =>
    Effect.gen(function* () {
      const { after, heard, world } = yield* watched()
      for (let count = 0; count < 100; count++) {
        world.troubles = count % 2 === 0 ? [late] : []
        yield* after("12 seconds")
      }
      // It begins at 0 and at 10 minutes, and ends as often.
      expect(heard).toHaveLength(4)
    })
  )

  it.scoped("that cannot be delivered is tried again until it is, and nothing is told twice", () =>
    Effect.gen(function* () {
      const { after, heard, tries, world } = yield* watched()
      world.status = 503
      world.troubles = [refused]
      yield* after("3 seconds")
      world.troubles = [refused, late]
      yield* after("1 seconds")
      yield* after("2 seconds")
      expect([tries.length, heard.length]).toEqual([3, 0])
      world.status = 200
      yield* after("1 minutes")
      expect(heard.map(wordsOf).map((words) => words.split(",")[0])).toEqual(["The service refuses the API key", "3 follow-ups are more than 10m late"])
    })
  )

  it.scoped("is an object that Slack, Mattermost and Discord show, or the words alone", () =>
    Effect.gen(function* () {
      const json = yield* watched()
      const text = yield* watched({ format: "text" })
      json.world.troubles = [late]
      text.world.troubles = [late]
      yield* TestClock.adjust("3 seconds")
      const [words] = text.heard
      expect(JSON.parse(json.heard[0] ?? "")).toEqual({ text: words, content: words })
    })
  )

  it.scoped("is not sent where there is no receiver, and nor is anything by one who is well", () =>
    Effect.gen(function* () {
      const none = yield* watched({ url: Option.none() })
      none.world.troubles = [refused]
      const well = yield* watched()
      yield* TestClock.adjust("1 hours")
      expect([none.tries, well.tries]).toEqual([[], []])
    })
  )
})

it.scoped("the heartbeat follows each sweep that went through, and no other look", () =>
  Effect.gen(function* () {
    const { after, tries, world } = yield* watched({ heartbeat: Option.some(Redacted.make("https://beats.example/1")) })
    for (let sweeps = 1; sweeps <= 20; sweeps++) {
      world.sweeps = sweeps
      yield* after("3 seconds")
    }
    yield* after("1 minutes")
    expect(tries).toEqual(Array.from({ length: 20 }, () => "GET https://beats.example/1"))
  })
)

it.each(Object.entries(advice))("%s has whole sentences, a command that exists, and what is safe", (_, { command, fix, safe }) => {
  expect([fix, safe].every((text) => /^[A-Z].*\.$/.test(text))).toBe(true)
  expect(["doctor", "status"]).toContain(command)
})
