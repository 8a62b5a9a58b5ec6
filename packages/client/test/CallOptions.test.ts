import * as CallOptions from "@effect-invent/client/CallOptions"
import type * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { apiKey, calls, inOrder, json, within } = Vendor
const { withAnswer, withCallOptions } = CallOptions

/** What is logged while an effect runs. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ annotations, message }) => {
      lines.push([message, ...HashMap.toEntries(annotations).map((entry) => entry.join("="))].flat().join(" "))
    })
    return Effect.map(Effect.exit(effect), (exit) => ({ exit, lines })).pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger))
    )
  })

describe("the deadline of a single call", () => {
  it.scoped("of an unsafe call that has left ends it as OutcomeUnknown, with what was sent and when", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls)
      const call = calls.Unsafe(invent).pipe(withCallOptions({ deadlines: { total: "1 seconds" } }))
      const error = yield* within("1 seconds", Effect.flip(call))
      expect(error).toMatchObject({ _tag: "OutcomeUnknown", reason: "the total deadline of 1s passed" })
      expect(error._tag === "OutcomeUnknown" && error.fingerprint).toMatch(/^POST https:.*\/messages [0-9a-f]+$/)
    })
  )

  it.scoped("is each one's own, and the client's where it is left out", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls, {
        retry: { maxAttempts: 1 },
        deadlines: { attempt: "3 seconds", total: "9 seconds" }
      })
      const took = (options: CallOptions.CallOptions) =>
        Effect.gen(function* () {
          const call = yield* Effect.fork(Effect.flip(calls.Safe(invent).pipe(withCallOptions(options))))
          let seconds = 0
          while (!(yield* Vendor.isOver(call))) {
            yield* TestClock.adjust("1 seconds")
            seconds++
          }
          return [seconds, yield* Fiber.join(call)] as const
        })
      expect(yield* took({})).toMatchObject([3, { _tag: "TimedOut", deadline: "attempt" }])
      expect(yield* took({ deadlines: { attempt: "5 seconds" } })).toMatchObject([5, { deadline: "attempt" }])
      expect(yield* took({ deadlines: { total: "2 seconds" } })).toMatchObject([2, { deadline: "total" }])
    })
  )

  it.scoped(
    "is what Effect.timeout is not: that interrupts the call, and a warning is all that is left of the request",
    () =>
      Effect.gen(function* () {
        const { invent } = yield* Vendor.connect(() => Vendor.stalls)
        const { exit, lines } = yield* within("1 seconds", logged(Effect.timeout(calls.Unsafe(invent), "1 seconds")))
        expect(exit).toMatchObject({ _tag: "Failure", cause: Cause.fail({ _tag: "TimeoutException" }) })
        expect(lines).toEqual([
          expect.stringMatching(
            /^contacts\.sendMessage was interrupted after its request had left: it may have been applied.* fingerprint=POST .* sentAt=1970-01-01T00:00:00\.000Z|sentAt=.* fingerprint=POST /
          )
        ])
        expect(lines.join()).not.toContain(apiKey)
      })
  )

  it.scoped("makes no warning of an interruption that loses nothing: a safe call, or one that has not left", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls)
      const refused = yield* Vendor.connect(() => Vendor.refused, { retry: { baseDelay: 60_000, maxDelay: 60_000 } })
      const safe = yield* within("1 seconds", logged(Effect.timeout(calls.Safe(invent), "1 seconds")))
      const unsent = yield* within("1 millis", logged(Effect.timeout(calls.Unsafe(refused.invent), "1 millis")))
      expect([safe.lines, unsent.lines]).toEqual([[], []])
      expect([safe.exit._tag, unsent.exit._tag]).toEqual(["Failure", "Failure"])
    })
  )
})

describe("a single call", () => {
  it.scoped("is not repeated where its retries are off, whatever the failure", () =>
    Effect.gen(function* () {
      for (const answer of [Vendor.text("", 503), Vendor.reset, Vendor.refused, Vendor.text("", 429)]) {
        const { invent, seen } = yield* Vendor.connect(() => answer)
        yield* within("10 seconds", Effect.flip(calls.Safe(invent).pipe(withCallOptions({ retry: false }))))
        expect(seen.length).toBe(1)
      }
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.text("", 503), json([])))
      yield* within("10 seconds", calls.Safe(invent).pipe(withCallOptions({ retry: true })))
      expect(seen.length).toBe(2)
    })
  )

  it.scoped("can be repeated only where its request certainly was not applied; the error of the others says why", () =>
    Effect.gen(function* () {
      const ended = (answer: Vendor.Answer) =>
        Effect.gen(function* () {
          const { invent, seen } = yield* Vendor.connect(inOrder(answer, Vendor.text("", 404)))
          const call = Effect.flip(calls.Idempotent(invent).pipe(withCallOptions({ retry: "if-unapplied" })))
          return [(yield* within("10 seconds", call))._tag, seen.length]
        })
      for (const answer of [Vendor.refused, Vendor.text("", 429)]) expect(yield* ended(answer)).toEqual(["NotFound", 2])
      expect(yield* ended(Vendor.text("", 503))).toEqual(["ServerFault", 1])
      expect(yield* ended(Vendor.reset)).toEqual(["ConnectionLost", 1])
    })
  )

  it.scoped("has its own headers on every request, and never another key", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.text("", 503), json([])))
      const call = calls
        .Safe(invent)
        .pipe(
          withCallOptions({ headers: { "x-trace": "inner" } }),
          withCallOptions({ headers: { "x-trace": "outer", "x-tenant": "t1" } })
        )
      yield* within("10 seconds", call)
      expect(seen.length).toBe(2)
      for (const { headers } of seen) {
        expect(headers).toMatchObject({ "x-trace": "inner", "x-tenant": "t1", authorization: `Bearer ${apiKey}` })
      }
    })
  )

  const unusable: Record<string, readonly [CallOptions.CallOptions, RegExp]> = {
    "a header that the client sets": [
      { headers: { Authorization: "Bearer other" } },
      /^headers\.Authorization: the client sets/
    ],
    "a header of two lines": [{ headers: { "x-a": "1\r\nx-b: 2" } }, /^headers\.x-a: is no header$/],
    "a header without a name": [{ headers: { "": "1" } }, /^headers\.: is no header$/],
    "a deadline of nothing": [{ deadlines: { attempt: 0 } }, /deadlines\.attempt.*at least 1 ms/],
    "a deadline without end": [{ deadlines: { total: Duration.infinity } }, /deadlines\.total.*finite/]
  }
  for (const [what, [options, issue]] of Object.entries(unusable)) {
    it.scoped(`is not sent and says why with an option that cannot be used: ${what}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json([]))
        const error = yield* within(
          0,
          Effect.flip<unknown, InventError.InventError, never>(calls.Safe(invent).pipe(withCallOptions(options)))
        )
        expect(error).toMatchObject({ _tag: "InvalidRequest", endpoint: "messages.list" })
        expect(error._tag === "InvalidRequest" && error.issue).toMatch(issue)
        expect(seen.length).toBe(0)
      })
    )
  }
})

describe("the answer as it came", () => {
  const headers = { "x-request-id": "req-1", "x-cost": "3" }

  it.scoped("is there beside the value: status, headers, request id and text", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.text(`[ {"id":"m1"} ]`, 200, headers))
      const [value, answer] = yield* within(0, withAnswer(calls.Safe(invent)))
      expect(value).toEqual([{ id: "m1" }])
      expect(Option.getOrThrow(answer)).toMatchObject({
        endpoint: "messages.list",
        attempt: 1,
        status: 200,
        headers,
        requestId: "req-1",
        text: `[ {"id":"m1"} ]`
      })
    })
  )

  it.scoped("is shown of every request, a refused one and one that no schema can read included", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(inOrder(Vendor.text("busy", 503), Vendor.text("<html>", 200)))
      const shown: Array<CallOptions.RawAnswer> = []
      const onAnswer = (answer: CallOptions.RawAnswer) => Effect.sync(() => void shown.push(answer))
      const outer: Array<number> = []
      const call = calls
        .Safe(invent)
        .pipe(
          withCallOptions({ onAnswer }),
          withCallOptions({ onAnswer: ({ status }) => Effect.sync(() => void outer.push(status)) })
        )
      expect((yield* within("10 seconds", Effect.flip(call)))._tag).toBe("UnexpectedResponse")
      expect(shown.map(({ attempt, status, text }) => [attempt, status, text])).toEqual([
        [1, 503, "busy"],
        [2, 200, "<html>"]
      ])
      expect(outer).toEqual([503, 200])
    })
  )

  it.scoped("does not repeat the key, should the server do so", () =>
    Effect.gen(function* () {
      for (const status of [200, 400]) {
        const { invent } = yield* Vendor.connect(() =>
          Vendor.text(JSON.stringify([{ id: apiKey }]), status, { "x-echo": apiKey })
        )
        const shown: Array<CallOptions.RawAnswer> = []
        const onAnswer = (answer: CallOptions.RawAnswer) => Effect.sync(() => void shown.push(answer))
        yield* within(0, Effect.exit(calls.Safe(invent).pipe(withCallOptions({ onAnswer }))))
        expect(shown.length).toBe(1)
        expect(JSON.stringify(shown)).not.toContain(apiKey)
      }
    })
  )

  it.scoped("is none where none came", () =>
    Effect.gen(function* () {
      const [, answer] = yield* withAnswer(Effect.succeed(1))
      expect(answer).toEqual(Option.none())
    })
  )
})
