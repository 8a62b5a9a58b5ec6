import * as Emulator from "@effect-invent/emulator/Emulator"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { afterEach, vi } from "vitest"

const text = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")

afterEach(() => {
  vi.unstubAllEnvs()
})

describe("the README", () => {
  it("shows the quick start exactly as it is run here, and that of the client the mock test", () => {
    expect(text("../../../README.md")).toContain(text("readme/QuickStart.ts"))
    expect(text("../../../packages/client/README.md")).toContain(text("readme/Mock.test.ts"))
  })

  it.live("has a quick start that runs: it schedules a follow-up and reads the conversation", () =>
    Effect.gen(function* () {
      const { apiKey, log, url, world } = yield* Emulator.Emulator
      const contact = yield* world.addContact({ name: "Ana", channels: [{ type: "whatsapp_bot" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
      vi.stubEnv("INVENT_API_KEY", Redacted.value(apiKey("newcomer")))
      vi.stubEnv("INVENT_BASE_URL", url)
      yield* Effect.promise(() => import("./readme/QuickStart.ts"))
      expect((yield* world.snapshot(chat.id)).state?.follow_up_at).toBeTruthy()
      const endpoints = (yield* log.entries).flatMap((entry) =>
        entry.kind === "request" ? [entry.endpoint, entry.status] : []
      )
      expect(endpoints).toEqual(["state.update", 200, "messages.list", 200])
    }).pipe(Effect.provide(Emulator.layerServer({ script: () => ({ _tag: "Silence" }) })))
  )
})
