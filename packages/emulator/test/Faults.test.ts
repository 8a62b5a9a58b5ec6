import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Emulator from "../src/Emulator.ts"
import * as Faults from "../src/Faults.ts"
import { openChat, type Start, withWorldUnchecked } from "./Conformance.ts"
import { befalls, close, list } from "./FaultSuite.ts"

const inProcess: Start = (settings) => withWorldUnchecked(Emulator.layer(settings))

describe("a fault inside a test", () => befalls(inProcess))

describe("a fault", () => {
  const gone: Faults.Encoded = { name: "gone", do: { answer: { status: 500 } } }

  it.effect("befalls the requests of one contact, of one chat, of one key", () =>
    Effect.gen(function* () {
      const { faults } = yield* Emulator.Emulator
      const [ada, other] = [yield* openChat, yield* openChat]
      yield* faults.add({ ...gone, when: { contact: ada.contact_id, endpoint: "messages.list" } })
      yield* faults.add({ ...gone, when: { chat: other.chat_id, endpoint: "state.update" } })
      yield* faults.add({ ...gone, when: { key: "customers" } })
      const statuses = yield* Effect.all([
        list(ada.chat_id),
        list(other.chat_id),
        close(ada.chat_id),
        close(other.chat_id)
      ]).pipe(Effect.map((answers) => answers.map(({ status }) => status)))
      assert.deepStrictEqual(statuses, [500, 200, 200, 500])
      assert.strictEqual((yield* Effect.exit(openChat))._tag, "Failure")
    }).pipe(Effect.scoped, Effect.provide(inProcess()))
  )

  it.effect("befalls as many requests as its probability says, and the same ones for the same seed", () =>
    Effect.gen(function* () {
      const run = (seed: number) =>
        Effect.replicateEffect(list("chat_none"), 400).pipe(
          Effect.map((answers) => answers.map(({ status }) => (status === 500 ? "!" : ".")).join("")),
          Effect.provide(inProcess({ seed, faults: [{ ...gone, when: { probability: 0.25 } }] }))
        )
      const first = yield* run(1)
      assert.strictEqual(yield* run(1), first)
      assert.notStrictEqual(yield* run(2), first)
      assert.closeTo(first.replaceAll(".", "").length, 100, 30)
    })
  )

  it.effect("befalls the requests between two instants", () =>
    Effect.gen(function* () {
      const statuses: Array<number> = []
      for (let minute = 0; minute < 5; minute++) {
        statuses.push((yield* list("chat_none")).status)
        yield* TestClock.adjust("1 minute")
      }
      assert.deepStrictEqual(statuses, [404, 404, 500, 500, 404])
    }).pipe(
      Effect.provide(
        inProcess({ faults: [{ ...gone, when: { from: "1970-01-01T00:02:00Z", until: "1970-01-01T00:04:00Z" } }] })
      )
    )
  )

  it.effect("that rearranges a list leaves alone what is no JSON", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* list("chat_none")).body, "[oops")
    }).pipe(
      Effect.provide(
        inProcess({ faults: [{ name: "broken", do: { answer: { status: 200, body: "[oops" }, list: "shuffle" } }] })
      )
    )
  )

  it.effect("that never fired fails the test that set it, by name", () =>
    Effect.gen(function* () {
      const never: Faults.Encoded = { name: "too late", when: { calls: [3] }, do: { reset: true } }
      const fromTheStart = yield* Effect.exit(Effect.provide(list("chat_none"), inProcess({ faults: [never] })))
      const { faults } = yield* Emulator.Emulator
      const inAScope = yield* Effect.exit(Effect.scoped(Effect.zipRight(faults.add(never), list("chat_none"))))
      for (const exit of [fromTheStart, inAScope]) {
        assert.isTrue(Exit.isFailure(exit) && Cause.pretty(exit.cause).includes('The fault "too late" never fired'))
      }
    }).pipe(Effect.provide(inProcess()))
  )

  it.effect("that never fired does not hide why a test failed", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.provide(Effect.fail("mine"), inProcess({ faults: [gone] })))
      assert.deepStrictEqual(exit, Exit.fail("mine"))
    })
  )

  it.effect("is over when its scope closes", () =>
    Effect.gen(function* () {
      const { faults } = yield* Emulator.Emulator
      const during = yield* Effect.scoped(Effect.zipRight(faults.add(gone), list("chat_none")))
      assert.deepStrictEqual([during.status, (yield* list("chat_none")).status], [500, 404])
      assert.deepStrictEqual(yield* faults.fired, { gone: 1 })
    }).pipe(Effect.provide(inProcess()))
  )
})

describe("a file of faults", () => {
  const right = `
faults:
  - name: the second answer is lost
    when: { endpoint: contacts.sendMessage, contact: contact_000001, calls: [2] }
    do: { cut: 0 }
  - name: slow
    when: { probability: 0.5 }
    do: { delay: 2 seconds, answer: { status: 429, retry_after: "1" } }
`
  it("is read as YAML, with or without its heading", () => {
    const faults = Either.getOrThrow(Faults.read(right))
    assert.deepStrictEqual(
      faults.map(({ name }) => name),
      ["the second answer is lost", "slow"]
    )
    assert.deepStrictEqual(Either.getOrThrow(Faults.read(JSON.stringify(faults))), faults)
  })

  const wrong: ReadonlyArray<readonly [text: string, reason: RegExp]> = [
    ["faults: [", /at line 1/],
    ["just text", /^faults: /],
    ["- do: { cut: 0 }", /^faults\[0\]\.name: is missing/],
    ["- { name: a, do: {} }", /^faults\[0\]\.do: a fault must do something/],
    ["- { name: a, do: { cutt: 0 } }", /^faults\[0\]\.do\.cutt: is unexpected/],
    ["- { name: a, do: { cut: -1 } }", /^faults\[0\]\.do\.cut: /],
    ["- { name: a, do: { delay: soon } }", /^faults\[0\]\.do\.delay: expected a duration/],
    ["- { name: a, do: { answer: { status: 99 } } }", /^faults\[0\]\.do\.answer\.status: /],
    [
      "- { name: a, when: { endpoint: state.updat }, do: { cut: 0 } }",
      /there is no endpoint state\.updat; there are .*state\.update/
    ],
    ["- { name: a, when: { from: tomorrow }, do: { cut: 0 } }", /^faults\[0\]\.when\.from: /],
    ["- { name: a, when: { probability: 2 }, do: { cut: 0 } }", /^faults\[0\]\.when\.probability: /],
    ["a: &a [*a, *a]", /^faults: /]
  ]
  for (const [text, reason] of wrong) {
    it(`is refused in one line: ${text}`, () => {
      const line = Either.getOrThrow(Either.flip(Faults.read(text)))
      assert.match(line, reason)
      assert.notInclude(line, "\n")
    })
  }
})
