import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Log from "../src/Log.ts"
import * as People from "../src/People.ts"
import * as Script from "../src/People/Script.ts"
import * as VirtualTime from "../src/Time/VirtualTime.ts"
import { World } from "../src/World.ts"
import { layer } from "./Fixtures.ts"

const begin = "2026-07-15T12:00:00Z"
const entries = Effect.flatMap(Log.Log, (log) => log.entries)
const inWorld = <A, E>(program: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof layer>>>, seed = 1) =>
  VirtualTime.run(Effect.provide(program, layer({}, { script: People.assistant(seed) })), begin)

const day = (seed: number, conversations: number) =>
  inWorld(Effect.zipRight(People.run({ seed, conversations }), Effect.map(entries, Log.toJsonLines)), seed)

const alone = (acts: ReadonlyArray<Script.Act>, country: Script.Country = "JP") =>
  Effect.gen(function* () {
    const play = yield* People.makePlayer()
    const chat_id = yield* play({ name: "alone", country, channel: "custom", opening: "Hello", acts })
    return { chat_id, log: yield* entries, world: yield* World }
  }).pipe(Effect.scoped)

describe("random people", () => {
  it.live("leave the same log for the same seed, to the byte, and another one for another", () =>
    Effect.gen(function* () {
      const first = yield* day(7, 300)
      assert.strictEqual(yield* day(7, 300), first)
      assert.notStrictEqual(yield* day(8, 300), first)
    })
  )

  it.live(
    "do all that people do: answer, opt out, ask for a human, are taken over, closed, snoozed and handed back",
    () =>
      Effect.gen(function* () {
        const log = yield* inWorld(Effect.zipRight(People.run({ seed: 3, conversations: 1000 }), entries))
        const has = (what: string, is: (entry: Log.Entry) => boolean) => assert.isTrue(log.some(is), what)
        has("a second message", (entry) => entry.kind === "message" && entry.cause === "message")
        has(
          "an answered tool",
          (entry) => entry.kind === "message" && entry.author === "contact" && entry.cause === "tool"
        )
        has("a failed reply", (entry) => entry.kind === "message" && entry.status === "FAILED")
        has("a takeover", (entry) => entry.kind === "message" && entry.cause === "takeover")
        has(
          "a hand-back",
          (entry) => entry.kind === "state" && entry.by === "user" && entry.ai_enabled && !entry.assigned
        )
        has("a closed chat", (entry) => entry.kind === "state" && entry.state === "CLOSED")
        has("a snoozed chat", (entry) => entry.kind === "state" && entry.state === "SNOOZED")
        has("a muted chat", (entry) => entry.kind === "state" && entry.muted_until !== null)
        has("a follow-up of the staff's", (entry) => entry.kind === "message" && entry.cause === "follow_up")
        has("a blocked contact", (entry) => entry.kind === "contact" && entry.blocked)
        has("an unsubscribed contact", (entry) => entry.kind === "contact" && entry.unsubscribed)
        assert.lengthOf(
          log.filter(({ kind }) => kind === "chat"),
          1000
        )
      })
  )

  it.live("begin their conversations all over the time they are given", () =>
    Effect.gen(function* () {
      const program = People.run({ seed: 1, conversations: 400, during: "4 days" })
      const log = yield* inWorld(Effect.zipRight(program, entries))
      const days = log.flatMap(({ at, kind }) =>
        kind === "chat" ? [Math.floor(DateTime.distance(DateTime.unsafeMake(begin), at) / 86_400_000)] : []
      )
      for (const each of [0, 1, 2, 3]) assert.isAbove(days.filter((day) => day === each).length, 60, `day ${each}`)
    })
  )
})

describe("a scripted conversation", () => {
  it.live("goes on at the hour that the contact's own clocks show", () =>
    Effect.gen(function* () {
      const { log } = yield* inWorld(
        alone([{ when: { _tag: "AtHour", hour: 2 }, what: Script.write("I cannot sleep") }])
      )
      const [, written] = log.filter((entry) => entry.kind === "message" && entry.author === "contact")
      // Two in the night in Tokyo.
      assert.strictEqual(DateTime.toParts(written!.at).hours, 17)
    })
  )

  it.live("goes on around the follow-up, to the millisecond, once one is set", () =>
    Effect.gen(function* () {
      const { log } = yield* inWorld(
        alone([
          Script.after("1 minute", { _tag: "FollowUp", in: "1 hour" }),
          { when: { _tag: "AroundFollowUp", millis: -5, patience: "1 day" }, what: Script.write("Here I am") }
        ])
      )
      const [, written] = log.filter((entry) => entry.kind === "message" && entry.author === "contact")
      assert.strictEqual(DateTime.distance(DateTime.unsafeMake(begin), written!.at), 61 * 60_000 - 5)
      assert.isFalse(
        log.some((entry) => entry.kind === "message" && entry.cause === "follow_up"),
        "the answer cancels it"
      )
    })
  )

  it.live("leaves out what waits for a follow-up that never comes", () =>
    Effect.gen(function* () {
      const { log } = yield* inWorld(
        alone([
          { when: { _tag: "AroundFollowUp", millis: 0, patience: "1 day" }, what: Script.write("You did not call") }
        ])
      )
      assert.lengthOf(
        log.filter((entry) => entry.kind === "message" && entry.author === "contact"),
        1
      )
    })
  )
})

describe("virtual time", () => {
  it.live("passes from sleep to sleep, those of one instant in the order in which they began", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const sleeper = (name: string, wait: Duration.DurationInput) =>
        Effect.zipRight(
          Effect.sleep(wait),
          Effect.map(DateTime.now, (now) => void log.push(`${name} ${DateTime.formatIso(now)}`))
        )
      const all = Effect.all([sleeper("a", "30 days"), sleeper("b", "1 hour"), sleeper("c", "1 hour")], {
        concurrency: 3
      })
      yield* VirtualTime.run(all, begin)
      assert.deepStrictEqual(log, [
        "b 2026-07-15T13:00:00.000Z",
        "c 2026-07-15T13:00:00.000Z",
        "a 2026-08-14T12:00:00.000Z"
      ])
    })
  )

  it.live("waits for promises before it passes", () =>
    Effect.gen(function* () {
      const promised = Effect.promise(async () => {
        for (let turn = 0; turn < 100; turn++) await Promise.resolve()
      })
      const now = Effect.race(
        Effect.zipRight(promised, DateTime.now),
        Effect.zipRight(Effect.sleep("1 milli"), DateTime.now)
      )
      assert.strictEqual(DateTime.formatIso(yield* VirtualTime.run(now, begin)), "2026-07-15T12:00:00.000Z")
    })
  )

  it.live("ends with the program's failure, and with a defect where the program waits for ever", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.flip(VirtualTime.run(Effect.fail("no"), begin)), "no")
      const exit = yield* Effect.exit(VirtualTime.run(Effect.never, begin))
      assert.include(String(exit), "waits for what never comes")
    })
  )
})
