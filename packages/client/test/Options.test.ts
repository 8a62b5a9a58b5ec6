import * as Settings from "@effect-invent/client/Settings"
import * as Ids from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { it } from "../../../tools/testing/it.ts"
import * as Spans from "./Spans.ts"
import * as Vendor from "./Vendor.ts"

const { calls, channel_id, contact_id, inOrder, json, within } = Vendor

type Client = Vendor.Client
type Leaf = Redacted.Redacted | Duration.DurationInput

/** The name of every option, as in `retry.budget.capacity`. */
type Path<O> = {
  [K in keyof O & string]-?: NonNullable<O[K]> extends infer V
    ? V extends Leaf | string | number
      ? K
      : `${K}.${Path<V>}`
    : never
}[keyof O & string]

type Options = Partial<Settings.Options>

interface Observation {
  /** Two values of one option, and nothing else. */
  readonly values: readonly [Options, Options]
  /** What can be seen from outside: the requests, when they left, how the call ended. */
  readonly observe: (options: Options) => Effect.Effect<unknown, unknown, Scope.Scope>
  readonly seen: readonly [unknown, unknown]
}

interface Watched {
  readonly seen: ReadonlyArray<Vendor.Seen>
  readonly ends: ReadonlyArray<string>
  readonly over: number
}

/** Some calls at once to such a vendor, with the jitter in the middle. */
const watch =
  (
    answer: (seen: Vendor.Seen) => Vendor.Answer,
    call: (invent: Client) => Effect.Effect<unknown, unknown>,
    count = 1
  ) =>
  (options: Options) =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const { invent, seen } = yield* Vendor.connect(answer, options)
      const one = Effect.match(call(invent), {
        onFailure: (error) => (error as { _tag: string })._tag,
        onSuccess: () => "ok"
      })
      const all = Effect.zip(Effect.replicateEffect(one, count, { concurrency: "unbounded" }), Clock.currentTimeMillis)
      const [ends, end] = yield* within("1 hours", Effect.withRandom(all, Random.fixed([0.5])))
      return { ends, over: end - start, seen: seen.map((entry) => ({ ...entry, at: entry.at - start })) }
    })

const see =
  <A>(watched: (options: Options) => Effect.Effect<Watched, unknown, Scope.Scope>, pick: (watched: Watched) => A) =>
  (options: Options) =>
    Effect.map(watched(options), pick)

const times = ({ seen }: Watched) => seen.map(({ at }) => at)
const requests = ({ seen }: Watched) => seen.length
const ends = ({ ends }: Watched) => ends

const list = watch(() => json([]), calls.Safe)
const failing = watch(() => Vendor.text("", 500), calls.Safe)
const stalling = watch(() => Vendor.stalls, calls.Safe)
const creating = watch(
  () => json(Vendor.chat),
  (invent) => invent.contacts.createChat({ path: { contact_id, channel_id }, payload: {} })
)

const observations: Record<Path<Settings.Options>, Observation> = {
  apiKey: {
    values: [{ apiKey: Redacted.make("key-1") }, { apiKey: Redacted.make("key-2") }],
    observe: see(list, ({ seen }) => seen[0]!.headers["authorization"]),
    seen: ["Bearer key-1", "Bearer key-2"]
  },
  baseUrl: {
    values: [{}, { baseUrl: "https://proxy.example/invent" }],
    observe: see(list, ({ seen }) => seen[0]!.url.href),
    seen: ["https://api.useinvent.com/chats/chat_1/messages", "https://proxy.example/invent/chats/chat_1/messages"]
  },
  orgId: {
    values: [{}, { orgId: Ids.OrgId.make("org_1") }],
    observe: see(creating, ({ seen }) => seen[0]!.url.pathname.split("/")[2]),
    seen: ["c", "org_1"]
  },
  name: {
    values: [{ name: "inbox" }, { name: "sweep" }],
    observe: (options) =>
      Effect.gen(function* () {
        const { spans, traced } = Spans.record()
        yield* traced(list(options))
        return spans.map(({ attributes }) => attributes.get("invent.client.name"))
      }),
    seen: [
      [undefined, "inbox"],
      [undefined, "sweep"]
    ]
  },
  userAgent: {
    values: [{}, { userAgent: "shop/1.2" }],
    observe: see(list, ({ seen }) => seen[0]!.headers["user-agent"]),
    seen: [Settings.defaultUserAgent, "shop/1.2"]
  },
  "deadlines.attempt": {
    values: [{ retry: { maxAttempts: 1 } }, { retry: { maxAttempts: 1 }, deadlines: { attempt: "3 seconds" } }],
    observe: see(stalling, ({ over }) => over),
    seen: [20_000, 3000]
  },
  "deadlines.total": {
    values: [{ retry: { maxAttempts: 400 } }, { retry: { maxAttempts: 400 }, deadlines: { total: "30 seconds" } }],
    observe: see(stalling, ({ over }) => over),
    seen: [300_000, 30_000]
  },
  "deadlines.blocking": {
    values: [{}, { deadlines: { blocking: "30 seconds" } }],
    observe: see(
      watch(
        () => Vendor.stalls,
        (invent) =>
          invent.messages.decideApproval({
            path: {
              chat_id: Vendor.chat_id,
              message_id: Ids.MessageId.make("message_1"),
              tool_call_id: Ids.ToolCallId.make("call_1")
            },
            payload: { decision: "accepted" }
          })
      ),
      ({ over }) => over
    ),
    seen: [600_000, 30_000]
  },
  "retry.maxAttempts": {
    values: [{}, { retry: { maxAttempts: 2 } }],
    observe: see(failing, requests),
    seen: [4, 2]
  },
  "retry.baseDelay": {
    values: [{ retry: { maxAttempts: 3 } }, { retry: { maxAttempts: 3, baseDelay: "2 seconds" } }],
    observe: see(failing, times),
    seen: [
      [0, 250, 750],
      [0, 1000, 3000]
    ]
  },
  "retry.maxDelay": {
    values: [{ retry: { maxAttempts: 3 } }, { retry: { maxAttempts: 3, maxDelay: 600 } }],
    observe: see(failing, times),
    seen: [
      [0, 250, 750],
      [0, 250, 550]
    ]
  },
  "retry.budget.capacity": {
    values: [{}, { retry: { budget: { capacity: 1 } } }],
    observe: see(failing, requests),
    seen: [4, 2]
  },
  "retry.budget.refillPerSuccess": {
    values: [{ retry: { budget: { capacity: 1 } } }, { retry: { budget: { capacity: 1, refillPerSuccess: 1 } } }],
    observe: see(
      watch(inOrder(Vendor.reset, json([]), Vendor.reset, json([])), (invent) =>
        Effect.zipRight(calls.Safe(invent), calls.Safe(invent))
      ),
      ends
    ),
    seen: [["ConnectionLost"], ["ok"]]
  },
  "rateLimit.limit": {
    values: [{}, { rateLimit: { limit: 20 } }],
    observe: see(
      watch(() => json([]), calls.Safe, 70),
      (watched) => times(watched).filter((at) => at === 0).length
    ),
    seen: [50, 10]
  },
  "rateLimit.window": {
    values: [{}, { rateLimit: { window: "10 seconds" } }],
    observe: see(
      watch(() => json([]), calls.Safe, 52),
      (watched) => times(watched).slice(50)
    ),
    seen: [
      [120, 240],
      [20, 40]
    ]
  },
  "rateLimit.maxQueued": {
    values: [{ rateLimit: { limit: 1 } }, { rateLimit: { limit: 1, maxQueued: 1 } }],
    observe: see(
      watch(() => json([]), calls.Safe, 3),
      ends
    ),
    seen: [
      ["ok", "ok", "ok"],
      ["ok", "ok", "QueueFull"]
    ]
  },
  maxBodyBytes: {
    values: [{}, { maxBodyBytes: 10 }],
    observe: see(
      watch(() => json([{ id: "message_1" }]), calls.Safe),
      ends
    ),
    seen: [["ok"], ["UnexpectedResponse"]]
  }
}

describe("every option can be seen from outside", () => {
  for (const [name, { observe, seen, values }] of Object.entries(observations)) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        expect([yield* observe(values[0]), yield* observe(values[1])]).toEqual(seen)
        expect(seen[0]).not.toEqual(seen[1])
      })
    )
  }

  it("and none is missing here", () => {
    const leaves = (value: object, path = ""): ReadonlyArray<string> =>
      Object.entries(value).flatMap(([key, value]: [string, unknown]) =>
        Object.getPrototypeOf(value) === Object.prototype
          ? leaves(value as object, `${path}${key}.`)
          : [`${path}${key}`]
      )
    const settings = Either.getOrThrow(Settings.make({ apiKey: Redacted.make("key-1"), name: "inbox" }))
    const names = leaves(settings).map((name) => name.replace("retryBudget.", "retry.budget."))
    expect(names.toSorted()).toEqual(Object.keys(observations).toSorted())
  })
})
