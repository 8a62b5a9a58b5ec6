/** What `pause` and `resume` do to a pass on every database: a suite as a function of the variables that name one. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as HttpClient from "@effect/platform/HttpClient"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as CommandLine from "./CommandLine.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))

/** Looks at the chats of the folder of {@link test}. */
export const pass = ["--policy", policy, "--chats", "ids.txt"]

/** How many requests there were. */
export const requests = Effect.flatMap(Emulator.Emulator, ({ log }) =>
  Effect.map(log.entries, (entries) => entries.length)
)

/** A test in a folder with a list of chats, over an emulator. */
export const test = <E, R>(
  database: Effect.Effect<Readonly<Record<string, string>>>,
  use: (online: CommandLine.Surroundings) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* Emulator.Emulator
    const http = yield* HttpClient.HttpClient
    const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url, ...(yield* database) }
    yield* CommandLine.inFolder({ "ids.txt": "chat_nobody\n" }, use({ http, env }))
  }).pipe(Effect.provide(Emulator.layer()))

/** `database`: the variables that name an empty one; none for a file of the folder. */
export const suite = (database: Effect.Effect<Readonly<Record<string, string>>>): void => {
  it.live("hold a pass back and let the next one go, and say so", () =>
    test(database, (online) =>
      Effect.gen(function* () {
        const early = yield* CommandLine.run(["pause"], online)
        expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining("the first run creates it") })
        yield* CommandLine.run(["run", ...pass], online)
        const before = yield* requests
        expect(yield* CommandLine.run(["pause"], online)).toMatchObject({
          code: 0,
          stdout: expect.stringContaining("Paused")
        })
        const since = JSON.parse((yield* CommandLine.run(["pause", "--json"], online)).stdout)
        expect(since).toEqual({ paused_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) })
        const printed = JSON.parse((yield* CommandLine.run(["run", ...pass, "--json"], online)).stdout)
        expect(printed).toMatchObject({ ...since, chats: [], carried: 0 })
        expect((yield* CommandLine.run(["status"], online)).stdout).toContain("Paused since")
        expect(JSON.parse((yield* CommandLine.run(["status", "--json"], online)).stdout)).toMatchObject(since)
        const held = yield* CommandLine.run(["run", ...pass], online)
        expect(held).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
        const inbox = yield* CommandLine.run(["run", "--policy", policy, "--inbox"], online)
        expect(inbox).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
        expect(yield* requests).toBe(before)
        expect((yield* CommandLine.run(["doctor"], online)).stdout).toMatch(/warning\s+sending\s+everything is paused/)
        expect(yield* CommandLine.run(["resume"], online)).toMatchObject({
          code: 0,
          stdout: expect.stringContaining("Resumed")
        })
        expect(JSON.parse((yield* CommandLine.run(["resume", "--json"], online)).stdout)).toEqual({
          paused_since: null
        })
        yield* CommandLine.run(["run", ...pass], online)
        expect(yield* requests).toBeGreaterThan(before)
      })
    )
  )
}
