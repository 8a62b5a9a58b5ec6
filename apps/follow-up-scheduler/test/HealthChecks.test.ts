import * as InventClient from "@effect-invent/client/InventClient"
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as HealthChecks from "../src/Operations/HealthChecks.ts"
import { after, second, start } from "./Build.ts"

type Answer = Effect.Effect<Option.Option<DateTime.Utc>, InventError.RepeatableError>

const examined = (answer: Answer) =>
  TestClock.setTime(start.epochMillis).pipe(
    Effect.zipRight(HealthChecks.service),
    Effect.provide(InventClient.layerMock({ orgs: { serverTime: () => answer } }))
  )

const at = (millis: number): Answer => Effect.succeed(Option.some(after(millis)))

describe("the service", () => {
  const clocks: ReadonlyArray<
    readonly [what: string, answer: Answer, state: HealthChecks.Finding["state"], words: string]
  > = [
    ["the same", at(0), "ok", "agrees"],
    ["a second later, as whole seconds may say", at(-second), "ok", "agrees"],
    ["two seconds earlier", at(2 * second), "ok", "agrees"],
    ["a minute earlier", at(60 * second), "error", "behind the server's by at least 1m"],
    ["a minute later", at(-61 * second), "error", "ahead of the server's by at least 1m"],
    ["not to be compared", Effect.succeedNone, "warning", "sends no Date"]
  ]
  for (const [what, answer, state, words] of clocks) {
    it.effect(`accepts the key; a clock that is ${what} is ${state}`, () =>
      Effect.gen(function* () {
        const [key, clock] = yield* examined(answer)
        expect(key).toMatchObject({ check: "key", state: "ok" })
        expect(clock).toMatchObject({ check: "clock", state })
        expect(clock!.found).toContain(words)
      })
    )
  }

  it.effect("counts the time that the answer took for neither clock", () =>
    Effect.gen(function* () {
      const slow = Effect.zipRight(TestClock.adjust("30 seconds"), at(15 * second))
      expect((yield* examined(slow))[1]).toMatchObject({ state: "ok" })
    })
  )

  it.effect("is wrong when it refuses the key", () =>
    Effect.gen(function* () {
      const refused = new InventError.Unauthorized({ endpoint: "orgs.list", attempts: 1, status: 401, excerpt: "" })
      expect(yield* examined(Effect.fail(refused))).toMatchObject([{ check: "key", state: "error" }])
    })
  )
})

it("this machine's zones change their clocks", () => {
  expect(HealthChecks.zones).toMatchObject({ check: "zones", state: "ok" })
})
