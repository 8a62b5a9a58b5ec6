import * as CallOptions from "@effect-invent/client/CallOptions"
import type * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Ids from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { calls, chat, chat_id, channel_id, contact_id, inOrder, json, message, within } = Vendor

type Client = InventClient.InventClient["Type"]

const narrow = { limit: 1, window: "1 minutes" } as const
const wide = { limit: 1_000_000, window: "1 minutes" } as const

describe("a status", () => {
  const tags = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    422: "UnprocessableContent",
    418: "UnexpectedResponse",
    204: "UnexpectedResponse",
    302: "UnexpectedResponse"
  } as const
  for (const [status, tag] of Object.entries(tags)) {
    for (const [safety, call] of Object.entries(calls)) {
      it.scoped(`of ${status} to a call that is ${safety} is ${tag} after one request, with the answer's facts`, () =>
        Effect.gen(function* () {
          const body = status === "204" ? null : "no such luck"
          const answer = Vendor.text(body, Number(status), { "x-request-id": "req_7" })
          const { invent, seen } = yield* Vendor.connect(() => answer)
          const error = yield* within("1 minutes", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
          expect(error).toMatchObject({
            _tag: tag,
            status: Number(status),
            attempts: 1,
            requestId: "req_7",
            excerpt: body ?? ""
          })
          expect(seen.length).toBe(1)
        })
      )
    }
  }

  it.scoped("is judged before the body: a whole chat under a 404 is still NotFound", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json(chat, 404))
      const error = yield* within("1 seconds", Effect.flip(calls.Idempotent(invent)))
      expect(error._tag).toBe("NotFound")
    })
  )

  it.scoped("that nobody describes says so", () =>
    Effect.gen(function* () {
      for (const answer of [json(chat, 201), Vendor.text(null, 204), Vendor.text("", 302)]) {
        const { invent } = yield* Vendor.connect(() => answer)
        const error = yield* within("1 seconds", Effect.flip(calls.Idempotent(invent)))
        expect(error).toMatchObject({ _tag: "UnexpectedResponse", issue: "no page describes this status" })
      }
    })
  )

  it.scoped("of 500 to a safe or idempotent call is ServerFault after four requests", () =>
    Effect.gen(function* () {
      for (const call of [calls.Safe, calls.Idempotent] as const) {
        const { invent, seen } = yield* Vendor.connect(() => Vendor.text("oops", 500))
        const error = yield* within("10 seconds", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error).toMatchObject({ _tag: "ServerFault", status: 500, attempts: 4, excerpt: "oops" })
        expect(seen.length).toBe(4)
      }
    })
  )

  it.scoped(
    "of 429, again and again, is RateLimited when the total deadline passes, with what the server asked for",
    () =>
      Effect.gen(function* () {
        for (const call of Object.values(calls)) {
          const { invent, seen } = yield* Vendor.connect(() => Vendor.text("slow down", 429, { "retry-after": "2" }))
          const error = yield* within("5 minutes", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
          const attempts = seen.length
          expect(error).toMatchObject({ _tag: "RateLimited", status: 429, attempts, retryAfter: Duration.seconds(2) })
          // A pause is 2 s at least and 7.5 s and a jitter at most.
          expect(attempts).toBeGreaterThanOrEqual(300 / 7.6)
          expect(attempts).toBeLessThanOrEqual(1 + 300 / 2)
        }
      })
  )

  it.scoped("of 429 leaves a call all its attempts: it is waited out, and a failure after it is repeated", () =>
    Effect.gen(function* () {
      const refused = Array.from({ length: 9 }, () => Vendor.text("", 429))
      const { invent, seen } = yield* Vendor.connect(
        inOrder(Vendor.text("", 500), ...refused, Vendor.text("", 500), Vendor.reset, json(chat))
      )
      expect((yield* within("2 minutes", calls.Idempotent(invent))).id).toBe("chat_1")
      expect(seen.length).toBe(13)
    })
  )

  for (const [safety, call] of Object.entries(calls)) {
    it.scoped(
      `of 429 for half a minute delays 100 calls that are ${safety} and fails none, and few requests are refused`,
      () =>
        Effect.gen(function* () {
          const answer = ({ at, method }: Vendor.Seen) =>
            at < 30_000 ? Vendor.text("", 429) : json(method === "GET" ? [] : message("m1"))
          const { invent, seen } = yield* Vendor.connect(answer)
          const one = Effect.exit<unknown, unknown, never>(call(invent))
          const exits = yield* within("90 seconds", Effect.replicateEffect(one, 100, { concurrency: "unbounded" }))
          expect(exits.filter(Exit.isSuccess).length).toBe(100)
          // The burst of 50 was on its way, then one tries after each pause.
          expect(seen.filter(({ at }) => at < 30_000).length).toBeLessThanOrEqual(60)
          expect(seen.filter(({ at }) => at >= 30_000).length).toBe(100)
        })
    )
  }

  it.scoped("of an error keeps the start of a long body", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.text("é".repeat(100_000), 400))
      const error = yield* within("1 seconds", Effect.flip(calls.Safe(invent)))
      expect(error).toMatchObject({ _tag: "BadRequest", excerpt: "é".repeat(500) })
    })
  )
})

describe("an answer that is not the contract's", () => {
  const list = calls.Safe
  // An odd entry of a list stays in its place; what is no list has to be what it is.
  const one = (invent: Vendor.Client) =>
    invent.assistants.get({
      path: { org_id: Ids.OrgId.make("org_1"), assistant_id: Ids.AssistantId.make("assistant_1") }
    })
  const answers: Record<
    string,
    { readonly call: typeof list | typeof one; readonly answer: Vendor.Answer; readonly issue: RegExp }
  > = {
    HTML: { call: list, answer: Vendor.text("<html><body>Welcome</body></html>"), issue: /^Could not parse JSON$/ },
    "an empty body": { call: list, answer: Vendor.text(""), issue: /^Expected a list, actual undefined$/ },
    "truncated JSON": { call: list, answer: Vendor.text(`[{"id":"m1","mess`), issue: /^Could not parse JSON$/ },
    "a string": { call: list, answer: json("hello"), issue: /^Expected a list, actual "hello"$/ },
    "an object in place of the list": {
      call: list,
      answer: json({ data: [] }),
      issue: /^Expected a list, actual \{"data":\[\]\}$/
    },
    "an object without id": { call: one, answer: json({ name: "a1" }), issue: /^id: is missing$/ },
    "a number for an id": { call: one, answer: json({ id: 5 }), issue: /^id: Expected string.*, actual 5$/ },
    "a number deep inside": {
      call: one,
      answer: json({ id: "a", config: { instructions: 5 } }),
      issue: /^config\.instructions: Expected string.*, actual 5$/
    },
    "a date that is none": {
      call: one,
      answer: json({ id: "a", created_at: "soon" }),
      issue: /^created_at: .*date-time/
    }
  }
  for (const [what, { answer, call, issue }] of Object.entries(answers)) {
    it.scoped(`is UnexpectedResponse, names the place and is not repeated: ${what}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => answer)
        const error = yield* within("1 minutes", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error._tag).toBe("UnexpectedResponse")
        if (error._tag !== "UnexpectedResponse") return
        expect(error.issue).toMatch(issue)
        expect(error).toMatchObject({
          status: 200,
          attempts: 1,
          endpoint: call === list ? "messages.list" : "assistants.get"
        })
        expect(seen.length).toBe(1)
      })
    )
  }

  it.scoped("keeps the issue short, however long the value", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json({ id: ["x".repeat(100_000)] }))
      const error = yield* within("1 seconds", Effect.flip(one(invent)))
      expect(error._tag === "UnexpectedResponse" && error.issue.startsWith("id: Expected string")).toBe(true)
      expect(error._tag === "UnexpectedResponse" && error.issue.length).toBeLessThan(250)
    })
  )

  it.scoped("is UnexpectedResponse for an unsafe call, too: it came whole, so it was applied", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.text("<html>"))
      const error = yield* within("1 minutes", Effect.flip(calls.Unsafe(invent)))
      expect(error._tag).toBe("UnexpectedResponse")
      expect(seen.length).toBe(1)
    })
  )
})

describe("an unsafe call", () => {
  const lost: Record<string, { readonly answer: Vendor.Answer; readonly reason: RegExp }> = {
    "the connection is cut": { answer: Vendor.reset, reason: /ECONNRESET/ },
    "the connection is cut and nobody says why": { answer: Vendor.fails(new Error("fetch failed")), reason: /cut/ },
    "the network dies under the open connection": {
      answer: Vendor.fails(Object.assign(new Error("read"), { code: "EHOSTUNREACH", syscall: "read" })),
      reason: /EHOSTUNREACH/
    },
    "TLS breaks off, and nobody says when": {
      answer: Vendor.fails(Object.assign(new Error("wrong version number"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" })),
      reason: /ERR_SSL_WRONG_VERSION_NUMBER/
    },
    "the body breaks off": { answer: Vendor.brokenBody, reason: /broke off/ },
    "the server answers 500": { answer: Vendor.text("oops", 500), reason: /500/ },
    "the server answers 503 and asks to come back": {
      answer: Vendor.text("", 503, { "retry-after": "1" }),
      reason: /503/
    },
    "no answer comes in time": { answer: Vendor.stalls, reason: /20s/ }
  }
  for (const [what, { answer, reason }] of Object.entries(lost)) {
    it.scoped(`is sent exactly once and ends as OutcomeUnknown when ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hours")
        const { invent, seen } = yield* Vendor.connect(() => answer)
        const error = yield* within("10 minutes", Effect.flip(calls.Unsafe(invent)))
        expect(seen.length).toBe(1)
        expect(error._tag).toBe("OutcomeUnknown")
        if (error._tag !== "OutcomeUnknown") return
        expect(error).toMatchObject({ endpoint: "contacts.sendMessage", attempts: 1 })
        expect(error.reason).toMatch(reason)
        expect(DateTime.toEpochMillis(error.sentAt)).toBe(3_600_000)
        expect(error.reconcile).toContain("1970-01-01T01:00:00")
      })
    )
  }

  it.scoped("has a fingerprint that only an equal request has", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.reset)
      const fingerprint = (id: string, text: string) =>
        within(
          "1 seconds",
          Effect.flip(
            invent.contacts.sendMessage({
              path: { contact_id: Ids.ContactId.make(id), chat_id },
              payload: { message: [{ type: "text", text }] }
            })
          )
        ).pipe(Effect.map((error) => (error._tag === "OutcomeUnknown" ? error.fingerprint : error._tag)))
      const first = yield* fingerprint("a", "hello")
      expect(first).toContain("POST https://api.useinvent.com/orgs/c/contacts/a/chats/chat_1/messages ")
      expect(yield* fingerprint("a", "hello")).toBe(first)
      expect(yield* fingerprint("a", "hello!")).not.toBe(first)
      expect(yield* fingerprint("b", "hello")).not.toBe(first)
    })
  )

  it.scoped("is repeated after a 429, waits at least as long as the server asked, and succeeds", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(
        inOrder(Vendor.text("", 429, { "retry-after": "7" }), json(message("m1")))
      )
      const sent = yield* within("20 seconds", calls.Unsafe(invent))
      expect(sent.id).toBe("m1")
      expect(seen.length).toBe(2)
      expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(7000)
      expect(seen[1]!.at - seen[0]!.at).toBeLessThanOrEqual(7500)
      expect(seen[1]!.body).toBe(seen[0]!.body)
    })
  )

  it.scoped("holds every other call back while the server asks for a pause", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(
        inOrder(Vendor.text("", 429, { "retry-after": "7" }), json(message("m1")))
      )
      yield* Effect.fork(calls.Unsafe(invent))
      yield* TestClock.adjust("1 seconds")
      yield* Effect.fork(calls.Unsafe(invent))
      yield* TestClock.adjust("5 seconds")
      expect(seen.length).toBe(1)
      yield* TestClock.adjust("5 seconds")
      expect(seen.length).toBe(3)
      expect(seen.slice(1).every(({ at }) => at >= 7000)).toBe(true)
    })
  )

  for (const code of ["ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"]) {
    it.scoped(`is repeated after ${code}: no byte of it left`, () =>
      Effect.gen(function* () {
        const failed = Vendor.fails(Object.assign(new Error("connect"), { code }))
        const { invent, seen } = yield* Vendor.connect(inOrder(failed, json(message("m1"))))
        expect((yield* within("10 seconds", calls.Unsafe(invent))).id).toBe("m1")
        expect(seen.length).toBe(2)
      })
    )
  }

  it.scoped("is repeated after a refused connection, and ends as ConnectionFailed", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.refused)
      const error = yield* within("10 seconds", Effect.flip(calls.Unsafe(invent)))
      expect(error).toMatchObject({ _tag: "ConnectionFailed", attempts: 4, reason: "ECONNREFUSED" })
      expect(seen.length).toBe(4)
    })
  )

  it.scoped("is repeated after a connection that failed on every address, or whose failure is wrapped", () =>
    Effect.gen(function* () {
      const one = Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" })
      const wrapped = new TypeError("fetch failed", { cause: new AggregateError([one, one]) })
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.fails(wrapped), json(message("m1"))))
      expect((yield* within("10 seconds", calls.Unsafe(invent))).id).toBe("m1")
      expect(seen.length).toBe(2)
    })
  )

  it.scoped("whose second request is lost reports that one, and not the 429 before it", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(
        inOrder(Vendor.text("", 429, { "retry-after": "7", "x-request-id": "req_429" }), Vendor.reset)
      )
      const error = yield* within("20 seconds", Effect.flip(calls.Unsafe(invent)))
      expect(error).toMatchObject({ _tag: "OutcomeUnknown", attempts: 2 })
      expect(error).not.toHaveProperty("requestId")
      expect(error._tag === "OutcomeUnknown" && DateTime.toEpochMillis(error.sentAt)).toBe(seen[1]!.at)
    })
  )
})

describe("a safe or idempotent call", () => {
  const repeatable = { Safe: calls.Safe, Idempotent: calls.Idempotent } as const
  const ends: Record<string, { readonly answer: Vendor.Answer; readonly tag: string }> = {
    "the connection is cut": { answer: Vendor.reset, tag: "ConnectionLost" },
    "the body breaks off": { answer: Vendor.brokenBody, tag: "ConnectionLost" },
    "the connection is refused": { answer: Vendor.refused, tag: "ConnectionFailed" },
    "the server answers 502": { answer: Vendor.text("", 502), tag: "ServerFault" }
  }
  for (const [safety, call] of Object.entries(repeatable)) {
    for (const [what, { answer, tag }] of Object.entries(ends)) {
      it.scoped(`(${safety}) is repeated when ${what}, and ends as ${tag} after four requests`, () =>
        Effect.gen(function* () {
          const { invent, seen } = yield* Vendor.connect(() => answer)
          const error = yield* within("10 seconds", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
          expect(error).toMatchObject({ _tag: tag, attempts: 4 })
          expect(seen.length).toBe(4)
        })
      )
    }
  }

  it.scoped("succeeds when a repetition does", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.reset, Vendor.text("", 500), json(chat)))
      expect((yield* within("10 seconds", calls.Idempotent(invent))).id).toBe("chat_1")
      expect(seen.length).toBe(3)
    })
  )

  it.scoped("backs off twice as long each time, up to the longest", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 500), {
        retry: { maxAttempts: 6, baseDelay: "1 seconds", maxDelay: "3 seconds" },
        rateLimit: wide
      })
      yield* within("1 minutes", Effect.flip(Effect.withRandom(calls.Safe(invent), Random.fixed([0.5]))))
      const waits = seen.slice(1).map(({ at }, index) => at - seen[index]!.at)
      expect(waits).toEqual([500, 1000, 1500, 1500, 1500])
    })
  )

  it.scoped("waits as long as a 503 asks", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.text("", 503, { "retry-after": "30" }), json(chat)))
      yield* within("40 seconds", calls.Idempotent(invent))
      expect(seen[1]!.at).toBeGreaterThanOrEqual(30_000)
    })
  )

  it.scoped("ignores a Retry-After that is none", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(
        inOrder(Vendor.text("", 503, { "retry-after": "-30" }), json(chat))
      )
      yield* within("2 seconds", calls.Idempotent(invent))
      expect(seen.length).toBe(2)
    })
  )
})

describe("a call that changes something, after an answer that was lost,", () => {
  /** How a call of each kind ends after these answers, the first of which may hide that it was applied. */
  const ended = (answers: Parameters<typeof inOrder>, options: Parameters<typeof Vendor.connect>[1] = {}) =>
    Effect.forEach([calls.Idempotent, calls.Safe], (call) =>
      Effect.gen(function* () {
        const { invent } = yield* Vendor.connect(inOrder(...answers), options)
        const error = yield* within("5 minutes", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        return error._tag
      })
    )

  it.scoped("names that one, and not the last one that changed nothing", () =>
    Effect.gen(function* () {
      const until = { deadlines: { total: "30 seconds" } } as const
      const refused = Vendor.text("", 429)
      expect(yield* ended([Vendor.text("", 503), refused], until)).toEqual(["ServerFault", "RateLimited"])
      expect(yield* ended([Vendor.reset, refused], until)).toEqual(["ConnectionLost", "RateLimited"])
      expect(yield* ended([Vendor.stalls, refused], until)).toEqual(["TimedOut", "RateLimited"])
      expect(yield* ended([Vendor.reset, Vendor.refused])).toEqual(["ConnectionLost", "ConnectionFailed"])
    })
  )

  it.scoped("names that one, and not the full queue that kept the repetition from leaving", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 503), {
        rateLimit: { limit: 1, window: "1 minutes", maxQueued: 1 }
      })
      const lost = yield* Effect.fork(Effect.flip(calls.Idempotent(invent)))
      yield* TestClock.adjust(0)
      yield* Effect.fork(Effect.flip(calls.Safe(invent)))
      yield* TestClock.adjust("1 seconds")
      expect((yield* Fiber.join(lost))._tag).toBe("ServerFault")
      expect(seen.length).toBe(1)
    })
  )

  it.scoped("names the last one where that is an answer for good", () =>
    Effect.gen(function* () {
      expect(yield* ended([Vendor.reset, Vendor.text("", 404)])).toEqual(["NotFound", "NotFound"])
    })
  )
})

describe("a Retry-After beyond the total deadline", () => {
  for (const [safety, call] of Object.entries(calls)) {
    it.scoped(`is RetryAfterTooLong at once, with the right instant, for a call that is ${safety} and got a 429`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 1))
        const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 429, { "retry-after": "3600" }))
        const error = yield* within(0, Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error).toMatchObject({ _tag: "RetryAfterTooLong", status: 429, attempts: 1 })
        if (error._tag !== "RetryAfterTooLong") return
        expect(DateTime.formatIso(error.retryAt)).toBe("2026-01-01T01:00:00.000Z")
        expect(seen.length).toBe(1)
      })
    )
  }

  it.scoped("is measured against what is left of the deadline", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 503, { "retry-after": "40" }), {
        deadlines: { total: "1 minutes" }
      })
      const error = yield* within("45 seconds", Effect.flip(calls.Safe(invent)))
      expect(error).toMatchObject({ _tag: "RetryAfterTooLong", status: 503, attempts: 2 })
      expect(seen.length).toBe(2)
    })
  )

  it.scoped("holds back all other calls for as long, a minute at most", () =>
    Effect.gen(function* () {
      for (const [retryAfter, until] of [
        ["30", 30_000],
        ["3600", 60_000]
      ] as const) {
        const throttledOnce = Vendor.inOrder(Vendor.text("", 429, { "retry-after": retryAfter }), Vendor.json([]))
        const { invent, seen } = yield* Vendor.connect(throttledOnce)
        const short = CallOptions.withCallOptions({ deadlines: { total: "6 seconds" } })
        const error = yield* within(0, Effect.flip(short(calls.Safe(invent))))
        expect(error._tag).toBe("RetryAfterTooLong")
        yield* within("2 minutes", calls.Safe(invent))
        expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(until)
        expect(seen[1]!.at - seen[0]!.at).toBeLessThanOrEqual(until + 1000)
      }
    })
  )

  it.scoped("may be a number without end", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.text("", 429, { "retry-after": "9".repeat(300) }))
      const error = yield* within(0, Effect.flip(calls.Safe(invent)))
      expect(error._tag).toBe("RetryAfterTooLong")
      expect(error.message).toMatch(/come back at .*\d{4}-\d{2}-\d{2}T/)
    })
  )
})

describe("the retry budget", () => {
  const outage = (concurrency: number | "unbounded") =>
    Effect.gen(function* () {
      let isDown = true
      const { invent, seen } = yield* Vendor.connect(() => (isDown ? Vendor.text("", 500) : json(chat)), {
        rateLimit: wide
      })
      const all = Effect.forEach(Array.from({ length: 300 }), () => Effect.exit(calls.Idempotent(invent)), {
        concurrency
      })
      const failed = yield* within("19 seconds", all)
      expect(failed.filter(Exit.isFailure).length).toBe(300)
      const duringOutage = seen.length
      isDown = false
      const served = yield* within(0, all)
      return { duringOutage, afterwards: seen.length - duringOutage, served: served.filter(Exit.isSuccess).length }
    })

  it.scoped("keeps an outage of 300 calls at once under 1.1 requests a call, and recovery is complete", () =>
    Effect.gen(function* () {
      const { afterwards, duringOutage, served } = yield* outage("unbounded")
      expect(duringOutage).toBeGreaterThan(300)
      expect(duringOutage).toBeLessThanOrEqual(330)
      expect({ afterwards, served }).toEqual({ afterwards: 300, served: 300 })
    })
  )

  it.scoped("keeps an outage of 300 calls one by one under 1.1 requests a call, and recovery is complete", () =>
    Effect.gen(function* () {
      const { afterwards, duringOutage, served } = yield* outage(1)
      expect(duringOutage).toBeGreaterThan(300)
      expect(duringOutage).toBeLessThanOrEqual(330)
      expect({ afterwards, served }).toEqual({ afterwards: 300, served: 300 })
    })
  )

  it.scoped("is refilled by success, so that a client that lived through an outage retries again", () =>
    Effect.gen(function* () {
      let answer = Vendor.text("", 500)
      const { invent, seen } = yield* Vendor.connect(() => answer, {
        retry: { baseDelay: 10, budget: { capacity: 2, refillPerSuccess: 0.5 } },
        rateLimit: wide
      })
      const requests = (time: Duration.DurationInput) =>
        Effect.gen(function* () {
          const before = seen.length
          yield* within(time, Effect.exit(calls.Safe(invent)))
          return seen.length - before
        })
      expect(yield* requests("1 seconds")).toBe(3)
      expect(yield* requests("1 seconds")).toBe(1)
      answer = json([])
      expect([yield* requests(0), yield* requests(0)]).toEqual([1, 1])
      answer = Vendor.text("", 500)
      expect(yield* requests("1 seconds")).toBe(2)
    })
  )

  it.scoped("is not spent by a 429", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(inOrder(Vendor.text("", 429), Vendor.text("", 429), json(chat)), {
        retry: { baseDelay: 10, budget: { capacity: 0 } }
      })
      expect((yield* within("10 seconds", calls.Idempotent(invent))).id).toBe("chat_1")
    })
  )
})

describe("the total deadline", () => {
  for (const [safety, call] of Object.entries(calls)) {
    it.scoped(`that passes in the queue is TimedOut for a call that is ${safety}, and nothing was sent`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json([]), {
          rateLimit: narrow,
          deadlines: { total: "10 seconds" }
        })
        yield* within(0, calls.Safe(invent))
        const error = yield* within("10 seconds", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error).toMatchObject({ _tag: "TimedOut", deadline: "total", attempts: 0, after: Duration.seconds(10) })
        expect(seen.length).toBe(1)
      })
    )

    it.scoped(
      `that passes after a 429, before the repetition, is RateLimited for a call that is ${safety}: nothing is ambiguous`,
      () =>
        Effect.gen(function* () {
          const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 429), {
            rateLimit: narrow,
            deadlines: { total: "10 seconds" }
          })
          const error = yield* within("10 seconds", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
          expect(error).toMatchObject({ _tag: "RateLimited", status: 429, attempts: 1 })
          expect(seen.length).toBe(1)
        })
    )

    it.scoped(
      `that passes in flight is ${safety === "Unsafe" ? "OutcomeUnknown" : "TimedOut"} for a call that is ${safety}`,
      () =>
        Effect.gen(function* () {
          const { invent, seen } = yield* Vendor.connect(() => Vendor.stalls, { deadlines: { total: "10 seconds" } })
          const error = yield* within("10 seconds", Effect.flip<unknown, InventError.InventError, never>(call(invent)))
          const expected =
            safety === "Unsafe"
              ? { _tag: "OutcomeUnknown", attempts: 1, reason: "the total deadline of 10s passed" }
              : { _tag: "TimedOut", deadline: "total", attempts: 1 }
          expect(error).toMatchObject(expected)
          expect(seen.length).toBe(1)
        })
    )
  }

  it.scoped("is not waited for when the next back-off would go past it: the last failure is the result", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.text("", 500), {
        retry: { maxAttempts: 100, baseDelay: "1 seconds", maxDelay: "4 seconds" },
        deadlines: { total: "10 seconds" },
        rateLimit: wide
      })
      const call = Effect.withRandom(calls.Safe(invent), Random.fixed([0.99]))
      const error = yield* within("9999 millis", Effect.flip(call))
      // 1 + 2 + 4 s and a little less; the next 4 s are not there any more.
      expect(error).toMatchObject({ _tag: "ServerFault", attempts: 4 })
      expect(seen.length).toBe(4)
    })
  )
})

describe("the deadline of an attempt", () => {
  it.scoped("is TimedOut for a safe call after four attempts", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => Vendor.stalls, { deadlines: { attempt: "2 seconds" } })
      const error = yield* within("10 seconds", Effect.flip(calls.Safe(invent)))
      expect(error).toMatchObject({ _tag: "TimedOut", deadline: "attempt", attempts: 4, after: Duration.seconds(2) })
      expect(seen.length).toBe(4)
    })
  )

  it.scoped("covers the body, too", () =>
    Effect.gen(function* () {
      const endless =
        (headers: Record<string, string>): Vendor.Answer =>
        (request) =>
          Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(new ReadableStream({}), { headers })))
      const announced: ReadonlyArray<Record<string, string>> = [{}, { "content-length": "9" }]
      for (const headers of announced) {
        const { invent } = yield* Vendor.connect(() => endless(headers), {
          deadlines: { attempt: "2 seconds" },
          retry: { maxAttempts: 1 }
        })
        const error = yield* within("2 seconds", Effect.flip(calls.Safe(invent)))
        expect(error).toMatchObject({ _tag: "TimedOut", deadline: "attempt" })
      }
    })
  )

  it.scoped("does not run while the call waits for its permit", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json([]), {
        rateLimit: narrow,
        deadlines: { attempt: "2 seconds" }
      })
      yield* within(0, calls.Safe(invent))
      expect(yield* within("3 minutes", calls.Safe(invent))).toEqual([])
    })
  )
})

describe("the queue for the rate limit", () => {
  for (const [safety, call] of Object.entries(calls)) {
    it.scoped(`that is full is QueueFull at once for a call that is ${safety}, and nothing was sent`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json([]), { rateLimit: { ...narrow, maxQueued: 1 } })
        yield* within(0, calls.Safe(invent))
        yield* Effect.fork(calls.Safe(invent))
        yield* TestClock.adjust(0)
        const error = yield* within(0, Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error).toMatchObject({ _tag: "QueueFull", attempts: 0, queued: 1 })
        expect(error._tag === "QueueFull" && Duration.toSeconds(error.expectedWait)).toBeGreaterThan(60)
        expect(seen.length).toBe(1)
      })
    )
  }

  it.scoped("has lanes: a call in `stop` goes before one that has waited longer", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json([]), { rateLimit: narrow })
      yield* within(0, calls.Safe(invent))
      yield* Effect.fork(calls.Safe(invent))
      yield* TestClock.adjust(0)
      yield* Effect.fork(RateLimit.withLane("stop")(calls.Idempotent(invent)))
      yield* TestClock.adjust("3 minutes")
      expect(seen.map(({ method }) => method)).toEqual(["GET", "PATCH"])
    })
  )

  it.scoped("is held after a 429, also after one that ended its call", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.text("", 429), json([])), {
        retry: { maxAttempts: 1 }
      })
      const error = yield* within(0, Effect.flip(calls.Safe(invent)))
      expect(error._tag).toBe("RateLimited")
      yield* within("1 seconds", calls.Safe(invent))
      expect(seen[1]!.at).toBe(600)
    })
  )
})

describe("an interruption", () => {
  it.scoped("ends the wait for a permit at once, and the request is never sent", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json([]), { rateLimit: narrow })
      yield* within(0, calls.Safe(invent))
      const fiber = yield* Effect.fork(calls.Safe(invent))
      yield* TestClock.adjust("5 seconds")
      expect(yield* Vendor.isOver(fiber)).toBe(false)
      const exit = yield* Fiber.interrupt(fiber)
      expect(Exit.isInterrupted(exit)).toBe(true)
      expect(yield* Clock.currentTimeMillis).toBe(5000)
      yield* TestClock.adjust("2 minutes")
      expect(seen.length).toBe(1)
    })
  )

  it.scoped("ends a back-off at once, and the request is not repeated", () =>
    Effect.gen(function* () {
      for (const answer of [
        Vendor.text("", 503, { "retry-after": "60" }),
        Vendor.text("", 429, { "retry-after": "60" })
      ]) {
        const { invent, seen } = yield* Vendor.connect(() => answer)
        const fiber = yield* Effect.fork(calls.Safe(invent))
        yield* TestClock.adjust("5 seconds")
        expect(yield* Vendor.isOver(fiber)).toBe(false)
        const before = yield* Clock.currentTimeMillis
        const exit = yield* Fiber.interrupt(fiber)
        expect(Exit.isInterrupted(exit)).toBe(true)
        expect(yield* Clock.currentTimeMillis).toBe(before)
        yield* TestClock.adjust("2 minutes")
        expect(seen.length).toBe(1)
      }
    })
  )

  const endlessBody: Vendor.Answer = (request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(new ReadableStream({}))))
  const stages: Record<string, { readonly answer: Vendor.Answer; readonly countedFrom: number }> = {
    "waits for an answer": { answer: Vendor.stalls, countedFrom: 5000 },
    "reads a body": { answer: endlessBody, countedFrom: 5000 },
    "backs off": { answer: Vendor.text("", 503, { "retry-after": "60" }), countedFrom: 0 }
  }
  for (const [stage, { answer, countedFrom }] of Object.entries(stages)) {
    it.scoped(`of a call that ${stage} returns its permit: the next call leaves when it should`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(inOrder(answer, json([])), { rateLimit: narrow })
        const fiber = yield* Effect.fork(calls.Safe(invent))
        yield* TestClock.adjust("5 seconds")
        expect(yield* Vendor.isOver(fiber)).toBe(false)
        expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
        yield* within("3 minutes", calls.Safe(invent))
        // Two windows later no kind of server remembers it; times are rounded up to 50 ms.
        expect(seen.map(({ at }) => at)).toEqual([0, countedFrom + 120_050])
      })
    )
  }

  it.scoped("in the queue makes way: the next call leaves as if that one had never been", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json([]), { rateLimit: narrow })
      yield* within(0, calls.Safe(invent))
      const fiber = yield* Effect.fork(calls.Safe(invent))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.interrupt(fiber)
      yield* within("3 minutes", calls.Safe(invent))
      expect(seen.map(({ at }) => at)).toEqual([0, 120_050])
    })
  )

  it.scoped("ends a request in flight at once, and reaches the transport", () =>
    Effect.gen(function* () {
      let isAborted = false
      const abortable: Vendor.Answer = () =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => (isAborted = true)))
      const { invent } = yield* Vendor.connect(() => abortable)
      const fiber = yield* Effect.fork(calls.Unsafe(invent))
      yield* TestClock.adjust("1 seconds")
      const exit = yield* Fiber.interrupt(fiber)
      expect(Exit.isInterrupted(exit)).toBe(true)
      expect(isAborted).toBe(true)
    })
  )
})

describe("a request that breaks a documented limit", () => {
  const at = { contact_id, channel_id }
  const patch = (payload: object) => (invent: Client) =>
    invent.state.update({ path: { chat_id }, payload: payload as {} })
  const list = (urlParams: object) => (invent: Client) => invent.messages.list({ path: { chat_id }, urlParams })
  const chatOf = (id: string) => (invent: Client) => invent.messages.list({ path: { chat_id: Ids.ChatId.make(id) } })
  const create = (payload: object) => (invent: Client) =>
    invent.contacts.createChat({ path: at, payload: payload as {} })

  const invalid: Record<
    string,
    readonly [call: (invent: Client) => Effect.Effect<unknown, InventError.InventError>, issue: RegExp]
  > = {
    "a title of 257 characters": [create({ title: "x".repeat(257) }), /^title: .*at most 256/],
    "a message without parts": [create({ message: [] }), /^message\.0: is missing/],
    "a part of a kind nobody published": [create({ message: [{ type: "file", text: "x" }] }), /^message\.0\.type: /],
    "a csat score of 0": [patch({ csat_score: 0 }), /^csat_score: .*between 1 and 5/],
    "a csat score of 6": [patch({ csat_score: 6 }), /^csat_score: .*between 1 and 5/],
    "a mute of more than a year": [
      patch({ muted_until: DateTime.unsafeMake("1971-01-02T00:00:00Z") }),
      /^muted_until: .*one year ahead/
    ],
    "a state that does not exist": [patch({ state: "ARCHIVED" }), /^state: /],
    "a key that nobody documented": [patch({ csat: 3 }), /^csat: is unexpected/],
    "a page of 0": [list({ page: 0 }), /^page: .*positive/],
    "more than 100 a page": [list({ take: 101 }), /^take: .*between 1 and 100/],
    "an empty id": [chatOf(""), /^path\.chat_id: expected an id, got ""/],
    "an id that is a step up": [chatOf(".."), /^path\.chat_id: expected an id, got "\.\."/],
    "an id that is a step nowhere": [chatOf("."), /^path\.chat_id: expected an id/],
    "an id that has no UTF-8": [chatOf("\ud800"), /^path\.chat_id: expected an id/],
    "no id at all": [(invent) => invent.messages.list({ path: {} } as never), /^chat_id: is missing/],
    "an empty org_id": [
      (invent) => invent.contacts.createChat({ path: { ...at, org_id: Ids.OrgId.make("") }, payload: {} }),
      /^path\.org_id: expected an id/
    ]
  }
  for (const [what, [call, issue]] of Object.entries(invalid)) {
    it.scoped(`is InvalidRequest and sends nothing: ${what}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json([]))
        const error = yield* within("1 minutes", Effect.flip(call(invent)))
        expect(error._tag).toBe("InvalidRequest")
        expect(error._tag === "InvalidRequest" && error.issue).toMatch(issue)
        expect(error.message).toMatch(/ was not sent: /)
        expect(seen.length).toBe(0)
      })
    )
  }
})

describe("an id", () => {
  const ids: Record<string, string> = {
    "a slash": "a/b",
    "an encoded slash": "a%2Fb",
    "an encoded step up": "%2e%2e",
    "a backslash": "a\\b",
    "a question mark and a hash": "a?b#c",
    "a blank": "a b",
    "a plus and a semicolon": "a+b;c",
    unicode: "chät-チャット-💬",
    "dots that are no step": "a..b",
    "three dots": "..."
  }
  for (const [what, id] of Object.entries(ids)) {
    it.scoped(`with ${what} is one segment of the path, and the whole id`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json([]))
        yield* within(0, invent.messages.list({ path: { chat_id: Ids.ChatId.make(id) } }))
        const segments = seen[0]!.url.pathname.split("/")
        expect(segments.length).toBe(4)
        expect(segments.map(decodeURIComponent)).toEqual(["", "chats", id, "messages"])
        expect(seen[0]!.url.search + seen[0]!.url.hash).toBe("")
      })
    )
  }
})

describe("the organization", () => {
  const path = (seen: ReadonlyArray<Vendor.Seen>) =>
    seen.map(({ url }) => url.pathname.split("/").slice(0, 3).join("/"))
  const create = (invent: Client, org_id?: Ids.OrgId) =>
    invent.contacts.createChat({ path: { contact_id, channel_id, ...(org_id && { org_id }) }, payload: {} })

  it.scoped("is c unless somebody says otherwise", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat))
      yield* within(0, create(invent))
      expect(path(seen)).toEqual(["/orgs/c"])
    })
  )

  it.scoped("is that of the settings, and that of the argument before it", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat), { orgId: Ids.OrgId.make("org_settings") })
      yield* within(0, create(invent))
      yield* within(0, create(invent, Ids.OrgId.make("org_argument")))
      expect(path(seen)).toEqual(["/orgs/org_settings", "/orgs/org_argument"])
    })
  )

  it.scoped("is that of the settings when the argument is undefined", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat))
      const undefinedOrg = { contact_id, channel_id, org_id: undefined } as unknown as {
        contact_id: Ids.ContactId
        channel_id: Ids.ChannelId
      }
      yield* within(0, invent.contacts.createChat({ path: undefinedOrg, payload: {} }))
      expect(path(seen)).toEqual(["/orgs/c"])
    })
  )

  it.scoped("is left out of paths that have none", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json(chat))
      yield* within(0, calls.Idempotent(invent))
      expect(seen[0]!.url.pathname).toBe("/chats/chat_1/state")
    })
  )
})

describe("the base URL", () => {
  it.scoped("may have a path of its own, with or without a slash at its end", () =>
    Effect.gen(function* () {
      for (const baseUrl of ["https://proxy.example/invent", "https://proxy.example/invent/"]) {
        const { invent, seen } = yield* Vendor.connect(() => json(chat), { baseUrl })
        yield* within(0, calls.Idempotent(invent))
        expect(seen[0]!.url.href).toBe("https://proxy.example/invent/chats/chat_1/state")
      }
    })
  )
})

describe("a 429 of an endpoint that has a limit of its own", () => {
  const create = ({ assistants }: Vendor.Client) =>
    assistants.create({ payload: { name: "Ada", config: { timezone: "Europe/Paris" } } })

  it.scoped("is waited for by its call alone, ever longer, and takes nothing from the quota of the others", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(
        ({ method }) => (method === "POST" ? Vendor.text("", 429) : Vendor.json([])),
        { retry: { baseDelay: 500, maxDelay: "20 seconds" } }
      )
      const creating = yield* Effect.fork(Effect.flip(create(invent)))
      const list = Effect.zipRight(calls.Safe(invent), Effect.sleep("200 millis"))
      yield* within("31 seconds", Effect.timeout(Effect.forever(list), "30 seconds").pipe(Effect.ignore))
      const [creates, lists] = [
        seen.filter(({ method }) => method === "POST"),
        seen.filter(({ method }) => method === "GET")
      ]
      expect(lists).toHaveLength(150)
      expect(creates.length).toBeGreaterThan(3)
      expect(creates.length).toBeLessThan(15)
      yield* TestClock.adjust("5 minutes")
      expect(yield* creating).toMatchObject({ _tag: "RateLimited" })
    })
  )
})
