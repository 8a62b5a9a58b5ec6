/** `serve --log-format json`, read by a program: each line of its output is one object of the same form. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as CommandLine from "./CommandLine.ts"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as Process from "./Process.ts"

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Text", text: "Hello!" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

const token = "t0ken-of-the-operator"

it.live("every line of serve, from its start to its end, is one JSON object without a secret", () =>
  Effect.gen(function* () {
    const { apiKey, url, world } = yield* Emulator.Emulator
    const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Is anybody there?" })
    const env = {
      INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
      INVENT_BASE_URL: url,
      FOLLOW_UPS_TOKEN: token,
      FOLLOW_UPS_LOG_FORMAT: "json"
    }
    yield* CommandLine.inFolder(
      { "ids.txt": chat.id, "policy.yaml": CustomerLoad.policy },
      Effect.gen(function* () {
        const args = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second"]
        const cwd = process.cwd()
        const serving = yield* Process.start([...args, "--ui", "--health-port", "0"], { cwd, env })
        yield* serving.says("a follow-up went out")
        serving.process.kill("SIGTERM")
        const { code, stderr, stdout } = yield* serving.ended
        expect({ code, stderr }).toEqual({ code: 143, stderr: "" })
        const entries: ReadonlyArray<{ readonly message: string; readonly fields: object }> = stdout
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
        for (const entry of entries) expect(Object.keys(entry)).toEqual(["timestamp", "level", "message", "fields"])
        const messages = entries.map(({ message }) => message).join("\n")
        for (const text of ["The operator page is at", "Health is served at", "following up", "stopping"])
          expect(messages).toContain(text)
        expect(entries).toContainEqual(
          expect.objectContaining({
            level: "INFO",
            message: "a follow-up went out",
            fields: expect.objectContaining({ chat: chat.id, policy: "hurried@1", step: 1 })
          })
        )
        for (const secret of [env.INVENT_API_KEY, token]) expect(stdout).not.toContain(secret)

        const quiet = yield* Process.start([...args, "--log-level", "none", "--ui"], {
          cwd,
          env: { ...env, FOLLOW_UPS_LOG_FORMAT: "logfmt" }
        })
        yield* quiet.says("The operator page is at")
        quiet.process.kill("SIGTERM")
        expect((yield* quiet.ended).stdout).toMatch(/^The operator page is at \S+\n$/)
      }).pipe(Effect.scoped)
    )
  }).pipe(Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)
