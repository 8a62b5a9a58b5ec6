/** Broadcasts that are sent later: at their instant, or in the background. */
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import { Emulator } from "../src/Emulator.ts"
import { control, layer, send } from "./ControlRoutes.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const call = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { apiKey } = yield* Emulator
  const answer = yield* send(apiKey("test"), method, path, body)
  assert.strictEqual(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
})

const advance = (by: string) => control("POST", "/clock/advance", { by })

const addAda = control("POST", "/contacts", { name: "Ada", channels: [{ type: "custom", user_id: "ada" }] })

const statusOf = Effect.map(call("GET", "/orgs/c/broadcasts"), (list) => list[0].status as string)

const recipientsOf = (id: string) =>
  Effect.map(call("GET", `/orgs/c/broadcasts/${id}/recipients`), (rows) =>
    rows.map((row: Record<string, unknown>) => [row["user_id"], row["status"], row["is_sent"], row["is_sent_at"]])
  )

/** Sends a broadcast to everybody whose instant is an hour ahead. */
const scheduled = Effect.gen(function* () {
  const at = DateTime.formatIso(DateTime.add(yield* DateTime.now, { hours: 1 })).replace(".000Z", "Z")
  const { id } = yield* call("POST", "/orgs/c/broadcasts", { name: "Spring", send_to_all: true, scheduled_at: at })
  const { status } = yield* call("POST", `/orgs/c/broadcasts/${id}/send`)
  assert.strictEqual(status, "SCHEDULED")
  return { at, id: id as string }
})

describe("a broadcast with an instant of its own", () => {
  it.scoped("is sent at that instant, to all contacts who are in its audience then", () =>
    Effect.gen(function* () {
      const { at, id } = yield* scheduled
      yield* addAda
      yield* advance("59 minutes")
      assert.deepStrictEqual([yield* statusOf, yield* recipientsOf(id)], ["SCHEDULED", []])
      yield* advance("2 minutes")
      assert.deepStrictEqual([yield* statusOf, yield* recipientsOf(id)], ["SENT", [["ada", "SENT", true, at]]])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is sent after a restart, too", () =>
    Effect.gen(function* () {
      const kept = layer({ state: join(yield* folder, "state") })
      const { at, id } = yield* Effect.zipRight(addAda, scheduled).pipe(Effect.provide(kept))
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* statusOf, "SCHEDULED")
        yield* advance("1 hour")
        assert.deepStrictEqual([yield* statusOf, yield* recipientsOf(id)], ["SENT", [["ada", "SENT", true, at]]])
      }).pipe(Effect.provide(kept))
    })
  )
})

describe("a transactional broadcast in the background", () => {
  const queued = Effect.gen(function* () {
    const { world } = yield* Emulator
    const { body: contact } = yield* addAda
    const [channel] = contact.channels
    const chat = yield* world.startChat({ channelId: channel.id })
    const { id } = yield* world.setUp.addBroadcast("Shipped", [{ channel_type: "custom", text: "Hi {{name}}" }])
    yield* call("POST", `/orgs/c/broadcasts/${id}/send`, { contact_id: contact.id, background: true })
    assert.deepStrictEqual(yield* recipientsOf(id), [["ada", "SENDING", false, null]])
    assert.deepStrictEqual(yield* call("GET", `/chats/${chat.id}/messages`), [])
    return { id, messages: call("GET", `/chats/${chat.id}/messages`) }
  })

  const wasSent = Effect.fnUntraced(function* ({ id, messages }: Effect.Effect.Success<typeof queued>) {
    const at = DateTime.formatIso(DateTime.add(yield* DateTime.now, { seconds: 2 })).replace(".000Z", "Z")
    yield* advance("1 minute")
    assert.deepStrictEqual(yield* recipientsOf(id), [["ada", "SENT", true, at]])
    const [message, ...others] = yield* messages
    assert.deepStrictEqual([message.created_at, message.messages[0].parts[0].text, others], [at, "Hi Ada", []])
    yield* advance("1 minute")
    assert.strictEqual((yield* messages).length, 1)
  })

  it.scoped("is sent after the delay of a run, and then it is in the chat", () =>
    Effect.flatMap(queued, wasSent).pipe(Effect.provide(layer({ runDelay: "2 seconds" })))
  )

  it.scoped("is sent after a restart, too", () =>
    Effect.gen(function* () {
      const kept = layer({ state: join(yield* folder, "state"), runDelay: "2 seconds" })
      const before = yield* Effect.provide(queued, kept)
      yield* Effect.provide(wasSent(before), kept)
    })
  )
})
