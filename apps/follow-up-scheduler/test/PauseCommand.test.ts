import * as Emulator from "@effect-invent/emulator/Emulator"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as CommandLine from "./CommandLine.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const pass = ["--policy", policy, "--chats", "ids.txt"]

/** A test in a folder with a list of chats, over an emulator. */
const test = <E, R>(use: (online: CommandLine.Surroundings) => Effect.Effect<void, E, R | Emulator.Emulator>) =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* Emulator.Emulator
    const http = yield* HttpClient.HttpClient
    const online = { http, env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url } }
    yield* CommandLine.inFolder({ "ids.txt": "chat_nobody\n" }, use(online))
  }).pipe(Effect.provide(Emulator.layer()))

const requests = Effect.flatMap(Emulator.Emulator, ({ log }) => log.entries)

describe("pause and resume on the command line", () => {
  it.live("hold a pass back and let the next one go, and say so", () =>
    test((online) =>
      Effect.gen(function* () {
        const early = yield* CommandLine.run(["pause"])
        expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining("the first run creates it") })
        yield* CommandLine.run(["run", ...pass], online)
        const before = (yield* requests).length
        expect(yield* CommandLine.run(["pause"])).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused") })
        const since = JSON.parse((yield* CommandLine.run(["pause", "--json"])).stdout)
        expect(since).toEqual({ paused_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) })
        const told = JSON.parse((yield* CommandLine.run(["run", ...pass, "--json"], online)).stdout)
        expect(told).toMatchObject({ ...since, chats: [], carried: 0 })
        const held = yield* CommandLine.run(["run", ...pass], online)
        expect(held).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
        const inbox = yield* CommandLine.run(["run", "--policy", policy, "--inbox"], online)
        expect(inbox).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
        expect((yield* requests).length).toBe(before)
        expect(yield* CommandLine.run(["resume"])).toMatchObject({ code: 0, stdout: expect.stringContaining("Resumed") })
        expect(JSON.parse((yield* CommandLine.run(["resume", "--json"])).stdout)).toEqual({ paused_since: null })
        yield* CommandLine.run(["run", ...pass], online)
        expect((yield* requests).length).toBeGreaterThan(before)
      })
    )
  )

  it.live("do not listen for other machines without a token: one line, exit code 2, no request", () =>
    test((online) =>
      Effect.gen(function* () {
        const { code, stderr } = yield* CommandLine.run(["serve", ...pass, "--ui-port", "0", "--ui-host", "0.0.0.0"], online)
        expect(stderr.trim()).toBe("operator page on 0.0.0.0:0: other machines reach it; set FOLLOW_UPS_TOKEN to a secret of at least 16 characters")
        expect(code).toBe(2)
        expect(yield* requests).toEqual([])
      })
    )
  )
})
