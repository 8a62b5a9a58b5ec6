import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Emulator, layerServer } from "../src/Emulator.ts"
import * as VirtualTime from "../src/Time/VirtualTime.ts"

const begin = "2026-07-15T12:00:00Z"
const elapsed = Effect.map(DateTime.now, (now) => now.epochMillis - DateTime.unsafeMake(begin).epochMillis)

describe("requests in virtual time", () => {
  it.live("go over a socket, and no time passes until they are answered", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const { apiKey, log, url } = yield* Emulator
        const client = HttpClient.mapRequest(yield* HttpClient.HttpClient, (request) =>
          HttpClientRequest.bearerToken(HttpClientRequest.prependUrl(request, url), apiKey("test"))
        )
        const ask = (hours: number) => Effect.delay(client.get("/orgs/c/assistants"), Duration.hours(hours))
        const answers = yield* Effect.all([ask(2), ask(1), ask(2)], { concurrency: "unbounded" })
        assert.deepStrictEqual(
          answers.map(({ status }) => status),
          [200, 200, 200]
        )
        const entries = yield* log.entries
        return entries.flatMap((entry) => (entry.kind === "request" ? [DateTime.formatIso(entry.answered_at)] : []))
      })
      const http = Layer.provide(VirtualTime.layerHttpClient, NodeHttpClient.layerUndici)
      const around = Layer.merge(VirtualTime.layerOutside(layerServer()), http)
      const answered = yield* VirtualTime.run(Effect.provide(program, around), begin)
      assert.deepStrictEqual(answered, [
        "2026-07-15T13:00:00.000Z",
        "2026-07-15T14:00:00.000Z",
        "2026-07-15T14:00:00.000Z"
      ])
    })
  )
})

describe("virtual time in real time", () => {
  it.live("passes as fast as the machine's, and jumps again afterwards", () =>
    Effect.gen(function* () {
      const machine = yield* Effect.clock
      const program = Effect.gen(function* () {
        yield* Effect.sleep("30 days")
        const from = machine.unsafeCurrentTimeMillis()
        yield* VirtualTime.inRealTime(Effect.sleep("30 millis"))
        const took = machine.unsafeCurrentTimeMillis() - from
        const shown = (yield* elapsed) - Duration.toMillis("30 days")
        yield* Effect.sleep("30 days")
        return { shown, took }
      })
      const { shown, took } = yield* VirtualTime.run(program, begin)
      assert.isAtLeast(took, 29)
      assert.isAtLeast(shown, 30)
    })
  )
})
