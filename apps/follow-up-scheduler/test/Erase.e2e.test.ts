import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as CommandLine from "./CommandLine.ts"
import * as Process from "./Process.ts"

const policy =
  "name: nudge\nversion: 1\neffective_from: all\nsteps:\n  - after: 1 hour\n    action: schedule_follow_up\n"

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Silence" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

const often = Schedule.spaced("50 millis")

/** So many chats are on record. */
const areOnRecord = (chats: number) =>
  Effect.map(
    CommandLine.run(["status", "--json"]),
    ({ stdout }) => stdout !== "" && JSON.parse(stdout).chats === chats
  ).pipe(Effect.repeat({ until: (yes) => yes, schedule: Schedule.spaced("500 millis") }))

const arrive = (name: string) =>
  Effect.gen(function* () {
    const { world } = yield* Emulator.Emulator
    const contact = yield* world.addContact({ name, country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
    return { contact, chat }
  })

it.live("erase forgets a contact beside a scheduler that is running, and leaves nothing of them in the file", () =>
  Effect.gen(function* () {
    const { apiKey, log, url } = yield* Emulator.Emulator
    const files = yield* FileSystem.FileSystem
    const { chat, contact } = yield* arrive("Zoë")
    const other = yield* arrive("Ada")
    const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
    const lists = { "ids.txt": `${chat.id}\n${other.chat.id}\n`, "policy.yaml": policy }
    yield* CommandLine.inFolder(
      lists,
      Effect.gen(function* () {
        const cwd = process.cwd()
        const serving = yield* Process.start(
          ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "200 millis"],
          { cwd, env }
        )
        yield* areOnRecord(2)

        const erased = yield* CommandLine.run(["erase", contact.id])
        expect(erased).toMatchObject({ code: 0, stderr: "" })
        expect(erased.stdout).toContain("The ids of 1 chat on record were replaced by proofs")
        const again = yield* CommandLine.run(["erase", "--json", contact.id])
        expect(JSON.parse(again.stdout)).toEqual({ chats: expect.any(Number), left: expect.any(Number) })
        // The scheduler goes on with the other chat.
        const requests = Effect.map(log.entries, (entries) => entries.filter(({ kind }) => kind === "request").length)
        const before = yield* requests
        yield* Effect.repeat(requests, { until: (count) => count >= before + 3, schedule: often })
        serving.process.kill("SIGTERM")
        yield* serving.ended

        expect((yield* CommandLine.run(["explain", chat.id])).stdout).toContain("looked: ")
        for (const name of yield* files.readDirectory(".")) {
          if (!name.startsWith("follow-ups")) continue
          const bytes = Buffer.from(yield* files.readFile(name)).toString("latin1")
          expect(bytes).not.toContain(chat.id)
          expect(bytes).not.toContain(contact.id)
        }
        const later = yield* Process.run(["run", "--policy", "policy.yaml", "--chats", "ids.txt"], { cwd, env })
        expect(later.stdout).toContain(`${chat.id}  no follow-up: the contact was erased`)
      }).pipe(Effect.scoped)
    )
  }).pipe(Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)

it.live(
  "erase leaves nothing of a contact in any file of the ledger, its log included, while an idle scheduler has them open",
  () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      const files = yield* FileSystem.FileSystem
      const { chat, contact } = yield* arrive("Zoë")
      const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
      yield* CommandLine.inFolder(
        { "ids.txt": chat.id, "policy.yaml": policy },
        Effect.gen(function* () {
          const cwd = process.cwd()
          yield* Process.start(["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 hour"], {
            cwd,
            env
          })
          yield* areOnRecord(1)
          const held = Effect.gen(function* () {
            const names = (yield* files.readDirectory(".")).filter((name) => name.startsWith("follow-ups"))
            expect(names).toContain("follow-ups.db-wal")
            return Buffer.concat(yield* Effect.forEach(names, (name) => files.readFile(name))).toString("latin1")
          })
          expect(yield* held).toContain(chat.id)
          expect(yield* Process.run(["erase", contact.id], { cwd, env })).toMatchObject({ code: 0, stderr: "" })
          const after = yield* held
          expect(after).not.toContain(chat.id)
          expect(after).not.toContain(contact.id)
        }).pipe(Effect.scoped)
      )
    }).pipe(Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)
