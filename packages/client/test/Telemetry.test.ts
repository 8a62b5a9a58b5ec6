import type * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type * as Settings from "@effect-invent/client/Settings"
import type * as Telemetry from "@effect-invent/client/Telemetry"
import { AssistantId } from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricState from "effect/MetricState"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { it } from "../../../tools/testing/it.ts"
import * as Spans from "./Spans.ts"
import * as Vendor from "./Vendor.ts"

const { calls, chat_id, inOrder, json, message, within } = Vendor

type Client = InventClient.InventClient["Type"]
type Program = (invent: Client) => Effect.Effect<unknown, unknown>

const slow =
  (millis: number, answer: Vendor.Answer): Vendor.Answer =>
  (request) =>
    Effect.delay(answer(request), millis)

const one = { rateLimit: { limit: 1, window: "1 seconds" } } as const
const throttledOnce = inOrder(slow(80, Vendor.text("", 429)), slow(70, json(message("m1"))))

/** The spans of some calls to such a vendor. */
const traced = (
  answer: (seen: Vendor.Seen) => Vendor.Answer,
  program: Program,
  options: Partial<Settings.Options> = {}
) =>
  Effect.gen(function* () {
    const { spans, traced } = Spans.record()
    const { invent } = yield* Vendor.connect(answer, options)
    const seeded = Effect.withRandom(program(invent), Random.fixed([0.5]))
    yield* within("10 minutes", Effect.exit(traced(seeded)))
    return Spans.tree(spans)
  })

const request = (method: string, path: string, template: string) => ({
  span: `client ${method} ${template}`,
  "http.request.method": method,
  "server.address": "api.useinvent.com",
  "server.port": 443,
  "url.full": `https://api.useinvent.com${path}`,
  "url.template": template,
  "invent.client.queue.duration": 0,
  children: []
})
const get = request("GET", "/chats/chat_1/messages", "/chats/{chat_id}/messages")
const post = request(
  "POST",
  "/orgs/c/contacts/contact_1/chats/chat_1/messages",
  "/orgs/{org_id}/contacts/{contact_id}/chats/{chat_id}/messages"
)
const list = "internal InventClient.messages.list"
const send = "internal InventClient.contacts.sendMessage"

describe("the spans of a call", () => {
  it.scoped("end without what was sent and answered, whether that is given to the caller or not", () =>
    Effect.gen(function* () {
      const programs: ReadonlyArray<Program> = [
        calls.Safe,
        (invent) => Stream.runDrain(invent.messages.stream({ path: { chat_id } })),
        (invent) => invent.orgs.serverTime()
      ]
      for (const answer of [
        json([message("of the answer")], 200, { date: "Tue, 10 Mar 2026 12:00:00 GMT" }),
        json({ id: "of the answer" }),
        Vendor.text("of the answer", 400)
      ]) {
        for (const program of programs) {
          const { spans, traced } = Spans.record()
          const { invent } = yield* Vendor.connect(() => answer)
          yield* within("10 minutes", Effect.exit(traced(program(invent))))
          expect(spans.length).toBeGreaterThanOrEqual(2)
          for (const { status } of spans) {
            const printed = inspect(status, { depth: 20, showHidden: true, getters: true })
            expect(printed).not.toContain(Vendor.apiKey)
            expect(printed).not.toContain("of the answer")
          }
        }
      }
    })
  )

  it.scoped("that a 429 refused first: the second request is a resend, and says how long it waited", () =>
    Effect.gen(function* () {
      expect(yield* traced(throttledOnce, calls.Unsafe)).toEqual([
        {
          span: send,
          at: "0–750 ms",
          end: "ok",
          children: [
            { ...post, at: "0–80 ms", end: "failed", "http.response.status_code": 429, "error.type": "429" },
            {
              ...post,
              at: "680–750 ms",
              end: "ok",
              "http.request.resend_count": 1,
              "http.response.status_code": 200,
              "invent.client.queue.duration": 0.6
            }
          ]
        }
      ])
    })
  )

  it.scoped("that is unsafe and whose answer was lost: one request", () =>
    Effect.gen(function* () {
      expect(yield* traced(() => slow(50, Vendor.reset), calls.Unsafe)).toEqual([
        {
          span: send,
          at: "0–50 ms",
          end: "failed",
          children: [{ ...post, at: "0–50 ms", end: "failed", "error.type": "AnswerLost" }]
        }
      ])
    })
  )

  it.scoped("that fails in four ways in a row: each says how, and what came of its answer", () =>
    Effect.gen(function* () {
      const answers = inOrder(Vendor.text("", 503), Vendor.refused, Vendor.brokenBody, json({}))
      expect(yield* traced(answers, calls.Safe)).toEqual([
        {
          span: list,
          at: "0–350 ms",
          end: "failed",
          children: [
            { ...get, at: "0–0 ms", end: "failed", "http.response.status_code": 503, "error.type": "503" },
            { ...get, at: "50–50 ms", end: "failed", "http.request.resend_count": 1, "error.type": "NeverSent" },
            {
              ...get,
              at: "150–150 ms",
              end: "failed",
              "http.request.resend_count": 2,
              "http.response.status_code": 200,
              "error.type": "AnswerLost"
            },
            // The answer came whole. That it is not the contract's is the call's failure.
            { ...get, at: "350–350 ms", end: "ok", "http.request.resend_count": 3, "http.response.status_code": 200 }
          ]
        }
      ])
    })
  )

  it.scoped("that waits in the queue: the wait is the call's, not its request's", () =>
    Effect.gen(function* () {
      const [, second] = yield* traced(
        () => slow(20, json([])),
        (invent) => Effect.zipRight(calls.Safe(invent), calls.Safe(invent)),
        one
      )
      expect(second).toEqual({
        span: list,
        at: "20–2041 ms",
        end: "ok",
        children: [
          {
            ...get,
            at: "2021–2041 ms",
            end: "ok",
            "http.response.status_code": 200,
            "invent.client.queue.duration": 2.001
          }
        ]
      })
    })
  )

  it.scoped("that is interrupted in the queue: no request", () =>
    Effect.gen(function* () {
      const program: Program = (invent) => Effect.zipRight(calls.Safe(invent), Effect.timeout(calls.Safe(invent), 300))
      const [, second] = yield* traced(() => slow(20, json([])), program, one)
      expect(second).toEqual({ span: list, at: "20–320 ms", end: "interrupted", children: [] })
    })
  )

  it.scoped("that is interrupted in flight", () =>
    Effect.gen(function* () {
      const program: Program = (invent) => Effect.timeout(calls.Safe(invent), 300)
      expect(yield* traced(() => Vendor.stalls, program)).toEqual([
        {
          span: list,
          at: "0–300 ms",
          end: "interrupted",
          children: [{ ...get, at: "0–300 ms", end: "interrupted", "error.type": "Interrupted" }]
        }
      ])
    })
  )

  it.scoped("name the server by address and port, and of the query only the names", () =>
    Effect.gen(function* () {
      const urlParams = { from_date: DateTime.unsafeMake("2026-01-01T00:00:00Z"), next: "ada@example.com" }
      const program: Program = (invent) => invent.messages.list({ path: { chat_id }, urlParams })
      const [call] = yield* traced(() => json([]), program, { baseUrl: "http://[::1]:8080/proxy" })
      expect(call).toMatchObject({
        children: [
          {
            "server.address": "::1",
            "server.port": 8080,
            "url.full": "http://[::1]:8080/proxy/chats/chat_1/messages?from_date=REDACTED&next=REDACTED"
          }
        ]
      })
    })
  )

  it.scoped("hang below the span that the caller is in", () =>
    Effect.gen(function* () {
      const [outer] = yield* traced(
        () => json([]),
        (invent) => Effect.withSpan(calls.Safe(invent), "mine")
      )
      expect(outer).toMatchObject({ span: "internal mine", children: [{ span: list, children: [{ span: get.span }] }] })
    })
  )
})

interface Series {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** How often and how much in all, for a histogram; the value of anything else. */
  readonly value: unknown
}

const valueOf = (state: MetricState.MetricState.Untyped): unknown =>
  MetricState.isHistogramState(state)
    ? { count: state.count, sum: state.sum }
    : MetricState.isCounterState(state)
      ? state.count
      : MetricState.isGaugeState(state)
        ? state.value
        : state

/** What this measured. */
const measuredOf = <R>(run: Effect.Effect<unknown, unknown, R>) =>
  Effect.gen(function* () {
    const test = yield* Effect.map(Random.next, String)
    yield* within("10 minutes", Effect.withRandom(Effect.tagMetrics(run, { test }), Random.fixed([0.5])))
    const pairs = yield* Metric.snapshot
    return pairs.flatMap(({ metricKey, metricState }): ReadonlyArray<Series> => {
      const tags = Object.fromEntries(metricKey.tags.map(({ key, value }) => [key, value]))
      if (tags["test"] !== test) return []
      const { test: _, ...attributes } = tags
      return [{ name: metricKey.name, attributes, value: valueOf(metricState) }]
    })
  })

/** What some calls to such a vendor measured. */
const measured = (
  answer: (seen: Vendor.Seen) => Vendor.Answer,
  program: Program,
  options: Partial<Settings.Options> = {}
) => measuredOf(Effect.flatMap(Vendor.connect(answer, options), ({ invent }) => Effect.exit(program(invent))))

const named = (series: ReadonlyArray<Series>, { name }: { readonly name: string }) =>
  series
    .filter((one) => one.name === name)
    .map(({ attributes, value }) => ({ ...attributes, value }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

const names = {
  requestDuration: { name: "http.client.request.duration" },
  queueDuration: { name: "invent.client.queue.duration" },
  callRequests: { name: "invent.client.call.requests" },
  throttled: { name: "invent.client.throttled" },
  undecodable: { name: "invent.client.undecodable" },
  retryBudget: { name: "invent.client.retry.budget" }
} as const satisfies Record<keyof typeof Telemetry, { readonly name: string }>

const ofRequest = ({
  "http.request.method": method,
  "server.address": address,
  "url.template": template
}: typeof get) => ({
  "http.request.method": method,
  "server.address": address,
  "server.port": "443",
  "url.template": template,
  unit: "s"
})

describe("the metrics", () => {
  it.scoped("are those of the module, no more and no fewer", () =>
    Effect.gen(function* () {
      const oddEntry = yield* measured(() => json([null]), calls.Safe)
      const series = [...(yield* measured(throttledOnce, calls.Unsafe)), ...oddEntry]
      const own = series.map(({ name }) => name).filter((name) => !name.startsWith("effect_fiber_"))
      expect(new Set(own)).toEqual(new Set(Object.values(names).map(({ name }) => name)))
    })
  )

  it.scoped("count a 429 and its call's two requests, and time each request without its wait", () =>
    Effect.gen(function* () {
      const series = yield* measured(throttledOnce, calls.Unsafe)
      expect(named(series, names.requestDuration)).toEqual([
        { ...ofRequest(post), "http.response.status_code": "200", value: { count: 1, sum: 0.07 } },
        { ...ofRequest(post), "http.response.status_code": "429", "error.type": "429", value: { count: 1, sum: 0.08 } }
      ])
      expect(named(series, names.throttled)).toEqual([
        { "invent.endpoint": "contacts.sendMessage", unit: "{response}", value: 1 }
      ])
      expect(named(series, names.callRequests)).toEqual([
        { "invent.endpoint": "contacts.sendMessage", unit: "{request}", value: { count: 1, sum: 2 } }
      ])
      expect(named(series, names.queueDuration)).toEqual([
        { "invent.lane": "send", unit: "s", value: { count: 2, sum: 0.6 } }
      ])
    })
  )

  it.scoped("count the entries of a list that cannot be read, and nothing where there are none", () =>
    Effect.gen(function* () {
      const series = yield* measured(() => json([null, { id: "message_1" }, { id: 7 }]), calls.Safe)
      expect(named(series, names.undecodable)).toEqual([
        { "invent.endpoint": "messages.list", unit: "{entry}", value: 2 }
      ])
      expect(named(yield* measured(() => json([{ id: "message_1" }]), calls.Safe), names.undecodable)).toEqual([])
    })
  )

  it.scoped("count what cannot be read inside an entry too: entries of lists in it, at any depth, and objects", () =>
    Effect.gen(function* () {
      const messages = [
        {
          parts: [
            { type: "file", file: "a.png" },
            { type: "text", text: "Hello" }
          ]
        }
      ]
      const listed = {
        id: "message_1",
        features: 7,
        messages,
        tools: [{ name: "tool_1" }, null, 7],
        usage: { turns: ["odd", {}] }
      }
      const series = yield* measured(() => json([7, listed]), calls.Safe)
      expect(named(series, names.undecodable)).toEqual([
        { "invent.endpoint": "messages.list", unit: "{entry}", value: 6 }
      ])
    })
  )

  it.scoped("count what cannot be read of an answer that is an object, and not what no page names", () =>
    Effect.gen(function* () {
      const assistant = { id: "assistant_1", actions: [7, { id: "action_1" }], of_no_page: [7, { actions: [7] }] }
      const series = yield* measured(
        () => json(assistant),
        (invent) => invent.assistants.get({ path: { assistant_id: AssistantId.make("assistant_1") } })
      )
      expect(named(series, names.undecodable)).toEqual([
        { "invent.endpoint": "assistants.get", unit: "{entry}", value: 1 }
      ])
    })
  )

  it.scoped("count in an answer that is nested deeper than the stack is", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
      const series = yield* measured(() => Vendor.text(`[{"id":"message_1","of_no_page":${deep}},7]`), calls.Safe)
      expect(named(series, names.undecodable)).toEqual([
        { "invent.endpoint": "messages.list", unit: "{entry}", value: 1 }
      ])
    })
  )

  it.scoped("time the wait for a permit by lane", () =>
    Effect.gen(function* () {
      const program: Program = (invent) =>
        Effect.zipRight(calls.Safe(invent), RateLimit.withLane("stop")(calls.Safe(invent)))
      const series = yield* measured(() => slow(20, json([])), program, one)
      expect(named(series, names.queueDuration)).toEqual([
        { "invent.lane": "send", unit: "s", value: { count: 1, sum: 0 } },
        { "invent.lane": "stop", unit: "s", value: { count: 1, sum: 2.001 } }
      ])
    })
  )

  it.scoped("count a call that never left the queue, with no request", () =>
    Effect.gen(function* () {
      const program: Program = (invent) =>
        Effect.zipRight(calls.Idempotent(invent), Effect.timeout(calls.Safe(invent), 300))
      const series = yield* measured(() => json(Vendor.chat), program, one)
      expect(named(series, names.callRequests)).toContainEqual({
        "invent.endpoint": "messages.list",
        unit: "{request}",
        value: { count: 1, sum: 0 }
      })
    })
  )

  it.scoped("name what became of a request without an answer", () =>
    Effect.gen(function* () {
      const program: Program = (invent) => Effect.timeout(calls.Safe(invent), 1000)
      const series = yield* measured(inOrder(slow(500, Vendor.reset), Vendor.stalls), program)
      expect(named(series, names.requestDuration)).toEqual([
        { ...ofRequest(get), "error.type": "AnswerLost", value: { count: 1, sum: 0.5 } },
        { ...ofRequest(get), "error.type": "Interrupted", value: { count: 1, sum: 0.45 } }
      ])
    })
  )

  it.scoped("show the retry budget when it is spent, and when success refills it", () =>
    Effect.gen(function* () {
      const budget = { retry: { baseDelay: 10, budget: { capacity: 5, refillPerSuccess: 0.5 } } }
      const left = (series: ReadonlyArray<Series>) => named(series, names.retryBudget).map(({ value }) => value)
      expect(left(yield* measured(() => json([]), calls.Safe, budget))).toEqual([5])
      expect(left(yield* measured(() => Vendor.text("", 500), calls.Safe, budget))).toEqual([2])
      expect(left(yield* measured(inOrder(Vendor.reset, json([])), calls.Safe, budget))).toEqual([4.5])
    })
  )

  it.scoped("show the retry budget of each client by its server, and by its name where two have the same", () =>
    Effect.gen(function* () {
      const clients: ReadonlyArray<Partial<Settings.Options>> = [
        {},
        { name: "sweep" },
        { baseUrl: "https://proxy.example" }
      ]
      const series = yield* measuredOf(
        Effect.forEach(clients, (options, capacity) =>
          Vendor.connect(() => json([]), { ...options, retry: { budget: { capacity } } })
        )
      )
      const ofServer = { "server.address": "api.useinvent.com", "server.port": "443", unit: "{retry}" }
      const expected = [
        { ...ofServer, value: 0 },
        { ...ofServer, "invent.client.name": "sweep", value: 1 },
        { ...ofServer, "server.address": "proxy.example", value: 2 }
      ]
      expect(new Set(named(series, names.retryBudget))).toEqual(new Set(expected))
    })
  )

  it.scoped("have the name of a client on its requests, as their spans do", () =>
    Effect.gen(function* () {
      const series = yield* measured(() => json([]), calls.Safe, { name: "sweep" })
      expect(named(series, names.requestDuration)).toMatchObject([{ "invent.client.name": "sweep" }])
      const [call] = yield* traced(() => json([]), calls.Safe, { name: "sweep" })
      expect(call).toMatchObject({ children: [{ "invent.client.name": "sweep" }] })
    })
  )
})
