import * as Checker from "@effect-invent/follow-up-checker/Checker"
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type { Boundary } from "../src/Ledger/CrashPoint.ts"
import { Ledger, layerReadOnly } from "../src/Ledger.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as BehindProxy from "./CustomerLoad/BehindProxy.ts"
import * as Process from "./Process.ts"
import * as Proxy from "./Proxy.ts"

/**
 * `pnpm test:crash` runs more, in several worlds at a time: a scheduler, its customers and their Invent in each.
 */
const kills = Effect.runSync(Config.withDefault(Config.integer("CRASH_KILLS"), 8))
const worlds = Effect.runSync(Config.withDefault(Config.integer("CRASH_WORLDS"), 1))
const killsEach = Math.ceil(kills / worlds)
/** How many come before each life, so that there is something to do in it. */
const arrivals = 3
const people = Math.max(24, arrivals * killsEach)

const boundaries: ReadonlyArray<Boundary> = [
  "before intent",
  "after intent",
  "before request",
  "after request",
  "before record",
  "after record"
]
/** Where a life ends: at a boundary, between an update and its response, or at any moment. */
const ends = [...boundaries, "before response", "any moment"] as const
type End = (typeof ends)[number]

const faultRates: Proxy.FaultRates = { faultEvery: 25, stormEvery: 6_000, stormFor: 700 }

const args = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second"]

const counts = (deaths: ReadonlyArray<string>) =>
  Object.entries(Arr.groupBy(deaths, (end) => end))
    .map(([end, { length }]) => `${length} ${end}`)
    .join(", ")

/** A random moment: a few milliseconds after one of the first requests. */
const atAnyMoment = (proxy: Proxy.Proxy, kill: () => void) =>
  Effect.gen(function* () {
    const [requests, millis] = [yield* Random.nextIntBetween(1, 60), yield* Random.nextIntBetween(0, 20)]
    proxy.onRequest(requests, () => void setTimeout(kill, millis))
  })

/**
 * One life, from its start to its end by SIGKILL; where nothing is left that could bring it to the end that was meant,
 * at once.
 */
const live = <E, R>(
  proxy: Proxy.Proxy,
  cwd: string,
  env: Record<string, string>,
  end: End,
  settled: Effect.Effect<unknown, E, R>
) =>
  Effect.gen(function* () {
    const nth = yield* Random.nextIntBetween(1, 4)
    const clock = (yield* Random.nextIntBetween(0, 3)) === 0 ? { CLOCK_STEP: "3000" } : {}
    const running = yield* Process.start(args, {
      cwd,
      canCrash: true,
      env: { ...env, ...clock, CRASH_AT: end, CRASH_NTH: String(nth) }
    })
    const kill = () => void running.process.kill("SIGKILL")
    if (end === "before response") proxy.onApplied(kill)
    if (end === "any moment") yield* atAnyMoment(proxy, kill)
    const isReached = yield* Effect.raceFirst(Effect.as(running.ended, true), Effect.as(settled, false))
    kill()
    const { code, stderr } = yield* running.ended
    expect({ code, stderr }, "it was alive until it was killed").toEqual({ code: null, stderr: "" })
    return isReached
  }).pipe(Effect.scoped)

const world = (name: string) =>
  Effect.gen(function* () {
    const { load, cwd, env, proxy } = yield* BehindProxy.make(name, faultRates, people)
    const ledger = Layer.provide(layerReadOnly, Sqlite.layerReadOnly(`${cwd}/follow-ups.db`))

    const deaths: Array<string> = []
    for (let count = 0; count < killsEach; count++) {
      const end = ends[count % ends.length] ?? "any moment"
      yield* load.arrive(arrivals)
      deaths.push((yield* live(proxy, cwd, env, end, load.settled(ledger))) ? end : "any moment")
    }
    yield* load.arrive(people)
    yield* Effect.scoped(Effect.zipRight(Process.start(args, { cwd, env }), load.settledAtLast(ledger)))

    const { races, verdict, wrongs } = yield* Effect.provide(load.judged, ledger)
    console.log(
      `seed "${name}": ${deaths.length} kills; ${counts(deaths)}; ${Object.entries(proxy.done)
        .map(([fault, times]) => `${times} ${fault}`)
        .join(", ")}`
    )
    expect(wrongs).toEqual(CustomerLoad.nothing)
    const rows = yield* Effect.provide(
      Effect.flatMap(Ledger, (ledger) => ledger.tally),
      ledger
    )
    expect(
      rows.reduce((sum, { chats }) => sum + chats, 0),
      "every chat has a reason"
    ).toBe(people)
    return { deaths, followUps: verdict.followUps, gaps: races.map(({ gap }) => gap) }
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(CustomerLoad.surroundings)), Effect.withRandom(Random.make(name)))

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
    120_000 + killsEach * 60_000
  )
})
