import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Settings from "@effect-invent/client/Settings"
import { OrgId } from "@effect-invent/domain/Ids"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect } from "@effect/vitest"
import type { ConfigError } from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { it } from "../../../tools/testing/it.ts"

const noNetwork = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make(() => Effect.dieMessage("a client sends nothing while it is built"))
)

const build = (layer: Layer.Layer<InventClient.InventClient, ConfigError, HttpClient.HttpClient>) =>
  Effect.scoped(Layer.build(Layer.provide(layer, noNetwork)))

const refusal = (layer: Layer.Layer<InventClient.InventClient, ConfigError, HttpClient.HttpClient>) =>
  Effect.map(Effect.flip(build(layer)), String)

const apiKey = Redacted.make("key-1")

const withEnvironment = (entries: Record<string, string>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

const options: Record<string, readonly [options: Settings.Options, name: string, rule: RegExp]> = {
  "an empty key": [{ apiKey: Redacted.make("") }, "INVENT_API_KEY", /non-empty/],
  "a key with a blank": [{ apiKey: Redacted.make("key 1") }, "INVENT_API_KEY", /visible ASCII/],
  "a key with the line break of a file": [{ apiKey: Redacted.make("key-1\n") }, "INVENT_API_KEY", /visible ASCII/],
  "a key beyond ASCII": [{ apiKey: Redacted.make("kéy") }, "INVENT_API_KEY", /visible ASCII/],
  "a base URL that is none": [{ apiKey, baseUrl: "api.useinvent.com" }, "INVENT_BASE_URL", /not a URL/],
  "an empty base URL": [{ apiKey, baseUrl: "" }, "INVENT_BASE_URL", /not a URL/],
  "plain HTTP to another machine": [
    { apiKey, baseUrl: "http://api.useinvent.com" },
    "INVENT_BASE_URL",
    /must be https/
  ],
  "plain HTTP to a name that begins like this machine": [
    { apiKey, baseUrl: "http://localhost.example.com" },
    "INVENT_BASE_URL",
    /must be https/
  ],
  "plain HTTP to an address that begins like this machine": [
    { apiKey, baseUrl: "http://127.0.0.1.example.com" },
    "INVENT_BASE_URL",
    /must be https/
  ],
  "another protocol": [{ apiKey, baseUrl: "ftp://localhost" }, "INVENT_BASE_URL", /must be https/],
  "credentials in the URL": [
    { apiKey, baseUrl: "https://me:secret@api.example.com" },
    "INVENT_BASE_URL",
    /credentials/
  ],
  "a query in the URL": [{ apiKey, baseUrl: "https://api.example.com/?v=1" }, "INVENT_BASE_URL", /end with its path/],
  "a fragment in the URL": [{ apiKey, baseUrl: "https://api.example.com/#x" }, "INVENT_BASE_URL", /end with its path/],
  "an organization that is a step in a path": [{ apiKey, orgId: OrgId.make("..") }, "INVENT_ORG_ID", /must be an id/],
  "an organization that has no UTF-8": [{ apiKey, orgId: OrgId.make("\ud800") }, "INVENT_ORG_ID", /must be an id/],
  "an empty organization": [{ apiKey, orgId: OrgId.make("") }, "INVENT_ORG_ID", /not be empty/],
  "a limit of zero": [{ apiKey, rateLimit: { limit: 0 } }, "INVENT_RATE_LIMIT", /whole number of at least 1/],
  "a limit of half a request": [{ apiKey, rateLimit: { limit: 0.5 } }, "INVENT_RATE_LIMIT", /whole number/],
  "a limit that is no number": [{ apiKey, rateLimit: { limit: Number.NaN } }, "INVENT_RATE_LIMIT", /whole number/],
  "a queue for nobody": [{ apiKey, rateLimit: { maxQueued: 0 } }, "rateLimit.maxQueued", /whole number of at least 1/],
  "a negative window": [
    { apiKey, rateLimit: { window: "-1 minutes" } },
    "INVENT_RATE_WINDOW",
    /duration of at least 1 ms/
  ],
  "a window without end": [{ apiKey, rateLimit: { window: Duration.infinity } }, "INVENT_RATE_WINDOW", /finite/],
  "an unparsable window": [{ apiKey, rateLimit: { window: "soon" as never } }, "INVENT_RATE_WINDOW", /duration/],
  "a window of a negative number": [{ apiKey, rateLimit: { window: -1 } }, "INVENT_RATE_WINDOW", /at least 1 ms/],
  "a window that no timer can wait for": [
    { apiKey, rateLimit: { window: "25 days" } },
    "INVENT_RATE_WINDOW",
    /at most 24 days/
  ],
  "zero attempts": [{ apiKey, retry: { maxAttempts: 0 } }, "retry.maxAttempts", /whole number of at least 1/],
  "one attempt and a half": [{ apiKey, retry: { maxAttempts: 1.5 } }, "retry.maxAttempts", /whole number/],
  "an unparsable back-off": [{ apiKey, retry: { baseDelay: "1 fortnight" as never } }, "retry.baseDelay", /duration/],
  "a negative back-off": [{ apiKey, retry: { baseDelay: -5 } }, "retry.baseDelay", /at least 0 ms/],
  "a back-off that is negative in words": [
    { apiKey, retry: { baseDelay: "-5 millis" } },
    "retry.baseDelay",
    /at least 0 ms/
  ],
  "a back-off of negative nanoseconds": [{ apiKey, retry: { baseDelay: -5n } }, "retry.baseDelay", /at least 0 ms/],
  "a back-off of a negative pair": [{ apiKey, retry: { baseDelay: [-1, 0] } }, "retry.baseDelay", /at least 0 ms/],
  "a longest back-off that is no number": [
    { apiKey, retry: { maxDelay: Number.NaN } },
    "retry.maxDelay",
    /at least 0 ms/
  ],
  "a longest back-off without end": [{ apiKey, retry: { maxDelay: Duration.infinity } }, "retry.maxDelay", /finite/],
  "a negative budget": [{ apiKey, retry: { budget: { capacity: -1 } } }, "retry.budget.capacity", /at least 0/],
  "a refill that is no number": [
    { apiKey, retry: { budget: { refillPerSuccess: Number.NaN } } },
    "retry.budget.refillPerSuccess",
    /at least 0/
  ],
  "an attempt without time": [{ apiKey, deadlines: { attempt: 0 } }, "deadlines.attempt", /at least 1 ms/],
  "an attempt longer than any timer": [
    { apiKey, deadlines: { attempt: "25 days" } },
    "deadlines.attempt",
    /at most 24 days/
  ],
  "a call of negative length": [{ apiKey, deadlines: { total: -1 } }, "deadlines.total", /at least 1 ms/],
  "an unparsable deadline": [{ apiKey, deadlines: { total: "later" as never } }, "deadlines.total", /duration/],
  "a queue for half a call": [{ apiKey, rateLimit: { maxQueued: 1.5 } }, "rateLimit.maxQueued", /whole number/],
  "a refill of negative size": [
    { apiKey, retry: { budget: { refillPerSuccess: -0.1 } } },
    "retry.budget.refillPerSuccess",
    /at least 0/
  ],
  "bodies of no length": [{ apiKey, maxBodyBytes: 0 }, "maxBodyBytes", /whole number of at least 1/],
  "bodies of any length": [{ apiKey, maxBodyBytes: Infinity }, "maxBodyBytes", /whole number of at least 1/],
  "a user agent of nothing": [{ apiKey, userAgent: "" }, "userAgent", /non-empty/],
  "a user agent of two lines": [{ apiKey, userAgent: "shop/1\r\nx-a: 1" }, "userAgent", /visible ASCII/],
  "a name without letters": [{ apiKey, name: "" }, "name", /must not be empty/],
  "a call without end": [{ apiKey, deadlines: { total: Duration.infinity } }, "deadlines.total", /finite/]
}

describe("layer", () => {
  for (const [what, [bad, name, rule]] of Object.entries(options)) {
    it.effect(`refuses ${what} and names ${name}`, () =>
      Effect.gen(function* () {
        const message = yield* refusal(InventClient.layer(bad))
        expect(message).toContain(name)
        expect(message).toMatch(rule)
      })
    )
  }

  it.effect("does not print the credentials that it refuses", () =>
    Effect.gen(function* () {
      const message = yield* refusal(InventClient.layer({ apiKey, baseUrl: "https://me:secret@api.example.com" }))
      expect(message).not.toContain("secret")
    })
  )

  it.effect("accepts plain HTTP to this machine", () =>
    Effect.forEach(
      ["http://localhost:3000", "http://127.0.0.1:3000", "http://127.8.9.1", "http://[::1]:3000"],
      (baseUrl) => build(InventClient.layer({ apiKey, baseUrl }))
    )
  )
})

const environments: Record<string, readonly [entries: Record<string, string>, name: string]> = {
  "a missing key": [{}, "INVENT_API_KEY"],
  "an empty key": [{ INVENT_API_KEY: "" }, "INVENT_API_KEY"],
  "plain HTTP to another machine": [{ INVENT_API_KEY: "k", INVENT_BASE_URL: "http://example.com" }, "INVENT_BASE_URL"],
  "credentials in the URL": [{ INVENT_API_KEY: "k", INVENT_BASE_URL: "https://a:b@example.com" }, "INVENT_BASE_URL"],
  "an empty base URL": [{ INVENT_API_KEY: "k", INVENT_BASE_URL: "" }, "INVENT_BASE_URL"],
  "an empty organization": [{ INVENT_API_KEY: "k", INVENT_ORG_ID: "" }, "INVENT_ORG_ID"],
  "a limit of zero": [{ INVENT_API_KEY: "k", INVENT_RATE_LIMIT: "0" }, "INVENT_RATE_LIMIT"],
  "a limit that is no number": [{ INVENT_API_KEY: "k", INVENT_RATE_LIMIT: "many" }, "INVENT_RATE_LIMIT"],
  "a negative window": [{ INVENT_API_KEY: "k", INVENT_RATE_WINDOW: "-1 minutes" }, "INVENT_RATE_WINDOW"],
  "a window of nothing": [{ INVENT_API_KEY: "k", INVENT_RATE_WINDOW: "0 seconds" }, "INVENT_RATE_WINDOW"],
  "a key of blanks": [{ INVENT_API_KEY: "  " }, "INVENT_API_KEY"],
  "a base URL that is none": [{ INVENT_API_KEY: "k", INVENT_BASE_URL: "api.useinvent.com" }, "INVENT_BASE_URL"],
  "a negative limit": [{ INVENT_API_KEY: "k", INVENT_RATE_LIMIT: "-500" }, "INVENT_RATE_LIMIT"],
  "an empty limit": [{ INVENT_API_KEY: "k", INVENT_RATE_LIMIT: "" }, "INVENT_RATE_LIMIT"],
  "a window without end": [{ INVENT_API_KEY: "k", INVENT_RATE_WINDOW: "Infinity" }, "INVENT_RATE_WINDOW"],
  "a window without a unit": [{ INVENT_API_KEY: "k", INVENT_RATE_WINDOW: "60" }, "INVENT_RATE_WINDOW"],
  "an unparsable window": [{ INVENT_API_KEY: "k", INVENT_RATE_WINDOW: "a while" }, "INVENT_RATE_WINDOW"]
}

describe("the other layers", () => {
  const limits = {
    INVENT_RATE_LIMIT: { limit: 0 },
    INVENT_RATE_WINDOW: { window: -1 },
    "rateLimit.maxQueued": { maxQueued: 0 }
  }
  for (const [name, bad] of Object.entries(limits)) {
    it.effect(`refuse a shared limiter, and name ${name}`, () =>
      Effect.gen(function* () {
        const layer = RateLimit.layerMemory({ ...RateLimit.defaults, ...bad })
        expect(String(yield* Effect.flip(Effect.scoped(Layer.build(layer))))).toContain(name)
      })
    )
  }

  it.effect("refuse bad options of a client that shares a limiter", () =>
    Effect.gen(function* () {
      const layer = InventClient.layerShared({ apiKey, retry: { maxAttempts: 0 } }).pipe(
        Layer.provide(RateLimit.layerMemory())
      )
      expect(yield* refusal(layer)).toContain("retry.maxAttempts")
    })
  )
})

describe("layerConfig", () => {
  for (const [what, [entries, name]] of Object.entries(environments)) {
    it.effect(`refuses ${what} and names ${name}`, () =>
      Effect.gen(function* () {
        expect(yield* withEnvironment(entries)(refusal(InventClient.layerConfig()))).toContain(name)
      })
    )
  }

  it.effect("refuses zero attempts in its overrides and names retry.maxAttempts", () =>
    Effect.gen(function* () {
      const layer = InventClient.layerConfig({ retry: { maxAttempts: 0 } })
      expect(yield* withEnvironment({ INVENT_API_KEY: "k" })(refusal(layer))).toContain("retry.maxAttempts")
    })
  )

  it.effect("needs nothing but the key", () =>
    withEnvironment({ INVENT_API_KEY: "k" })(build(InventClient.layerConfig()))
  )
})

describe("settings", () => {
  it("have the documented defaults", () => {
    const { apiKey: _, ...settings } = Either.getOrThrow(Settings.make({ apiKey }))
    expect(settings).toEqual({
      baseUrl: "https://api.useinvent.com",
      orgId: "c",
      name: undefined,
      userAgent: Settings.defaultUserAgent,
      deadlines: { attempt: Duration.seconds(20), blocking: Duration.minutes(10), total: Duration.minutes(5) },
      retry: { maxAttempts: 4, baseDelay: Duration.millis(500), maxDelay: Duration.seconds(20) },
      retryBudget: { capacity: 25, refillPerSuccess: 0.1 },
      rateLimit: { limit: 500, window: Duration.minutes(1), maxQueued: 10_000 },
      maxBodyBytes: 16_777_216
    })
  })

  it("keep the other defaults when one value is given", () => {
    const { deadlines, rateLimit, retry } = Either.getOrThrow(
      Settings.make({ apiKey, deadlines: { total: "1 hours" }, rateLimit: { limit: 7 }, retry: { maxAttempts: 1 } })
    )
    expect(deadlines).toEqual({
      attempt: Duration.seconds(20),
      blocking: Duration.minutes(10),
      total: Duration.hours(1)
    })
    expect(rateLimit).toEqual({ limit: 7, window: Duration.minutes(1), maxQueued: 10_000 })
    expect(retry).toEqual({ maxAttempts: 1, baseDelay: Duration.millis(500), maxDelay: Duration.seconds(20) })
  })

  const everything = {
    INVENT_API_KEY: "key-2",
    INVENT_BASE_URL: "https://example.com/",
    INVENT_ORG_ID: "org_7",
    INVENT_RATE_LIMIT: "30",
    INVENT_RATE_WINDOW: "10 seconds"
  }

  it.effect("are the same from an environment that says nothing but the key", () =>
    Effect.gen(function* () {
      const fromEnvironment = yield* withEnvironment({ INVENT_API_KEY: "key-1" })(Settings.config())
      expect(fromEnvironment).toEqual(Either.getOrThrow(Settings.make({ apiKey })))
    })
  )

  it.effect("read the environment", () =>
    Effect.gen(function* () {
      const found = yield* withEnvironment(everything)(Settings.config())
      expect(Redacted.value(found.apiKey)).toBe("key-2")
      expect(found).toMatchObject({
        baseUrl: "https://example.com",
        orgId: "org_7",
        rateLimit: { limit: 30, window: Duration.seconds(10) }
      })
    })
  )

  it.effect("let an override win over the environment, and over nothing else in it", () =>
    Effect.gen(function* () {
      const overrides = {
        orgId: OrgId.make("org_8"),
        rateLimit: { limit: 40 },
        deadlines: { attempt: "1 seconds" },
        maxBodyBytes: 9
      } as const
      const found = yield* withEnvironment(everything)(Settings.config(overrides))
      expect(found).toMatchObject({
        baseUrl: "https://example.com",
        orgId: "org_8",
        rateLimit: { limit: 40, window: Duration.seconds(10) },
        deadlines: { attempt: Duration.seconds(1), total: Duration.minutes(5) },
        maxBodyBytes: 9
      })
    })
  )

  it.effect("never print the key", () =>
    Effect.gen(function* () {
      const found = yield* withEnvironment({ INVENT_API_KEY: "key-NEVER-PRINT" })(Settings.config())
      expect(Redacted.value(found.apiKey)).toBe("key-NEVER-PRINT")
      for (const output of [
        String(found.apiKey),
        JSON.stringify(found),
        inspect(found, { depth: 10, showHidden: true })
      ]) {
        expect(output).not.toContain("NEVER-PRINT")
      }
    })
  )

  it.effect("never print a key that they refuse", () =>
    Effect.gen(function* () {
      const layer = InventClient.layerConfig()
      const error = yield* withEnvironment({ INVENT_API_KEY: "key NEVER-PRINT" })(Effect.flip(build(layer)))
      for (const output of [String(error), JSON.stringify(error), inspect(error, { depth: 10 })]) {
        expect(output).toContain("INVENT_API_KEY")
        expect(output).not.toContain("NEVER-PRINT")
      }
    })
  )
})
