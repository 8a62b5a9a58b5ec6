/** Keys such as `__proto__` and `toString`, wherever somebody else chooses a key of the emulator's. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { it } from "../../../tools/testing/it.ts"
import { entriesOf, hostileKeys, mark, polluted, withKey } from "../../domain/test/HostileKeys.ts"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as Limits from "@effect-invent/follow-up-checker/Checker/Limits"
import { Emulator, layer } from "../src/Emulator.ts"
import { Fault } from "../src/Faults/Fault.ts"
import * as CorruptResponse from "../src/Faults/CorruptResponse.ts"
import * as JournalSync from "../src/World/Persistence/JournalSync.ts"
import { openChat, send, withWorld } from "./Conformance.ts"
import { words } from "./Fixtures.ts"

const json = (key: string, value: unknown = mark) => JSON.stringify(withKey({}, key, value))

const steps = [{ after: "4 hours", action: "schedule_follow_up" }]

const faultOf = (effects: object) => Schema.decodeUnknownSync(Fault)({ name: "hostile", do: effects }).do

/** What a fault makes of an answer, as entries. */
const tampered = (effects: object, body: object) => {
  const answer = { status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) }
  const after = CorruptResponse.tamper(answer, faultOf(effects), { now: 0, random: () => 0 })
  return entriesOf(JSON.parse(new TextDecoder().decode(after.body)))
}

describe.each(hostileKeys)("a key %s", (key) => {
  it.effect("of a body that the contract closes is refused, and so is one of a query", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const answers = [
        yield* send("PATCH", `/chats/${chat_id}/state`, { body: json(key) }),
        yield* send("PATCH", `/chats/${chat_id}`, { body: json(key, "text") }),
        yield* send("POST", "/orgs/c/contacts", { body: JSON.stringify(withKey({ name: "Bo" }, key, mark)) }),
        yield* send("GET", `/chats/${chat_id}/messages?${key}=1`),
        yield* send("GET", `/chats/${chat_id}/messages?${key}=1&${key}=2`)
      ]
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [400, 400, 400, 400, 400]
      )
    }).pipe(Effect.provide(withWorld(layer())))
  )

  it.effect("in a template is filled with a variable of that name, and with nothing where none was given", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const { chat_id, contact_id } = yield* openChat
      const { id } = yield* world.setUp.addBroadcast("Shipped", [{ channel_type: "custom", text: `<{{${key}}}>` }])
      const textWith = (variables: object) =>
        Effect.gen(function* () {
          const body = JSON.stringify({ contact_id, variables })
          assert.strictEqual((yield* send("POST", `/orgs/c/broadcasts/${id}/send`, { body })).status, 200)
          return words((yield* world.listMessages(chat_id)).messages.at(-1))
        })
      assert.strictEqual(yield* textWith({}), "<>")
      assert.strictEqual(yield* textWith(withKey({}, key, "mine")), "<mine>")
      assert.strictEqual(yield* textWith(withKey({}, key, mark)), `<${JSON.stringify(mark)}>`)
    }).pipe(Effect.provide(withWorld(layer())))
  )

  it("that a fault sets or adds is in the answer, and its header is sent", () => {
    const inner = withKey({ a: 1 }, key, "before")
    assert.deepStrictEqual(tampered({ add: withKey({}, key, mark) }, { a: 1 }), entriesOf(withKey({ a: 1 }, key, mark)))
    assert.deepStrictEqual(tampered({ set: withKey({}, key, mark) }, inner), entriesOf(withKey({ a: 1 }, key, mark)))
    assert.deepStrictEqual(tampered({ remove: [key] }, inner), entriesOf({ a: 1 }))
    assert.deepStrictEqual(tampered({ set: { other: 1 } }, inner), entriesOf(inner))
    const { answer } = faultOf({ answer: { status: 200, headers: withKey({}, key, "x") } })
    assert.deepStrictEqual(Object.entries(CorruptResponse.instead(answer!).headers), [[key, "x"]])
    assert.deepStrictEqual(polluted(answer), [])
  })

  it("is no table of a state file", () => {
    const refused = JournalSync.check([[key, "id_1", {}]])
    assert.include(Either.isLeft(refused) ? refused.left.message : "", "there is no such table")
    assert.isTrue(Either.isRight(JournalSync.check([[key, "id_1", null]])))
  })

  it("is no channel with a window, unless the policy says so; a policy that the checker cannot keep is refused", () => {
    const bare = Either.getOrThrow(Checker.readPolicy(JSON.stringify({ steps })))
    assert.isUndefined(Limits.windowOf(bare, { channel: key }))
    const windows = withKey({}, key, { within: "1 day" })
    const read = Checker.readPolicy(
      JSON.stringify({ steps, channel_windows: windows, holiday_sets: withKey({}, key, ["2026-12-25"]) })
    )
    if (key === "__proto__") assert.deepStrictEqual(read, Either.left("A key cannot be __proto__"))
    else assert.strictEqual(Limits.windowOf(Either.getOrThrow(read), { channel: key })?.within, 86_400_000)
  })

  it("as the name of an API key is counted by the checker as any other", () => {
    const line = {
      kind: "request",
      at: "2026-03-10T12:00:00Z",
      answered_at: "2026-03-10T12:00:00Z",
      key,
      endpoint: null,
      chat_id: null,
      status: 200
    }
    const entries = Either.getOrThrow(Checker.readLog(`${JSON.stringify(line)}\n`))
    const policy = Either.getOrThrow(Checker.readPolicy(JSON.stringify({ steps })))
    const verdict = Checker.check(entries, policy, { grace: 0 })
    assert.deepStrictEqual(Object.entries(verdict.requests), [[key, 1]])
    assert.include(Checker.render(verdict), `${key} 1 (0 answered 429)`)
  })
})
