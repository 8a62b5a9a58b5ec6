/** The database on a volume that has no byte left: a real one, where this machine lets a test mount one. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as MachineTime from "@effect-invent/test-support/MachineTime"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as FileSystem from "@effect/platform/FileSystem"
import { afterAll, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import { layer, Ledger, layerReadOnly } from "../src/Ledger.ts"
import * as CommandLine from "./CommandLine.ts"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as Process from "./Process.ts"
import * as Volume from "./Volume.ts"

const { folder: volume, remove, requirement: aVolume } = Volume.make(16)

afterAll(remove)

/** The second step comes so late that the volume is full by then. */
const secondAfter = Duration.seconds(5)
const policy = CustomerLoad.policy.replace(/1 second, (.*)\n$/, `${Duration.toSeconds(secondAfter)} seconds, $1\n`)

const fill = Volume.fill(volume)
const free = Volume.free(volume)

const full = "database or disk is full"

/** How many times more it has to complain before a follow-up that was to come counts as held back. */
const complaints = 3

Requirement.describeWith([aVolume], "on a volume that is full", () => {
  it.live(
    "a log that has no room left loses lines, and nothing else: the scheduler goes on, and counts them once there is room",
    () =>
      Effect.gen(function* () {
        const { apiKey, log, url, world } = yield* Emulator.Emulator
        const files = yield* FileSystem.FileSystem
        const cwd = yield* files.makeTempDirectoryScoped()
        const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "silent" })
        yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
        yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
        const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
        const logFile = path.join(volume, "serve.log")
        const logged = Effect.sync(() => fs.readFileSync(logFile, "utf8"))
        const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
          Effect.repeat(Effect.delay(isSo, "50 millis"), { until: (yes) => yes })
        const followUps = Effect.map(
          log.entries,
          (entries) => entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length
        )

        const running = yield* Process.start(
          ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second"],
          { cwd, env, log: logFile }
        )
        const wentOut = 'message="a follow-up went out"'
        yield* Effect.raceFirst(
          until(Effect.map(logged, (text) => text.includes(wentOut))),
          Effect.flatMap(running.ended, Effect.die)
        )
        yield* fill
        // The volume counts pages: the one in which the log ends has room left.
        yield* Volume.fillUp(logFile, [1])
        const before = yield* logged
        // The line of the second one has no room.
        yield* Effect.raceFirst(
          until(Effect.map(followUps, (count) => count === 2)),
          Effect.flatMap(running.ended, Effect.die)
        )
        // The line is written when the follow-up is on record, and before the chat is read again.
        const isOver = Effect.map(
          Effect.flatMap(Ledger, ({ tally }) => tally),
          (rows) => rows.some(({ reason }) => reason === "cadence_finished")
        )
        const isRecorded = isOver.pipe(
          Effect.provide(Layer.provide(layerReadOnly, Sqlite.layerReadOnly(`${cwd}/follow-ups.db`)))
        )
        yield* until(isRecorded)
        yield* free
        yield* Effect.raceFirst(
          until(Effect.map(logged, (text) => text.includes("of this log could not be written"))),
          Effect.flatMap(running.ended, Effect.die)
        )
        expect((yield* logged).slice(before.length)).toMatch(
          /level=WARN .*message="[1-9]\d* lines? of this log could not be written: ENOSPC/
        )
        running.process.kill("SIGTERM")
        expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
        expect((yield* logged).split(wentOut)).toHaveLength(2)
        yield* Effect.sync(() => fs.rmSync(logFile))
      }).pipe(Effect.scoped, Effect.provide(CustomerLoad.surroundings))
  )

  it.live("a pause that cannot be recorded beside a reader says so in one line, and the next one is recorded", () =>
    Effect.gen(function* () {
      const db = path.join(volume, "paused.db")
      yield* Effect.scoped(Layer.build(Layer.provide(layer, Sqlite.layer(db))))
      // As long as somebody has it open, its log stays beside it, and SQLite itself rolls back for want of space.
      const reader = Layer.provide(layerReadOnly, Sqlite.layerReadOnly(db))
      yield* Effect.gen(function* () {
        yield* Effect.flatMap(Ledger, ({ paused }) => paused)
        yield* fill
        const pause = CommandLine.run(["pause", "--db", db])
        expect(yield* pause).toMatchObject({ code: 2, stderr: `the database failed: SqliteError: ${full}\n` })
        yield* free
        expect(yield* pause).toMatchObject({ code: 0, stderr: "" })
      }).pipe(Effect.provide(reader))
      yield* Effect.sync(() => fs.rmSync(db))
    }).pipe(Effect.scoped, Effect.provide(CustomerLoad.surroundings))
  )

  it.live(
    "nothing is sent that is not on record, the error reports it, and once there is room everything goes on, once",
    () =>
      Effect.gen(function* () {
        const { apiKey, log, url, world } = yield* Emulator.Emulator
        const files = yield* FileSystem.FileSystem
        const cwd = yield* files.makeTempDirectoryScoped()
        const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "silent" })
        yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
        yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
        const settings = { FOLLOW_UPS_SWEEP_EVERY: "500 millis", FOLLOW_UPS_SWEEP_SLACK: "500 millis" }
        const options = {
          cwd,
          env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url, ...settings }
        }
        const db = path.join(volume, "follow-ups.db")
        const args = ["--policy", "policy.yaml", "--chats", "ids.txt", "--db", db]
        const messages = Effect.map(log.entries, (entries) =>
          entries.flatMap((entry) => (entry.kind === "message" ? [entry] : []))
        )
        const followUps = Effect.map(messages, (messages) => messages.filter(({ cause }) => cause === "follow_up"))
        const changes = Effect.map(
          log.entries,
          (entries) => entries.filter((entry) => entry.kind === "state" && entry.by === "scheduler").length
        )
        const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
          Effect.repeat(Effect.delay(isSo, "50 millis"), { until: (yes) => yes })
        const isDue = Effect.flatMap(Ledger, (ledger) =>
          Effect.map(ledger.pending(Duration.zero), (count) => count > 0)
        ).pipe(Effect.provide(Layer.provide(layerReadOnly, Sqlite.layerReadOnly(db))))
        const machine = yield* MachineTime.make

        yield* until(Effect.map(messages, (messages) => messages.some(({ cause }) => cause === "reply")))
        expect(yield* Process.run(["run", ...args], options)).toMatchObject({ code: 0, stderr: "" })
        yield* until(isDue)
        yield* fill
        const planned = yield* changes
        expect(yield* Process.run(["run", ...args], options)).toMatchObject({
          code: 2,
          stderr: `database ${db}: ${full}\n`
        })
        expect(yield* changes).toBe(planned)
        yield* free

        const running = yield* Process.start(["serve", ...args, "--every", "1 second"], options)
        yield* running.says("a follow-up went out")
        yield* Volume.fillUntil(volume, running.says(full))
        const before = yield* changes
        const [first] = yield* followUps
        const dueAt = (first?.at.epochMillis ?? 0) + Duration.toMillis(secondAfter)
        yield* Effect.sleep(Duration.millis(Math.max(0, dueAt - (yield* Clock.currentTimeMillis))))
        const complained = running.said().split(full).length - 1
        yield* running.says(full, complained + complaints)
        expect(yield* changes).toBe(before)
        yield* free
        yield* running.says("a follow-up went out", 2)
        running.process.kill("SIGTERM")
        expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })

        expect((yield* CustomerLoad.examine(yield* log.entries, machine, policy)).violations).toEqual([])
        expect(yield* followUps).toHaveLength(2)
        expect((yield* Process.run(["status", "--db", db], options)).stdout).toMatch(/2 follow-ups/)
      }).pipe(Effect.scoped, Effect.provide(CustomerLoad.surroundings))
  )
})
