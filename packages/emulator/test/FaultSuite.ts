/**
 * What a fault must do to a request, however the emulator is reached: a suite as a function of the layer that runs it.
 */
import type { HttpClientError } from "@effect/platform/HttpClientError"
import { assert, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as zlib from "node:zlib"
import { Emulator } from "../src/Emulator.ts"
import type * as Faults from "../src/Faults.ts"
import { openChat, requests, send, type Start } from "./Conformance.ts"

export const close = (chat_id: string) => send("PATCH", `/chats/${chat_id}/state`, { body: '{"state":"CLOSED"}' })
export const list = (chat_id: string) => send("GET", `/chats/${chat_id}/messages`)

const stateNow = (chat_id: string) =>
  Effect.flatMap(send("PATCH", `/chats/${chat_id}/state`, { body: "{}" }), ({ body }) =>
    Effect.sync((): unknown => JSON.parse(body).state.state)
  )

/** How the request failed: `none` before its status was known, or that status, and the body that never came whole. */
const failure = <A, R>(request: Effect.Effect<A, HttpClientError, R>) =>
  Effect.map(Effect.flip(request), (error) => (error._tag === "ResponseError" ? error.response.status : "none"))

/** Until all that is on its way has arrived; the clock stands still meanwhile. */
const arrival = Effect.repeatN(Effect.yieldNow(), 10)

export const befalls = (start: Start) => {
  const withFaults = (...faults: ReadonlyArray<Faults.Encoded>) => start({ faults })

  it.effect("answers as set, with any Retry-After, and makes no change", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const { body, headers, status } = yield* close(chat_id)
      assert.deepStrictEqual([status, headers["retry-after"], headers["x-lb"], body], [503, "soon", "7", "<busy>"])
      assert.strictEqual(yield* stateNow(chat_id), "OPEN")
      const logged = (yield* requests).map(({ applied, fault, status }) => [status, applied, fault])
      assert.deepStrictEqual(logged, [
        [200, true, null],
        [503, false, "busy"],
        [200, false, null]
      ])
    }).pipe(
      Effect.provide(
        withFaults({
          name: "busy",
          when: { endpoint: "state.update", calls: [1] },
          do: { answer: { status: 503, body: "<busy>", retry_after: "soon", headers: { "x-lb": "7" } } }
        })
      )
    )
  )

  it.effect("makes the change and gives another answer", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      assert.strictEqual((yield* close(chat_id)).status, 500)
      assert.strictEqual(yield* stateNow(chat_id), "CLOSED")
    }).pipe(
      Effect.provide(
        withFaults({
          name: "late",
          when: { endpoint: "state.update", times: 1 },
          do: { answer: { status: 500, applied: true } }
        })
      )
    )
  )

  it.effect("resets the connection before the change", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      assert.strictEqual(yield* failure(close(chat_id)), "none")
      assert.strictEqual(yield* stateNow(chat_id), "OPEN")
      assert.deepInclude((yield* requests)[1], { applied: false, fault: "gone", status: 444 })
    }).pipe(
      Effect.provide(withFaults({ name: "gone", when: { endpoint: "state.update", times: 1 }, do: { reset: true } }))
    )
  )

  for (const [cut, seen] of [
    [0, "none"],
    [9, "none"],
    [700, 200]
  ] as const) {
    it.effect(`makes the change and cuts its answer after ${cut} bytes`, () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        assert.strictEqual(yield* failure(close(chat_id)), seen)
        const [, entry] = yield* requests
        assert.deepInclude(entry, { applied: true, fault: "cut", status: 200 })
        assert.strictEqual(yield* stateNow(chat_id), "CLOSED")
      }).pipe(Effect.provide(withFaults({ name: "cut", when: { endpoint: "state.update", times: 1 }, do: { cut } })))
    )
  }

  for (const stall of [0, 700]) {
    it.effect(`makes the change and stalls for ever after ${stall} bytes of its answer`, () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const { chat_id } = yield* openChat
        const fiber = yield* Effect.fork(close(chat_id))
        yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), world.snapshot(chat_id)), {
          until: (chat) => chat.state?.state === "CLOSED"
        })
        yield* TestClock.adjust("1 day")
        assert.isNull(yield* Effect.map(Fiber.poll(fiber), (exit) => (exit._tag === "None" ? null : exit.value)))
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(withFaults({ name: "stall", when: { endpoint: "state.update" }, do: { stall } })))
    )
  }

  it.effect("delays a request before it is handled", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const fiber = yield* Effect.fork(list(chat_id))
      yield* Effect.repeat(Effect.zipRight(TestClock.adjust("1 second"), arrival), {
        until: () => Effect.map(Fiber.poll(fiber), ({ _tag }) => _tag === "Some")
      })
      assert.strictEqual((yield* fiber).status, 200)
      const [, entry] = yield* requests
      assert.isTrue(entry !== undefined && DateTime.distance(entry.at, entry.answered_at) >= 90_000)
    }).pipe(
      Effect.provide(withFaults({ name: "slow", when: { endpoint: "messages.list" }, do: { delay: "90 seconds" } }))
    )
  )

  it.effect("drips an answer that is whole in the end", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const fiber = yield* Effect.fork(list(chat_id))
      yield* Effect.repeat(Effect.zipRight(TestClock.adjust("1 second"), arrival), {
        until: () => Effect.map(Fiber.poll(fiber), ({ _tag }) => _tag === "Some")
      })
      const { body } = yield* fiber
      assert.lengthOf(JSON.parse(body), 1)
      assert.isAbove(DateTime.toEpochMillis(yield* DateTime.now), 10_000)
    }).pipe(
      Effect.provide(
        withFaults({
          name: "drip",
          when: { endpoint: "messages.list" },
          do: { drip: { bytes: 50, every: "1 second" } }
        })
      )
    )
  )

  it.effect("breaks a body: half of it, nothing, a page of HTML, a lie about its compression", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const [whole, half, none, page, lie] = yield* Effect.replicateEffect(list(chat_id), 5)
      assert.strictEqual(half?.body, whole?.body.slice(0, Math.floor((whole?.body.length ?? 0) / 2)))
      assert.strictEqual(none?.body, "")
      assert.match(page?.headers["content-type"] ?? "", /^text\/html/)
      assert.match(page?.body ?? "", /^<!doctype/)
      assert.strictEqual(lie?.headers["content-encoding"], "gzip")
      assert.strictEqual(lie?.body, whole?.body)
    }).pipe(
      Effect.provide(
        withFaults(
          { name: "truncated", when: { endpoint: "messages.list", calls: [2] }, do: { body: "truncated" } },
          { name: "empty", when: { endpoint: "messages.list", calls: [3] }, do: { body: "empty" } },
          { name: "html", when: { endpoint: "messages.list", calls: [4] }, do: { body: "html" } },
          { name: "gzip", when: { endpoint: "messages.list", calls: [5] }, do: { gzip: true } }
        )
      )
    )
  )

  for (const [coding, undo] of [
    ["gzip", zlib.gunzipSync],
    ["deflate", zlib.inflateSync],
    ["br", zlib.brotliDecompressSync]
  ] as const) {
    it.effect(`compresses a body by ${coding} without being asked`, () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        const [whole, compressed] = yield* Effect.replicateEffect(list(chat_id), 2)
        assert.strictEqual(compressed?.headers["content-encoding"], coding)
        assert.strictEqual(undo(compressed?.bytes ?? "").toString(), whole?.body)
      }).pipe(
        Effect.provide(
          withFaults({ name: coding, when: { endpoint: "messages.list", calls: [2] }, do: { compress: coding } })
        )
      )
    )
  }

  it.effect("changes what the JSON says: values, keys too many and too few, entries twice or in another order", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const { chat_id } = yield* openChat
      yield* world.contactWrites(chat_id, "And?")
      const [whole, unknown, extra, missing, twice, reversed, ...shuffled] = yield* Effect.replicateEffect(
        list(chat_id),
        14
      ).pipe(
        Effect.map((answers) => answers.map(({ body }): ReadonlyArray<Record<string, unknown>> => JSON.parse(body)))
      )
      assert.deepStrictEqual(
        unknown?.map(({ status }) => status),
        ["PONDERING", "PONDERING"]
      )
      assert.deepStrictEqual(
        extra?.map(({ brand_new }) => brand_new),
        [[1], [1]]
      )
      assert.deepInclude(extra?.[0]?.["member"], { brand_new: [1] })
      assert.isTrue(missing?.every((message) => !("role" in message) && "id" in message))
      assert.deepStrictEqual(twice, [whole?.[0], whole?.[0], whole?.[1], whole?.[1]] as typeof twice)
      assert.deepStrictEqual(reversed, whole?.toReversed())
      for (const each of shuffled) assert.sameDeepMembers([...each], [...(whole ?? [])])
      assert.sameDeepMembers([...new Set(shuffled.map(([first]) => first?.["id"]))], whole?.map(({ id }) => id) ?? [])
    }).pipe(
      Effect.provide(
        withFaults(
          { name: "unknown", when: { endpoint: "messages.list", calls: [2] }, do: { set: { status: "PONDERING" } } },
          { name: "extra", when: { endpoint: "messages.list", calls: [3] }, do: { add: { brand_new: [1] } } },
          { name: "missing", when: { endpoint: "messages.list", calls: [4] }, do: { remove: ["role"] } },
          { name: "twice", when: { endpoint: "messages.list", calls: [5] }, do: { list: "duplicate" } },
          { name: "reversed", when: { endpoint: "messages.list", calls: [6] }, do: { list: "reverse" } },
          {
            name: "shuffled",
            when: { endpoint: "messages.list", calls: [7, 8, 9, 10, 11, 12, 13, 14] },
            do: { list: "shuffle" }
          }
        )
      )
    )
  )

  it.effect("sends the time of the emulator's clock, and a wrong one on demand", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const { chat_id } = yield* openChat
      const dates = (yield* Effect.replicateEffect(list(chat_id), 2)).map(({ headers }) => headers["date"])
      assert.deepStrictEqual(dates, ["Thu, 01 Jan 1970 01:00:00 GMT", "Thu, 01 Jan 1970 00:55:00 GMT"])
    }).pipe(
      Effect.provide(withFaults({ name: "skew", when: { endpoint: "messages.list", calls: [2] }, do: { skew: -300 } }))
    )
  )

  it.effect("declares too many bytes, or too few", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const whole = yield* list(chat_id)
      assert.strictEqual(yield* failure(list(chat_id)), 200)
      const short = yield* Effect.either(list(chat_id))
      assert.isTrue(Either.isLeft(short) || short.right.body === whole.body.slice(0, -5))
    }).pipe(
      Effect.provide(
        withFaults(
          { name: "more", when: { endpoint: "messages.list", calls: [2] }, do: { length: 5 } },
          { name: "less", when: { endpoint: "messages.list", calls: [3] }, do: { length: -5 } }
        )
      )
    )
  )
}
