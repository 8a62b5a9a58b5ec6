import * as Checker from "@effect-invent/emulator/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import type { Boundary } from "../src/Checkpoint.ts"
import { Ledger, layerReadOnly, type Tally } from "../src/Ledger.ts"
import * as Sqlite from "../src/Database/Sqlite.ts"
import * as Crowd from "./Crowd.ts"
import * as Process from "./Process.ts"
import * as Proxy from "./Proxy.ts"

/** `pnpm test:crash` asks for more, in several worlds at a time: a scheduler, its customers and their Invent in each. */
const kills = Effect.runSync(Config.withDefault(Config.integer("CRASH_KILLS"), 8))
const worlds = Effect.runSync(Config.withDefault(Config.integer("CRASH_WORLDS"), 1))
const killsEach = Math.ceil(kills / worlds)
const people = Math.max(24, 2 * killsEach)
/** Somebody is in the middle of the cadence at every death. */
const arrivalEvery = Duration.millis(killsEach > 8 ? 3000 : 500)

const boundaries: ReadonlyArray<Boundary> = ["before intent", "after intent", "before request", "after request", "before record", "after record"]
/** Where a life ends: at a boundary, when its update was applied and before it heard of it, or at any moment. */
const ends = [...boundaries, "before response", "any moment"] as const
type End = (typeof ends)[number]

/** A scheduler that never lives long may be as late as its deaths take; what it must not do is forget. */
const grace = Duration.times("10 seconds", killsEach)

const weather: Proxy.Weather = { faultEvery: 25, stormEvery: 6_000, stormFor: 700 }
const atLatest = Duration.seconds(12)

const args = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "500 millis"]

const counts = (deaths: ReadonlyArray<string>) =>
  Object.entries(Arr.groupBy(deaths, (end) => end)).map(([end, { length }]) => `${length} ${end}`).join(", ")

const sentOf = (tally: ReadonlyArray<Tally>) => tally.reduce((sum, { chats, sent }) => sum + chats * sent, 0)

/** One life, from its start to its end by SIGKILL; true if it came to the end that was meant for it. */
const live = (proxy: Proxy.Proxy, cwd: string, env: Record<string, string>, end: End) =>
  Effect.gen(function* () {
    const nth = yield* Random.nextIntBetween(1, 4)
    const clock = (yield* Random.nextIntBetween(0, 3)) === 0 ? { CLOCK_STEP: "3000" } : {}
    const running = yield* Process.start(args, { cwd, isMortal: true, env: { ...env, ...clock, MORTAL_AT: end, MORTAL_NTH: String(nth) } })
    if (end === "before response") proxy.onApplied(() => running.process.kill("SIGKILL"))
    const patience = end === "any moment" ? Duration.millis(yield* Random.nextIntBetween(900, 3000)) : atLatest
    const isOver = yield* Effect.timeoutOption(running.ended, patience)
    running.process.kill("SIGKILL")
    const { code, stderr } = yield* running.ended
    expect({ code, stderr }, "it was alive until it was killed").toEqual({ code: null, stderr: "" })
    return isOver._tag === "Some" || end === "any moment"
  }).pipe(Effect.scoped)

const world = (name: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { apiKey, log, url } = yield* Emulator.Emulator
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, Crowd.policy)
    const runtime = yield* Effect.runtime()
    const random = Random.make(`weather of ${name}`)
    const proxy = yield* Proxy.make(url, weather, () => Runtime.runSync(runtime)(random.next))
    const crowd = yield* Crowd.make(people, `${cwd}/ids.txt`, arrivalEvery)
    const env = {
      INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
      INVENT_BASE_URL: proxy.url,
      INVENT_RATE_WINDOW: "1 second"
    }

    const deaths: Array<string> = []
    for (let count = 0; count < killsEach; count++) {
      const end = ends[count % ends.length] ?? "any moment"
      deaths.push((yield* live(proxy, cwd, env, end)) ? end : "any moment")
    }
    const ledger = Layer.provide(layerReadOnly, Sqlite.layerReadOnly(`${cwd}/follow-ups.db`))
    const tally = Effect.provide(Effect.flatMap(Ledger, (ledger) => ledger.tally), ledger)
    yield* Effect.scoped(Effect.zipRight(Process.start(args, { cwd, env }), crowd.settled(Effect.map(tally, sentOf))))

    const entries = yield* log.entries
    const verdict = Checker.check(yield* Checker.readLog(Log.toJsonLines(entries)), yield* Checker.readPolicy(Crowd.policy), { grace })
    const rows = yield* tally
    console.log(`${name}, ${deaths.length} kills; ${counts(deaths)}; ${Object.entries(proxy.done).map(([fault, times]) => `${times} ${fault}`).join(", ")}\n${Checker.render(verdict)}`)
    expect(yield* Effect.provide(crowd.wrongs(verdict, entries), ledger)).toEqual(Crowd.nothing)
    expect(rows.reduce((sum, { chats }) => sum + chats, 0), "every chat has a reason").toBe(people)
    return { deaths, followUps: verdict.followUps, gaps: Crowd.races(entries).map(({ gap }) => gap) }
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(Crowd.surroundings)), Effect.withRandom(Random.make(name)))

describe("a scheduler that is killed with -9 again and again, over a network that fails, under a clock that steps", () => {
  it.live(
    "goes on from its database: the checker finds nothing sent twice, nothing lost, nothing after a reply",
    () =>
      Effect.gen(function* () {
        const names = Arr.makeBy(worlds, (index) => `world ${index + 1}`)
        const ended = yield* Effect.forEach(names, world, { concurrency: "unbounded" })
        const deaths = ended.flatMap(({ deaths }) => deaths)
        console.log(
          `${deaths.length} kills: ${counts(deaths)}\nfollow-ups: ${ended.reduce((sum, { followUps }) => sum + followUps, 0)}\n` +
            `reply races: ${JSON.stringify(Checker.summarize(ended.flatMap(({ gaps }) => gaps)))}`
        )
        expect(deaths.length).toBeGreaterThanOrEqual(kills)
      }),
    120_000 + killsEach * 15_000
  )
})
