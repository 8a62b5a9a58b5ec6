import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Process from "./Process.ts"

const policy = "name: nudge\nversion: 1\nsteps:\n  - after: 1 hour\n    action: schedule_follow_up\n"

const emulator = Emulator.layerServer({ script: () => ({ _tag: "Silence" }), replyDelay: Duration.millis(50), runDelay: Duration.millis(50) })

it.live("erase forgets a contact beside a scheduler that is running, and leaves nothing of them in the file", () =>
  Effect.gen(function* () {
    const { apiKey, url, world } = yield* Emulator.Emulator
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
    const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
    yield* files.writeFileString(`${cwd}/ids.txt`, `${chat.id}\n`)
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy)

    const serving = yield* Process.start(["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "200 millis"], { cwd, env })
    const status = Effect.map(Process.run(["status", "--json"], { cwd }), ({ stdout }) => (stdout === "" ? 0 : Number(JSON.parse(stdout).chats)))
    yield* Effect.repeat(status, { until: (chats) => chats === 1, schedule: Schedule.spaced("200 millis") })

    const erased = yield* Process.run(["erase", contact.id], { cwd })
    expect(erased).toMatchObject({ code: 0, stderr: "" })
    expect(erased.stdout).toContain("1 chats on record have no names any more")
    const again = yield* Process.run(["erase", "--json", contact.id], { cwd })
    expect(JSON.parse(again.stdout)).toEqual({ chats: expect.any(Number), left: expect.any(Number) })
    yield* Effect.sleep("1 second")
    serving.process.kill("SIGTERM")
    yield* serving.ended

    expect((yield* Process.run(["explain", chat.id], { cwd })).stdout).toContain("looked: ")
    for (const name of yield* files.readDirectory(cwd)) {
      if (!name.startsWith("follow-ups")) continue
      const bytes = Buffer.from(yield* files.readFile(`${cwd}/${name}`)).toString("latin1")
      expect(bytes).not.toContain(chat.id)
      expect(bytes).not.toContain(contact.id)
    }
    const later = yield* Process.run(["run", "--policy", "policy.yaml", "--chats", "ids.txt"], { cwd, env })
    expect(later.stdout).toContain(`${chat.id}  no follow-up: the contact was erased`)
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)
