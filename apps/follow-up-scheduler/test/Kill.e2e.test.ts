import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Checker from "@effect-invent/emulator/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Customers from "../src/demo/Customers.ts"
import * as Fates from "../src/demo/Fates.ts"
import * as Process from "./Process.ts"

const policy = `name: hurried
version: 1
arm_lead: 900 millis
confirm_after: 400 millis
time_zone: UTC
steps:
  - { after: 3 seconds, action: schedule_follow_up }
  - { after: 3 seconds, action: schedule_follow_up }
`

const people = 24
const kills = 8

/** Conversations that see the whole cadence, however late, and so how many follow-ups they must get. */
const wholeCadences: Partial<Record<Fates.Fate, number>> = { silent: 2, night: 2, connects_calendar: 2, answers_early: 2, talks_again: 3 }

const customers = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("customers"), baseUrl: url, rateLimit: { window: "1 second" } }))
)

const emulator = Emulator.layerServer({
  limit: { limit: 1000, window: Duration.seconds(1) },
  script: Customers.script,
  replyDelay: Duration.millis(100),
  runDelay: Duration.millis(100)
})

/** Nobody wrote and nothing was scheduled for a while. */
const quiet = Effect.gen(function* () {
  const { log } = yield* Emulator.Emulator
  const happenings = Effect.map(log.entries, (entries) => entries.filter((entry) => entry.kind !== "request").length)
  const before = yield* happenings
  yield* Effect.sleep("6 seconds")
  return (yield* happenings) === before
}).pipe(Effect.repeat({ until: (isQuiet) => isQuiet }))

describe("a scheduler that is killed with -9 again and again", () => {
  it.live(
    "goes on from its database: the checker finds nothing sent twice, nothing lost, nothing after a reply",
    () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const { apiKey, log, url } = yield* Emulator.Emulator
        const cwd = yield* files.makeTempDirectoryScoped()
        yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
        const ids = yield* Ref.make<ReadonlyArray<ChatId>>([])
        const remember = (id: ChatId) =>
          Effect.flatMap(
            Ref.updateAndGet(ids, (all) => (all.includes(id) ? all : [...all, id])),
            (all) => Effect.orDie(files.writeFileString(`${cwd}/ids.txt`, all.join("\n")))
          )
        const audience = yield* Customers.make(remember)
        const cast = yield* Fates.cast(people, 7)
        const talks = yield* Effect.forEach(cast, (person) =>
          Effect.flatMap(audience.arrive(person), ({ chat_id, rest }) =>
            Effect.map(Effect.fork(rest), (fiber) => ({ chat_id, fate: person.fate, fiber }))
          )
        )

        const env = {
          INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
          INVENT_BASE_URL: url,
          INVENT_RATE_WINDOW: "1 second"
        }
        const args = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "500 millis"]
        const life = Effect.scoped(
          Effect.gen(function* () {
            const running = yield* Process.start(args, { cwd, env })
            yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(900, 2500)))
            running.process.kill("SIGKILL")
            expect((yield* running.ended).code, "it was alive until it was killed").toBeNull()
          })
        )
        yield* Effect.repeat(life, Schedule.recurs(kills - 1))

        yield* Process.start(args, { cwd, env })
        yield* Fiber.joinAll(talks.map(({ fiber }) => fiber))

        const patient = talks.filter(({ fate }) => fate in wholeCadences)
        expect(patient.length).toBeGreaterThan(people / 3)
        const counts = (of: (talk: (typeof talks)[number]) => number | undefined) =>
          patient.map((talk) => `${talk.chat_id}, ${talk.fate}: ${of(talk)}`).join("\n")
        const due = counts(({ fate }) => wholeCadences[fate])
        const sent = Effect.map(log.entries, (entries) => {
          const followUps = entries.flatMap((entry) => (entry.kind === "message" && entry.cause === "follow_up" ? [entry.chat_id] : []))
          return counts(({ chat_id }) => followUps.filter((id) => id === chat_id).length)
        })
        yield* Effect.repeat(Effect.delay(sent, "1 second"), { until: (soFar) => soFar === due, times: 60 })
        yield* quiet

        expect(yield* sent).toBe(due)
        const entries = yield* Checker.readLog(Log.toJsonLines(yield* log.entries))
        const verdict = Checker.check(entries, yield* Checker.readPolicy(policy), { grace: "30 seconds" })
        expect(verdict.violations).toEqual([])
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.provideMerge(customers, Layer.mergeAll(emulator, NodeContext.layer, NodeHttpClient.layerUndici))),
        Effect.withRandom(Random.make("kill"))
      ),
    180_000
  )
})
