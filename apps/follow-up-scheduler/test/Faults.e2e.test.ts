/**
 * A scheduler in a world that fails it again and again, in an order drawn by a seed, judged from outside: by the
 * checker, over the log of the service. Nothing is sent twice, nothing after a reply or a stop that is no race, nothing
 * is lost, every chat has a reason.
 *
 * Not covered: two schedulers with a ledger each that send the words of the policy within the seconds between look and
 * message, since the step here is one that the service takes once, whichever scheduler sets it. See the decisions 0011
 * and 0016.
 */
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import { Ledger, layerReadOnly } from "../src/Ledger.ts"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as BehindProxy from "./CustomerLoad/BehindProxy.ts"
import type { Disruptions, Down, Interval } from "./CustomerLoad/Races.ts"
import * as DatabaseOutage from "./DatabaseOutage.ts"
import * as Kinds from "./Faults/Kinds.ts"
import * as OnPostgres from "./Faults/OnPostgres.ts"
import * as OnSqlite from "./Faults/OnSqlite.ts"
import * as Scheduler from "./Faults/Scheduler.ts"
import * as WorldClock from "./Faults/WorldClock.ts"
import * as SharedPostgres from "./Postgres.ts"
import * as Proxy from "./Proxy.ts"
import * as Volume from "./Volume.ts"

const setting = <A>(config: Config.Config<A>, byDefault: A) => Effect.runSync(Config.withDefault(config, byDefault))
/** `pnpm test:faults` runs more, in worlds of so many faults. */
const faultsEach = setting(Config.integer("FAULTS_EACH"), 50)
const seed = setting(Config.string("FAULTS_SEED"), "1")
const worldsAtATime = setting(Config.integer("FAULTS_WORLDS"), 1)
const faultsOn = {
  SQLite: setting(Config.integer("FAULTS"), 10),
  PostgreSQL: setting(Config.integer("FAULTS_POSTGRES"), 3)
}

/** A folder in which Node 22 and later keep what they have compiled: a start takes half the processor time then. */
const compileCache = setting<Record<string, string>>(
  Config.map(Config.string("NODE_COMPILE_CACHE"), (NODE_COMPILE_CACHE) => ({ NODE_COMPILE_CACHE })),
  {}
)
/** How many come before each fault. */
const arrivals = 2
/** How long the next requests are waited for: where all is quiet, a fault comes into that. */
const quiet = "1 second"
const faultRates: Proxy.FaultRates = { faultEvery: 50, stormEvery: 20_000, stormFor: 700 }
const serve = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second", "--confirm", "1000000"]

/** Whether a volume can be mounted. */
const mounted = Volume.make(1)
mounted.remove()

/** Says which step a test that is interrupted was at, since a fault waits for what may never come. */
const saying = <A, E, R>(what: string, step: Effect.Effect<A, E, R>) =>
  Effect.onInterrupt(step, () => Effect.sync(() => console.log(`interrupted at: ${what}`)))

/** What all worlds have: customers, a service, and a network that fails between it and the schedulers. */
const surroundings = (name: string, faults: number, disruptions: Disruptions) =>
  Effect.gen(function* () {
    const people = arrivals * faults + 8
    const behind = yield* BehindProxy.make(name, faultRates, people, disruptions)
    const { proxy } = behind
    const env = { ...behind.env, ...compileCache, RUNNER_LOCK_EXPIRATION: Kinds.lockExpiration }
    const soon = Effect.gen(function* () {
      const [requests, millis] = [yield* Random.nextIntBetween(1, 15), yield* Random.nextIntBetween(0, 20)]
      const comes = Effect.async<void>((resume) =>
        proxy.onRequest(requests, () => void setTimeout(() => resume(Effect.void), millis))
      )
      yield* Effect.raceFirst(comes, Effect.sleep(quiet))
    })
    return { ...behind, env, people, soon }
  })

type Surroundings = Effect.Effect.Success<ReturnType<typeof surroundings>>

/** Lets all of them come to their end, and judges it. */
const judged = <E, R>(
  name: string,
  names: ReadonlyArray<string>,
  { load, people, proxy }: Surroundings,
  ledger: Layer.Layer<Ledger, E, R>
) =>
  Effect.gen(function* () {
    yield* load.arrive(people)
    yield* load.settledAtLast(ledger)
    const { races, verdict, wrongs } = yield* Effect.provide(load.judged, ledger)
    const networkFaults = Object.entries(proxy.done)
      .map(([what, times]) => `${times} ${what}`)
      .join(", ")
    console.log(`seed "${name}": ${names.length} faults: ${Kinds.counts(names)}\n${networkFaults}`)
    expect(wrongs).toEqual(CustomerLoad.nothing)
    const rows = yield* Effect.provide(
      Effect.flatMap(Ledger, (ledger) => ledger.tally),
      ledger
    )
    expect(
      rows.reduce((sum, { chats }) => sum + chats, 0),
      "every chat has a reason"
    ).toBe(people)
    const [gaps, fastGaps] = Arr.partitionMap(races, ({ gap, isFast }) =>
      isFast ? Either.right(gap) : Either.left(gap)
    )
    return { names, followUps: verdict.followUps, gaps, fastGaps }
  })

/**
 * Whether no follow-up waits for a time within the next two hours: neither what a clock that was ahead has set, nor the
 * end of a chat's mute. What is due within a minute comes by itself.
 */
const nothingIsNear = Effect.gen(function* () {
  const { pending } = yield* Ledger
  const sql = yield* SqlClient.SqlClient
  const within = Effect.all([pending(Duration.hours(2)), pending(Duration.minutes(1))])
  // One that is planned between the two counts would stand for another one that is near.
  return yield* Effect.map(sql.withTransaction(within), ([hours, minute]) => hours === minute)
})

const onSqlite = (name: string, count: number) => {
  const clock = WorldClock.make()
  return Effect.gen(function* () {
    const down: Array<Down> = []
    const fast: Array<Interval> = []
    const disruptions = { schedulers: 2, down, fast, isLedgerWhole: true }
    const around = yield* surroundings(name, count, disruptions)
    const { load, cwd, env, soon } = around
    const { folder: volume } = yield* Effect.acquireRelease(
      Effect.sync(() => Volume.make(24)),
      ({ remove }) => Effect.sync(remove)
    )
    const [db, backup, clockFile] = [`${volume}/follow-ups.db`, `${cwd}/backup.db`, `${cwd}/clock`]
    const processClock = WorldClock.forProcess(clockFile, clock)
    const options = { cwd, env, clockFile }
    const scheduler = yield* Scheduler.make([...serve, "--db", db], options, down, clock.now)
    const context = yield* Effect.context<Effect.Effect.Context<ReturnType<typeof load.arrive>>>()
    const world: OnSqlite.World = {
      scheduler,
      db,
      volume,
      serve: (other) => [...serve, "--db", other],
      options,
      soon,
      oneArrives: Effect.provide(load.arrive(1), context),
      clock,
      processClock,
      backup: () => backup,
      fast,
      loseSightOfLedger: () => void (disruptions.isLedgerWhole = false)
    }
    const faults = yield* Kinds.sequence(
      mounted.requirement.isMet ? [...OnSqlite.kinds, OnSqlite.diskFull] : OnSqlite.kinds,
      count
    )
    const copies = OnSqlite.copies(faults)
    const happening = Effect.gen(function* () {
      yield* load.arrive(1)
      yield* scheduler.start
      for (const [index, fault] of faults.entries()) {
        const at = `fault ${index + 1}, ${fault.name}`
        if (copies.has(index)) yield* saying(`the copy before ${at}`, OnSqlite.copy(db, backup, options))
        yield* saying(`arrivals before ${at}`, load.arrive(arrivals))
        yield* saying(`requests before ${at}`, soon)
        yield* saying(at, fault.happens(world))
      }
      const ledger = Layer.provideMerge(layerReadOnly, Sqlite.layerReadOnly(db))
      yield* Effect.repeat(OnSqlite.isSuspended(world), { until: () => Effect.provide(nothingIsNear, ledger) })
      return yield* judged(
        name,
        faults.map((fault) => fault.name),
        around,
        ledger
      )
    })
    return yield* Effect.raceFirst(happening, scheduler.endsByItself)
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.fresh(CustomerLoad.surroundings)),
    Effect.withRandom(Random.make(name)),
    Effect.withClock(clock.clock)
  )
}

const onPostgres = (name: string, count: number) => {
  const clock = WorldClock.make()
  return Effect.gen(function* () {
    const down: Array<Down> = []
    const around = yield* surroundings(name, count, { schedulers: 2, down, fast: [], isLedgerWhole: true })
    const { load, cwd, env, soon } = around
    const DATABASE_URL = yield* Effect.flatMap(SharedPostgres.forSuite(), ({ database }) => database)
    const schedulers = yield* Effect.forEach([1, 2], () =>
      Effect.flatMap(SharedPostgres.freePort, (port) =>
        Scheduler.make(
          serve,
          { cwd, env: { ...env, DATABASE_URL: Redacted.value(DATABASE_URL), RUNNER_PORT: String(port) } },
          down,
          clock.now
        )
      )
    )
    const database = DatabaseOutage.make(DATABASE_URL)
    const faults = yield* Kinds.sequence(OnPostgres.kinds, count)
    const happening = Effect.gen(function* () {
      yield* load.arrive(1)
      yield* Effect.forEach(schedulers, ({ start }) => start, { discard: true })
      for (const fault of faults) {
        yield* load.arrive(arrivals)
        yield* soon
        const scheduler = (yield* Random.choice(schedulers)) ?? schedulers[0]
        yield* saying(fault.name, fault.happens({ scheduler, schedulers, database }))
      }
      return yield* judged(
        name,
        faults.map((fault) => fault.name),
        around,
        Layer.provide(layerReadOnly, DatabaseOutage.patient(DATABASE_URL))
      )
    })
    return yield* Effect.raceFirst(happening, Effect.raceAll(schedulers.map(({ endsByItself }) => endsByItself)))
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.fresh(CustomerLoad.surroundings)),
    Effect.withRandom(Random.make(name)),
    Effect.withClock(clock.clock)
  )
}

/** Every world has a seed of its own, and is repeated by that alone. */
const soak = (database: "SQLite" | "PostgreSQL", world: typeof onSqlite | typeof onPostgres) => {
  const faults = faultsOn[database]
  const worlds = Math.ceil(faults / faultsEach)
  const names = worlds === 1 ? [seed] : Arr.makeBy(worlds, (index) => `${seed}.${index + 1}`)
  const each = worlds === 1 ? faults : faultsEach
  const variable = database === "SQLite" ? "FAULTS" : "FAULTS_POSTGRES"
  const one = (name: string) =>
    Effect.onError(world(name, each), (cause) =>
      Effect.sync(() =>
        console.log(
          `${Cause.pretty(cause)}\nrepeat it: FAULTS_SEED=${name} ${variable}=${each} npx --yes pnpm@10.34.9 test:faults -t ${database}`
        )
      )
    )
  it.live(
    `on ${database}, it goes on: the checker finds nothing sent twice, nothing after a reply, nothing lost`,
    () =>
      Effect.gen(function* () {
        // One that fails does not keep the others from their end.
        const exits = yield* Effect.forEach(names, (name) => Effect.exit(one(name)), { concurrency: worldsAtATime })
        const ended = yield* Option.getOrElse(Exit.all(exits, { parallel: true }), () => Exit.succeed([]))
        const all = ended.flatMap(({ names }) => names)
        console.log(
          `${database}, seed ${seed}: ${all.length} faults: ${Kinds.counts(all)}\n` +
            `follow-ups: ${ended.reduce((sum, { followUps }) => sum + followUps, 0)}; 0 twice, 0 after a reply or stop, 0 lost, 0 unexplained\n` +
            `reply races: ${JSON.stringify(Checker.summarize(ended.flatMap(({ gaps }) => gaps)))}; ` +
            `by a clock that was ahead: ${JSON.stringify(Checker.summarize(ended.flatMap(({ fastGaps }) => fastGaps)))}`
        )
        expect(all.length).toBeGreaterThanOrEqual(faults)
      }),
    120_000 + faults * 60_000
  )
}

describe.concurrent("a scheduler that faults happen to, one after the other", () => {
  Requirement.describeWith([mounted.requirement], "and whose volume fills up", () => soak("SQLite", onSqlite))
  if (!mounted.requirement.isMet) describe("and whose volume never fills up", () => soak("SQLite", onSqlite))
  Requirement.describeWith([Requirement.postgres], "two of them", () => soak("PostgreSQL", onPostgres))
})
