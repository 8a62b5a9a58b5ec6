/** What becomes of `serve` when its file is found by another name, removed or replaced. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as CommandLine from "./CommandLine.ts"
import * as Process from "./Process.ts"

/** The clock of the emulator is the machine's. The second step is due long after the test. */
const policy = `name: patient
version: 1
effective_from: all
arm_lead: 2 seconds
confirm_after: 1 second
time_zone: UTC
steps:
  - { after: 1 second, action: schedule_follow_up }
  - { after: 1 hour, action: schedule_follow_up }
`

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Text", text: "Hello!" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

/** A `serve` in a process of its own that has sent one follow-up, and the one chat that it watches. */
const serving = Effect.gen(function* () {
  const { apiKey, log, url, world } = yield* Emulator.Emulator
  const files = yield* FileSystem.FileSystem
  const cwd = process.cwd()
  const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
  const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Is anybody there?" })
  yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
  const env = {
    INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
    INVENT_BASE_URL: url,
    FOLLOW_UPS_SWEEP_EVERY: "500 millis"
  }
  const serve = (db: string) => [
    "serve",
    "--policy",
    "policy.yaml",
    "--chats",
    "ids.txt",
    "--every",
    "1 second",
    "--db",
    db
  ]
  const running = yield* Process.start(serve("a.db"), { cwd, env })
  yield* running.says("a follow-up went out")
  const followUps = Effect.map(
    log.entries,
    (entries) => entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length
  )
  /** Another command, in the process of the test: it is refused before it sends a request, or sends none. */
  const beside = (args: ReadonlyArray<string>) => CommandLine.run(args, { env })
  return { beside, files, followUps, at: (name: string) => `${cwd}/${name}`, running, serve }
})

type Serving = Effect.Effect.Success<typeof serving>

const story = <E>(name: string, test: (serving: Serving) => Effect.Effect<void, E, Emulator.Emulator>) =>
  it.live(name, () =>
    CommandLine.inFolder({ "policy.yaml": policy }, Effect.scoped(Effect.flatMap(serving, test))).pipe(
      Effect.provide(Layer.merge(emulator, NodeContext.layer))
    )
  )

describe("while serve runs on a file", () => {
  story("no other command takes a link to it for another ledger", ({ at, beside, files, running, serve }) =>
    Effect.gen(function* () {
      yield* files.symlink(at("a.db"), at("soft.db"))
      yield* files.link(at("a.db"), at("hard.db"))
      for (const db of ["soft.db", "hard.db"]) {
        const stderr = `database ${db}: another scheduler is running on it; stop that one or use another --db\n`
        expect(yield* beside(serve(db))).toMatchObject({ code: 2, stderr })
      }
      const elsewhere = "database hard.db: a scheduler has it open under another name; give --db that name\n"
      expect(yield* beside(["pause", "--db", "hard.db"])).toMatchObject({ code: 2, stderr: elsewhere })
      expect(yield* beside(["erase", "--db", "hard.db", "contact_1"])).toMatchObject({ code: 2, stderr: elsewhere })
      expect(yield* beside(["pause", "--db", "soft.db"])).toMatchObject({ code: 0 })
      running.process.kill("SIGTERM")
      expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
    })
  )

  story("no second serve begins where the file of the lock was removed", ({ at, beside, files, running, serve }) =>
    Effect.gen(function* () {
      yield* files.remove(at("a.db.lock"))
      const second = yield* beside(serve("a.db"))
      expect(second).toMatchObject({
        code: 2,
        stderr: "database a.db: another scheduler is running on it; stop that one or use another --db\n"
      })
      running.process.kill("SIGTERM")
      expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
    })
  )

  const ways: Readonly<Record<string, (serving: Serving) => Effect.Effect<unknown, unknown>>> = {
    removed: ({ at, files }) =>
      Effect.forEach(["a.db", "a.db-wal", "a.db-shm"], (name) => files.remove(at(name), { force: true })),
    replaced: ({ at, files }) =>
      Effect.zipRight(files.copyFile(at("a.db"), at("copy.db")), files.rename(at("copy.db"), at("a.db")))
  }

  const overwritten = "the file was overwritten, or another scheduler took it over, while this one ran on it"
  const losses: Readonly<Record<string, readonly [string, (serving: Serving) => Effect.Effect<unknown, unknown>]>> = {
    "a backup of it, written over it": [
      overwritten,
      ({ at, beside, files }) =>
        Effect.gen(function* () {
          expect(yield* beside(["backup", "--db", "a.db", "copy.db"])).toMatchObject({ code: 0 })
          yield* files.writeFile(at("a.db"), yield* files.readFile(at("copy.db")))
        })
    ],
    "cut off": [overwritten, ({ at, files }) => files.truncate(at("a.db"), 0)],
    "without its log": [
      "its log (-wal, -shm) was removed or replaced while this scheduler ran on it",
      ({ at, files }) => Effect.zipRight(files.remove(at("a.db-wal")), files.remove(at("a.db-shm")))
    ],
    "without the index of its log": [
      "its log (-wal, -shm) was removed or replaced while this scheduler ran on it",
      ({ at, files }) => files.remove(at("a.db-shm"))
    ]
  }
  for (const [what, [reason, happens]] of Object.entries(losses)) {
    story(`it ends with 3 when that is ${what}, and has sent nothing more`, (serving) =>
      Effect.gen(function* () {
        const { followUps, running } = serving
        yield* happens(serving)
        const { code, stderr } = yield* running.ended
        expect(stderr).toContain(`database a.db: ${reason}; nothing more was sent`)
        expect(code).toBe(3)
        expect(yield* followUps).toBe(1)
      })
    )
  }

  for (const [what, happens] of Object.entries(ways)) {
    story(`it ends with 3 and a line of its own when that is ${what}, and has sent nothing more`, (serving) =>
      Effect.gen(function* () {
        const { beside, followUps, running, serve } = serving
        yield* happens(serving)
        const stderr = `database a.db: the file was ${what} while this scheduler ran on it; nothing more was sent\n`
        expect(yield* running.ended).toMatchObject({ code: 3, stderr })
        expect(yield* followUps).toBe(1)
        if (what !== "removed") return
        const again = yield* beside(serve("a.db"))
        expect(again.code).toBe(2)
        expect(again.stderr).toContain("database a.db: is gone or empty, though a scheduler has run on it")
        expect(yield* followUps).toBe(1)
      })
    )
  }
})
