import type * as InventClient from "@effect-invent/client/InventClient"
import * as Ids from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { calls, inOrder, json, text, within } = Vendor

type Client = InventClient.InventClient["Type"]

/** The lines that are logged while an effect runs, each with its annotations, from this level up. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>, level?: LogLevel.LogLevel) =>
  Effect.suspend(() => {
    const lines: Array<readonly [level: string, message: string, annotations: Readonly<Record<string, unknown>>]> = []
    const logger = Logger.make(({ annotations, logLevel, message }) => {
      lines.push([logLevel.label, [message].flat().join(" "), Object.fromEntries(HashMap.toEntries(annotations))])
    })
    const program = level === undefined ? effect : Logger.withMinimumLogLevel(effect, level)
    return Effect.map(Effect.exit(program), (exit) => ({ exit, lines })).pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger))
    )
  })

/** An answer that takes this long. */
const slow =
  (millis: number, answer: Vendor.Answer): Vendor.Answer =>
  (request) =>
    Effect.delay(answer(request), millis)

const path = "GET /chats/{chat_id}/messages"
const status = "http.response.status_code"

describe("the debug log", () => {
  it.scoped("has a line for each request, and for each wait the reason", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(inOrder(slow(250, text("", 503)), Vendor.refused, json([])), {
        retry: { baseDelay: 1000, maxDelay: 1000 }
      })
      const { exit, lines } = yield* within("10 seconds", logged(calls.Safe(invent), LogLevel.Debug))
      expect(exit).toEqual(Exit.succeed([]))
      const wait = expect.toSatisfy((seconds: number) => seconds >= 0 && seconds <= 1)
      expect(lines).toEqual([
        ["DEBUG", path, { attempt: 1, duration: 0.25, queued: 0, [status]: 503, "error.type": "503" }],
        ["DEBUG", path, { next: 2, wait, because: "Faulted" }],
        ["DEBUG", path, { attempt: 2, duration: 0, queued: 0, "error.type": "NeverSent" }],
        ["DEBUG", path, { next: 3, wait, because: "NeverSent" }],
        ["DEBUG", path, { attempt: 3, duration: 0, queued: 0, [status]: 200 }]
      ])
    })
  )

  it.scoped("says how long a request waited for the rate limit, and of a 429 what the server asked for", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(inOrder(text("", 429, { "retry-after": "30" }), json([])), {
        retry: { baseDelay: 0, maxDelay: 0 }
      })
      const { lines } = yield* within("5 minutes", logged(calls.Safe(invent), LogLevel.Debug))
      expect(lines).toEqual([
        ["DEBUG", path, { attempt: 1, duration: 0, queued: 0, [status]: 429, "error.type": "429" }],
        ["DEBUG", path, { next: 2, wait: 30, because: "Throttled" }],
        ["DEBUG", path, { attempt: 2, duration: 0, queued: 30, [status]: 200 }]
      ])
    })
  )

  it.scoped("says of a call that is interrupted, or late, how its request ended", () =>
    Effect.gen(function* () {
      const late = yield* Vendor.connect(() => Vendor.stalls, {
        deadlines: { attempt: "2 seconds" },
        retry: { maxAttempts: 1 }
      })
      const { lines } = yield* within("2 seconds", logged(calls.Safe(late.invent), LogLevel.Debug))
      expect(lines).toEqual([["DEBUG", path, { attempt: 1, duration: 2, queued: 0, "error.type": "AttemptTimedOut" }]])
      const given = yield* Vendor.connect(() => Vendor.stalls)
      const stopped = yield* within(
        "1 seconds",
        logged(Effect.timeout(calls.Safe(given.invent), "1 seconds"), LogLevel.Debug)
      )
      expect(stopped.lines).toEqual([
        ["DEBUG", path, { attempt: 1, duration: 1, queued: 0, "error.type": "Interrupted" }]
      ])
    })
  )

  it.scoped("is empty at the level that Effect has by default, and at Info", () =>
    Effect.gen(function* () {
      for (const level of [undefined, LogLevel.Info]) {
        const { invent } = yield* Vendor.connect(inOrder(text("", 503), json([])))
        expect((yield* within("10 seconds", logged(calls.Safe(invent), level))).lines).toEqual([])
      }
    })
  )

  const secret = "NEVER-PRINT-ME"

  /** Calls with the secret wherever a caller can put one, answered with the secret wherever a server can. */
  const leaky: Readonly<Record<string, (invent: Client) => Effect.Effect<unknown, unknown>>> = {
    "an id and a query": ({ contacts }) =>
      contacts.listFiles({ path: { contact_id: Ids.ContactId.make(secret) }, urlParams: { search: secret } }),
    "a body": ({ contacts }) =>
      contacts.create({ payload: { channel: { name: secret, email: `${secret}@example.com` } } }),
    "a request with its parameters apart": ({ request }) =>
      request({
        method: "GET",
        path: "/chats/{chat_id}/x",
        params: { chat_id: secret },
        urlParams: { q: secret },
        safety: "Safe"
      }),
    "a request with an id in its path": ({ request }) =>
      request({ method: "POST", path: `/chats/${secret}/x`, payload: { name: secret }, safety: "Idempotent" })
  }
  const answers: Readonly<Record<string, Vendor.Answer>> = {
    "a success": json([{ id: secret, name: secret }], 200, { "x-request-id": secret }),
    "a refusal": text(secret, 400, { "x-request-id": secret }),
    "a failure": text(secret, 503, { "x-request-id": secret, "set-cookie": secret }),
    "a network that fails": Vendor.fails(Object.assign(new Error(secret), { code: "ECONNREFUSED", syscall: "connect" }))
  }
  for (const [what, call] of Object.entries(leaky)) {
    it.scoped(`contains nothing of ${what}, nor the key, whatever the answer`, () =>
      Effect.gen(function* () {
        for (const [name, answer] of Object.entries(answers)) {
          const { invent } = yield* Vendor.connect(() => answer)
          const { lines } = yield* within("10 seconds", logged(call(invent), LogLevel.All))
          const said = JSON.stringify(lines)
          expect(lines.length, name).toBeGreaterThan(0)
          expect(said, name).not.toContain(secret)
          expect(said, name).not.toContain(Vendor.apiKey)
        }
      })
    )
  }
})
