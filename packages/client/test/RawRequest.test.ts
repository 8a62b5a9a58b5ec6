import type * as InventClient from "@effect-invent/client/InventClient"
import * as Client from "@effect-invent/client/InventClient"
import type * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, expectTypeOf } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { it } from "../../../tools/testing/it.ts"
import * as Spans from "./Spans.ts"
import * as Vendor from "./Vendor.ts"

const { apiKey, inOrder, json, within } = Vendor

const Reaction = Schema.Struct({ id: Schema.String, emoji: Schema.String })

/** An endpoint that the contract does not have. */
const react = {
  method: "POST",
  path: "/chats/{chat_id}/reactions",
  params: { chat_id: "chat/1" },
  urlParams: { notify: true, take: 5, tag: ["a", "b"], left_out: undefined },
  payload: { emoji: "+1" },
  safety: "Unsafe",
  name: "chats.react"
} as const

describe("a request that the contract does not have", () => {
  it.scoped("is sent as given, and decoded by its schema", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json({ id: "r1", emoji: "+1" }))
      const reaction = yield* within(0, invent.request({ ...react, schema: Reaction }))
      expectTypeOf(reaction).toEqualTypeOf<{ readonly id: string; readonly emoji: string }>()
      expect(reaction).toEqual({ id: "r1", emoji: "+1" })
      const [{ body, headers, method, url }] = seen as [Vendor.Seen]
      expect([method, url.pathname, url.search, body]).toEqual([
        "POST",
        "/chats/chat%2F1/reactions",
        "?notify=true&take=5&tag=a&tag=b",
        '{"emoji":"+1"}'
      ])
      expect(headers).toMatchObject({ authorization: `Bearer ${apiKey}`, "content-type": "application/json" })
    })
  )

  it.scoped("fills in the organization, gives any JSON without a schema, and nothing for an empty body", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(inOrder(json({ any: [1] }), Vendor.text("")))
      const boards = { method: "GET", path: "/orgs/{org_id}/boards", safety: "Safe" } as const
      expect(yield* within(0, invent.request(boards))).toEqual({ any: [1] })
      expect(yield* within(0, invent.request(boards))).toBeUndefined()
      expect(seen.map(({ url }) => url.pathname)).toEqual(["/orgs/c/boards", "/orgs/c/boards"])
    })
  )

  it.scoped("is repeated as its safety says", () =>
    Effect.gen(function* () {
      for (const [safety, requests, tag] of [
        ["Safe", 2, "value"],
        ["Idempotent", 2, "value"],
        ["Unsafe", 1, "OutcomeUnknown"]
      ] as const) {
        const { invent, seen } = yield* Vendor.connect(inOrder(Vendor.reset, json({})))
        const call = Effect.match(invent.request({ ...react, safety }), {
          onFailure: ({ _tag }) => _tag,
          onSuccess: () => "value"
        })
        expect(yield* within("10 seconds", call)).toBe(tag)
        expect(seen.length).toBe(requests)
      }
    })
  )

  it("has OutcomeUnknown among its errors where it is unsafe, and only there", () => {
    const unsafe = (invent: InventClient.Service) => invent.request({ method: "POST", path: "/a", safety: "Unsafe" })
    const safe = (invent: InventClient.Service) => invent.request({ method: "GET", path: "/a", safety: "Safe" })
    expectTypeOf<Effect.Effect.Error<ReturnType<typeof unsafe>>>().toEqualTypeOf<InventError.UnsafeError>()
    expectTypeOf<Effect.Effect.Error<ReturnType<typeof safe>>>().toEqualTypeOf<InventError.RepeatableError>()
  })

  it.scoped("waits for the quota like any other", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json([]), { rateLimit: { limit: 1, window: "1 minutes" } })
      yield* within(0, Vendor.calls.Safe(invent))
      yield* within("4 minutes", invent.request({ method: "GET", path: "/orgs/{org_id}/boards", safety: "Safe" }))
      expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(60_000)
    })
  )

  it.scoped("fails with the errors of its status, and with UnexpectedResponse for what is not as its schema says", () =>
    Effect.gen(function* () {
      const answers: ReadonlyArray<readonly [Vendor.Answer, object]> = [
        [Vendor.text("no", 404), { _tag: "NotFound", endpoint: "chats.react", excerpt: "no" }],
        [Vendor.text("<html>"), { _tag: "UnexpectedResponse", issue: "Could not parse JSON" }],
        [Vendor.text(""), { _tag: "UnexpectedResponse", issue: "the body is empty" }],
        [json({ id: "r1" }), { _tag: "UnexpectedResponse", issue: "emoji: is missing" }]
      ]
      for (const [answer, error] of answers) {
        const { invent } = yield* Vendor.connect(() => answer)
        expect(yield* within(0, Effect.flip(invent.request({ ...react, schema: Reaction })))).toMatchObject(error)
      }
    })
  )

  it.scoped("is known by its name and its template, and an id that is in the path itself by neither", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json({}))
      const { spans, traced } = Spans.record()
      yield* within(0, traced(invent.request(react)))
      yield* within(0, traced(invent.request({ method: "GET", path: "/chats/chat_7", safety: "Safe" })))
      expect(spans.map(({ name }) => name)).toEqual([
        "InventClient.chats.react",
        "POST /chats/{chat_id}/reactions",
        "InventClient.request",
        "GET /…"
      ])
    })
  )

  const refused: Record<string, readonly [object, RegExp]> = {
    "a path that is a URL": [{ path: "https://evil.example/a" }, /^path: expected a path/],
    "a path with a query": [{ path: "/a?b=c" }, /^path: expected a path/],
    "a path with a step up": [{ path: "/orgs/c/../x" }, /^path: expected a path/],
    "a path with an encoded step up": [{ path: "/orgs/c/%2E%2e/x" }, /^path: expected a path/],
    "a path with a step up behind a backslash": [{ path: "/orgs/c\\..\\x" }, /^path: expected a path/],
    "a path without anything": [{ path: "" }, /^path: expected a path/],
    "a placeholder without a value": [{ params: {} }, /^params\.chat_id: expected an id, got undefined/],
    "a placeholder that is a step up": [{ params: { chat_id: ".." } }, /^params\.chat_id: expected an id/],
    "a value without a placeholder": [{ params: { chat_id: "a", chat: "b" } }, /^params\.chat: is not in the path/],
    "a body that is no JSON": [{ payload: { n: 1n } }, /^payload: could not be encoded/],
    "a GET with a body": [{ method: "GET" }, /^payload: a GET has none/],
    "a method that does not exist": [{ method: "get" }, /^method: expected one of GET, POST/]
  }
  for (const [what, [change, issue]] of Object.entries(refused)) {
    it.scoped(`is not sent and says why: ${what}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json({}))
        const error = yield* within(
          0,
          Effect.flip(invent.request({ ...react, ...change } as never))
        ) as Effect.Effect<InventError.InvalidRequest>
        expect(error).toMatchObject({ _tag: "InvalidRequest", endpoint: "chats.react" })
        expect(error.issue).toMatch(issue)
        expect(seen.length).toBe(0)
      })
    )
  }

  it.effect("dies by name in a mock that was not given it, and answers what it was given", () =>
    Effect.gen(function* () {
      const ask = (mock: InventClient.Mock) =>
        Effect.flatMap(Client.InventClient, ({ request }) => request(react)).pipe(
          Effect.provide(Client.layerMock(mock)),
          Effect.exit
        )
      expect(String(yield* ask({}))).toContain("layerMock was not given request")
      expect(yield* ask({ request: ({ name }) => Effect.succeed(name) })).toMatchObject({ value: "chats.react" })
    })
  )
})
