/** Answers and requests at the edge of what the pages print, and what the client makes of them. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Reconcile from "@effect-invent/client/Reconcile"
import * as Ids from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { calls, chat_id, inOrder, json, within } = Vendor
const memory_id = Ids.MemoryId.make("memory_1")
const assistant_id = Ids.AssistantId.make("assistant_1")

describe("an answer", () => {
  for (const status of [200, 202, 204, 205])
    it.scoped(`of ${status} ends a deletion, whose answer is not looked at`, () =>
      Effect.gen(function* () {
        const { invent } = yield* Vendor.connect(() => Vendor.text(null, status))
        expect(yield* within("1 seconds", invent.memories.remove({ path: { chat_id, memory_id } }))).toBe(undefined)
      })
    )

  for (const status of [408, 425])
    it.scoped(`of ${status} is followed by another request, unless the call is unsafe`, () =>
      Effect.gen(function* () {
        const answers = inOrder(Vendor.text("later", status), json([]))
        const safe = yield* Vendor.connect(answers)
        expect(yield* within("5 seconds", calls.Safe(safe.invent))).toEqual([])
        const unsafe = yield* Vendor.connect(answers)
        const error = yield* within("5 seconds", Effect.flip(calls.Unsafe(unsafe.invent)))
        expect([error._tag, unsafe.seen.length]).toEqual(["OutcomeUnknown", 1])
      })
    )

  it.scoped("counts by its status also behind a transport that fails by status", () =>
    Effect.gen(function* () {
      const { seen, transport } = Vendor.serve(inOrder(json({}, 404), json({}, 429), json(Vendor.message("m"))))
      const strict = Layer.map(transport, (context) =>
        Context.make(HttpClient.HttpClient, HttpClient.filterStatusOk(Context.get(context, HttpClient.HttpClient)))
      )
      const client = InventClient.layer({ apiKey: Redacted.make(Vendor.apiKey) })
      const invent = Context.get(yield* Layer.build(Layer.provide(client, strict)), InventClient.InventClient)
      expect((yield* within("1 seconds", Effect.flip(calls.Safe(invent))))._tag).toBe("NotFound")
      expect(yield* within("5 minutes", calls.Unsafe(invent))).toMatchObject({ id: "m" })
      expect(seen.length).toBe(3)
    })
  )

  it.scoped("that is not as documented shows nobody the assistant's secret", () =>
    Effect.gen(function* () {
      for (const odd of [
        { id: "a", secret_key: "whsec_SECRET", name: 5 },
        { id: "a", secret_key: { v: "whsec_SECRET" } }
      ]) {
        const { invent } = yield* Vendor.connect(() => json(odd))
        const error = yield* within("1 seconds", Effect.flip(invent.assistants.get({ path: { assistant_id } })))
        expect(error._tag).toBe("UnexpectedResponse")
        expect(error.message).not.toContain("whsec_SECRET")
        if (typeof odd.secret_key === "string")
          expect(error).toMatchObject({ excerpt: expect.stringMatching(/"<redacted>"/) })
      }
    })
  )

  it.scoped("with more entries than were asked for is the whole list of a server that has no pages", () =>
    Effect.gen(function* () {
      const all = Array.from({ length: 120 }, (_, index) => ({ id: `contact_${index}` }))
      const { invent, seen } = yield* Vendor.connect(() => json(all))
      const found = yield* within("1 seconds", Stream.runCount(invent.contacts.stream()))
      expect([found, seen.length]).toEqual([120, 1])
    })
  )

  it.scoped("with more entries than were asked for is followed by the next page, where the count says so", () =>
    Effect.gen(function* () {
      const page = (from: number, length: number) => Array.from({ length }, (_, at) => ({ id: `contact_${from + at}` }))
      const counted = { "pagination-count": "151" }
      const answers = inOrder(json(page(0, 101), 200, counted), json(page(101, 50), 200, counted))
      const { invent, seen } = yield* Vendor.connect(answers)
      const found = yield* within("1 seconds", Stream.runCount(invent.contacts.stream()))
      expect([found, seen.length]).toEqual([151, 2])
    })
  )
})

describe("a request", () => {
  for (const amount of [Number.POSITIVE_INFINITY, Number.NaN])
    it.scoped(`with ${amount} does not leave: JSON would have null in its place`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json({ id: "w" }))
        const run = invent.workflows.run({
          path: { workflow_id: Ids.WorkflowId.make("workflow_1") },
          payload: { input: { amount } }
        })
        expect(yield* within("1 seconds", Effect.flip(run))).toMatchObject({
          _tag: "InvalidRequest",
          issue: expect.stringContaining(`amount: ${amount} is no number of JSON`)
        })
        expect(seen).toEqual([])
      })
    )

  it.scoped("ends at its deadline also where its caller cannot be interrupted, as in a finalizer", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls, { deadlines: { attempt: "1 seconds" } })
      const scope = yield* Scope.make()
      let ended: InventError.InventError | undefined
      const cleanUp = Effect.map(Effect.flip(calls.Unsafe(invent)), (error) => void (ended = error))
      yield* Scope.addFinalizer(scope, Effect.orDie(cleanUp))
      const closing = yield* Effect.fork(Scope.close(scope, yield* Effect.exit(Effect.void)))
      yield* TestClock.adjust("2 seconds")
      expect(Option.isSome(yield* Fiber.poll(closing))).toBe(true)
      expect(ended?._tag).toBe("OutcomeUnknown")
    })
  )
})

describe("an error", () => {
  it.scoped("of a lost answer says when that was, and a verdict waits from then on", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls, { deadlines: { attempt: "20 seconds" } })
      const error = yield* within("1 minutes", Effect.flip(calls.Unsafe(invent)))
      if (error._tag !== "OutcomeUnknown") throw new Error(`unexpected ${error._tag}`)
      expect([error.sentAt.epochMillis, error.lostAt?.epochMillis]).toEqual([0, 20_000])
      yield* TestClock.setTime(29_000)
      expect((yield* Reconcile.absent(error, {}))._tag).toBe("StillUnknown")
      yield* TestClock.setTime(30_000)
      expect((yield* Reconcile.absent(error, {}))._tag).toBe("NotApplied")
    })
  )

  it.scoped("of a lost answer is conclusive at the last look of what applies a request exactly once", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.stalls, { deadlines: { attempt: "30 seconds" } })
      const sent = Reconcile.exactlyOnce(calls.Unsafe(invent), (unknown) => Reconcile.absent(unknown, {}))
      expect((yield* within("2 minutes", Effect.flip(sent)))._tag).toBe("OutcomeUnknown")
      expect(seen.length).toBe(2)
    })
  )

  it("can be kept as JSON, for a verdict of another process", () => {
    const sentAt = Schema.decodeSync(Schema.DateTimeUtc)("2026-03-04T10:00:00.500Z")
    const call = { endpoint: "contacts.sendMessage", attempts: 1 }
    const kept = <A extends Error, I>(schema: Schema.Schema<A, I>, error: A) => {
      const read = Schema.decodeSync(Schema.parseJson(schema))(Schema.encodeSync(Schema.parseJson(schema))(error))
      expect(read).toEqual(error)
      expect(read.message).toBe(error.message)
    }
    const lost = { fingerprint: "f", sentAt, lostAt: sentAt, reason: "r", reconcile: "l" }
    kept(InventError.OutcomeUnknown, new InventError.OutcomeUnknown({ ...call, ...lost }))
    kept(InventError.RetryAfterTooLong, new InventError.RetryAfterTooLong({ ...call, status: 429, retryAt: sentAt }))
    kept(InventError.TimedOut, new InventError.TimedOut({ ...call, deadline: "total", after: Duration.seconds(3) }))
    kept(InventError.QueueFull, new InventError.QueueFull({ ...call, queued: 3, expectedWait: Duration.millis(1.5) }))
  })
})
