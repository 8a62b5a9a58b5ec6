/** `serve` as its operator sees it: by its log, its metrics, and how it ends. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as Process from "./Process.ts"
import * as Queries from "./Queries.ts"

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Text", text: "Hello!" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

const metricsAt = (url: string) => Effect.promise(() => fetch(`${url}metrics`).then((response) => response.text()))

it.live(
  "a follow-up that goes out is a line of the log and one more in the metrics, and neither has a name or a text",
  () =>
    Effect.gen(function* () {
      const { apiKey, url, world } = yield* Emulator.Emulator
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Is anybody there?" })
      yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
      yield* files.writeFileString(`${cwd}/policy.yaml`, CustomerLoad.policy)
      const running = yield* Process.start(
        ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second", "--ui"],
        {
          cwd,
          env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
        }
      )
      yield* running.says("a follow-up went out")
      const page = /http:\/\/127\.0\.0\.1:\d+\/?/.exec(running.said())?.[0].replace(/\/?$/, "/") ?? ""
      const metrics = yield* Effect.repeat(Effect.delay(metricsAt(page), "100 millis"), {
        until: (text) => text.includes("invent_scheduler_open")
      })
      running.process.kill("SIGTERM")
      const { code, stderr, stdout } = yield* running.ended
      expect({ code, stderr }).toEqual({ code: 143, stderr: "" })
      const lines = stdout.split("\n").filter((line) => line.includes("a follow-up went out"))
      expect(lines[0]).toMatch(/^timestamp=\S+ level=INFO .*message="a follow-up went out" /)
      for (const field of [`chat=${chat.id}`, "policy=hurried@1", "step=1"])
        expect(` ${lines[0]} `).toContain(` ${field} `)
      expect(metrics).toContain('invent_scheduler_ends_total{status="sent",policy="hurried"} 1\n')
      expect(metrics).toContain('invent_scheduler_lateness_seconds_bucket{status="armed",policy="hurried",le="+Inf"} ')
      for (const name of [
        "invent_scheduler_outage 0",
        "invent_scheduler_paused 0",
        "invent_scheduler_unknown 0",
        "invent_scheduler_quota_limit 500"
      ]) {
        expect(metrics).toContain(`\n${name}\n`)
      }
      // Each metric that the docs name for operators is exposed; a counter appears with its first count.
      const alerts = yield* files.readFileString(
        fileURLToPath(new URL("../../../docs/prometheus/alerts.yaml", import.meta.url))
      )
      const watched = new Set(
        [...alerts.matchAll(/invent_\w+/g)].map(([name]) => name).filter((name) => !name.endsWith("_total"))
      )
      expect(watched.size).toBeGreaterThan(4)
      for (const name of watched) expect(metrics).toContain(`\n${name} `)
      // So is what the dashboard draws, with the labels that it divides by. No answer was 429 here, and nothing had a
      // reason.
      const { labels, metrics: drawn } = Queries.of(Queries.dashboard.map(({ expr }) => expr).join(" + "))
      for (const name of drawn)
        if (name !== "invent_client_throttled_total") expect(metrics).toMatch(new RegExp(`^${name}[{ ]`, "m"))
      expect([...labels].filter((label) => !metrics.includes(`${label}="`))).toEqual(["reason"])
      for (const text of [stdout, metrics]) expect(text).not.toMatch(/Zoë|anybody|Hello/)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)
