import type * as InboxChange from "@effect-invent/client/InboxChange"
import type * as InventClient from "@effect-invent/client/InventClient"
import * as Settings from "@effect-invent/client/Settings"
import * as Socket from "@effect/platform/Socket"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { json } = Vendor

/** A socket that the test holds the other end of. */
class FakeSocket extends EventTarget {
  readyState = 0
  closed = false
  readonly url: string
  readonly given: unknown
  constructor(url: string, given: unknown) {
    super()
    this.url = url
    this.given = given
  }
  close() {
    this.closed = true
  }
  opens() {
    this.readyState = 1
    this.dispatchEvent(new Event("open"))
  }
  says(data: unknown) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }))
  }
  ends(code = 1006) {
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }))
  }
}

type Refusal = "refused"
type Behaviour = (socket: FakeSocket, nth: number) => Refusal | void

const run = (
  list: (seen: Vendor.Seen) => Vendor.Answer,
  behaviour: Behaviour = (socket) => queueMicrotask(() => socket.opens()),
  request: Parameters<InventClient.InventClient["Type"]["inbox"]["events"]>[0] = {},
  /** What the reader waits for before each change. */
  ready: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function* () {
    const { invent, seen } = yield* Vendor.connect(list)
    const sockets: Array<FakeSocket> = []
    const changes: Array<InboxChange.InboxChange> = []
    const construct = (url: string, given: unknown) => {
      const socket = new FakeSocket(url, given)
      sockets.push(socket)
      if (behaviour(socket, sockets.length) === "refused")
        queueMicrotask(() => socket.dispatchEvent(new Event("error")))
      return socket
    }
    const fiber = yield* invent.inbox.events(request).pipe(
      Stream.runForEach((change) =>
        Effect.zipRight(
          ready,
          Effect.sync(() => changes.push(change))
        )
      ),
      Effect.provideService(Socket.WebSocketConstructor, construct as never),
      Effect.forkScoped
    )
    const emitted = () =>
      changes.map((change) =>
        change._tag === "Unreadable" ? `Unreadable ${change.excerpt}` : `${change._tag} ${change.chat.id}`
      )
    yield* TestClock.adjust("1 seconds")
    return { fiber, seen, sockets, changes, emitted }
  })

const chat = (id: string, second = 0) => ({ id, updated_at: `2026-03-04T10:00:0${second}Z` })
const frame = (data: unknown, type?: string) => JSON.stringify({ ...(type === undefined ? {} : { type }), data })

describe("inbox.events", () => {
  it.scoped("opens the socket of the organization with the key in a header, and nowhere else", () =>
    Effect.gen(function* () {
      const { sockets } = yield* run(() => json([]))
      expect(sockets.map(({ url }) => url)).toEqual(["wss://api.useinvent.com/orgs/c/inbox/ws"])
      expect(sockets[0]!.given).toEqual({
        headers: { authorization: `Bearer ${Vendor.apiKey}`, "user-agent": Settings.defaultUserAgent }
      })
    })
  )

  it.scoped("emits the inbox as it is, then what is pushed, unknown types included", () =>
    Effect.gen(function* () {
      const { changes, sockets, emitted } = yield* run(() => json([chat("a"), chat("b")]))
      expect(emitted()).toEqual(["Listed a", "Listed b"])
      sockets[0]!.says(frame(chat("c"), "create"))
      sockets[0]!.says(new TextEncoder().encode(frame(chat("d"))))
      sockets[0]!.says(frame(chat("e"), "update"))
      yield* TestClock.adjust("1 seconds")
      expect(emitted().slice(2)).toEqual(["Pushed c", "Pushed d", "Pushed e"])
      expect(changes.slice(2)).toMatchObject([{ type: "create" }, {}, { type: { _tag: "Unknown", value: "update" } }])
    })
  )

  it.scoped("emits a frame that is no event, without the key, and goes on", () =>
    Effect.gen(function* () {
      const { sockets, emitted } = yield* run(() => json([]))
      const frames = ["ping", '{"type":"ping"}', `{"data":7,"key":"${Vendor.apiKey}"}`, "[".repeat(100_000)]
      for (const each of frames) sockets[0]!.says(each)
      sockets[0]!.says(frame(chat("a")))
      yield* TestClock.adjust("1 seconds")
      expect(emitted().slice(0, 3)).toEqual([
        "Unreadable ping",
        'Unreadable {"type":"ping"}',
        'Unreadable {"data":7,"key":"<redacted>"}'
      ])
      expect(emitted()[3]!.length).toBeLessThan(600)
      expect(emitted()[4]).toBe("Pushed a")
    })
  )

  it.scoped("after a connection is lost emits what changed meanwhile, and nothing twice", () =>
    Effect.gen(function* () {
      const lists = [
        [chat("a", 1), chat("b", 1)],
        [chat("a", 1), chat("b", 2), chat("c", 2), chat("d", 3)]
      ]
      const { seen, sockets, emitted } = yield* run(({ nth }) => json(lists[nth - 1]))
      sockets[0]!.says(frame(chat("d", 3)))
      sockets[0]!.ends()
      yield* TestClock.adjust("1 seconds")
      expect(sockets.length).toBe(2)
      expect(seen.length).toBe(2)
      expect(emitted()).toEqual(["Listed a", "Listed b", "Pushed d", "Listed b", "Listed c"])
    })
  )

  it.scoped("emits a chat once more that changed twice in the same second", () =>
    Effect.gen(function* () {
      const withLast = (id: string, status: string) => ({ ...chat("a", 1), last_message: { id, status } })
      const lists = [
        withLast("one", "RUNNING"),
        withLast("one", "COMPLETED"),
        withLast("two", "COMPLETED"),
        withLast("two", "COMPLETED")
      ]
      const { emitted } = yield* run(({ nth }) => json([lists[Math.min(nth, lists.length) - 1]]))
      yield* TestClock.adjust("25 minutes")
      expect(emitted()).toEqual(["Listed a", "Listed a", "Listed a"])
    })
  )

  it.scoped("lists every five minutes beside a connection that says nothing", () =>
    Effect.gen(function* () {
      const { seen, sockets, emitted } = yield* run(({ nth }) => json([chat("a", nth)]))
      yield* TestClock.adjust("10 minutes")
      expect([sockets.length, seen.length]).toEqual([1, 3])
      expect(emitted()).toEqual(["Listed a", "Listed a", "Listed a"])
    })
  )

  it.scoped("lists once in five minutes at least, and twice at most, where no connection is let in", () =>
    Effect.gen(function* () {
      const { seen, sockets, emitted } = yield* run(
        ({ nth }) => json([chat("a", Math.min(nth, 9))]),
        () => "refused"
      )
      expect([seen.length, sockets.length > 2]).toEqual([1, true])
      for (let nth = 1; nth <= 24; nth++) {
        const before = seen.length
        yield* TestClock.adjust("5 minutes")
        expect(seen.length - before).toBeGreaterThanOrEqual(1)
        expect(seen.length - before).toBeLessThanOrEqual(2)
      }
      expect(emitted().length).toBe(9)
    })
  )

  it.scoped("lists as often where a connection neither opens nor fails, and at once where it opens late", () =>
    Effect.gen(function* () {
      const { seen, sockets, emitted } = yield* run(
        ({ nth }) => json([chat("a", Math.min(nth, 9))]),
        () => {},
        { listEvery: "2 seconds" }
      )
      yield* TestClock.adjust("6 seconds")
      expect([sockets.length, seen.length]).toEqual([1, 7])
      sockets[0]!.opens()
      yield* TestClock.adjust(0)
      expect(seen.length).toBe(8)
      expect(emitted()).toEqual(Array.from({ length: 8 }, () => "Listed a"))
    })
  )

  it.scoped(
    "tries to connect ever more seldom, at last every five minutes at most, where no connection is let in",
    () =>
      Effect.gen(function* () {
        const { seen, sockets } = yield* run(
          () => json([]),
          () => "refused",
          { listEvery: "never" }
        )
        yield* TestClock.adjust("1 hour")
        const first = sockets.length
        yield* TestClock.adjust("10 hours")
        // Each wait is a random part of five minutes.
        expect(sockets.length - first).toBeGreaterThanOrEqual(10 * 12)
        expect(sockets.length - first).toBeLessThanOrEqual(10 * 40)
        expect(seen).toEqual([])
      })
  )

  it.scoped("tries again soon after a connection that has lasted, whatever the machine's clock did meanwhile", () =>
    TestClock.testClockWith((clock) => {
      let step = 0
      const millis = () => clock.unsafeCurrentTimeMillis() - step
      const stepped = { ...clock, unsafeCurrentTimeMillis: millis, currentTimeMillis: Effect.sync(millis) }
      return Effect.withClock(
        Effect.gen(function* () {
          const { sockets } = yield* run(() => json([]))
          for (let nth = 1; nth <= 6; nth++) {
            expect(sockets.length).toBe(nth)
            yield* TestClock.adjust("1 minute")
            step += 10 * 60_000
            sockets.at(-1)!.ends()
            // The first back-off is 100 ms here; that after five failures in a row is four times as long.
            yield* TestClock.adjust("100 millis")
          }
        }),
        stepped
      )
    })
  )

  it.scoped("goes on when a list fails for now, and fails when it always will", () =>
    Effect.gen(function* () {
      const down = yield* run(({ nth }) => (nth <= 4 ? json({}, 503) : json([chat("a")])))
      yield* TestClock.adjust("1 minutes")
      expect(down.emitted()).toEqual(["Listed a"])
      const refused = yield* run(
        () => json({}, 401),
        () => "refused"
      )
      expect(yield* Effect.flip(Fiber.join(refused.fiber))).toMatchObject({
        _tag: "Unauthorized",
        endpoint: "inbox.list"
      })
    })
  )

  it.scoped(
    "keeps a thousand changes for a slow reader, then lets the connection go, and finds what was dropped by listing",
    () =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 5000 }, (_, nth) => `c${nth}`)
        const reader = yield* Effect.makeLatch(false)
        let inbox: ReadonlyArray<unknown> = []
        const page = ({ url }: Vendor.Seen) => {
          const first = 100 * (Number(url.searchParams.get("page") ?? 1) - 1)
          return json(inbox.slice(first, first + 100))
        }
        const { sockets, emitted } = yield* run(page, undefined, {}, reader.await)
        inbox = ids.map((id) => chat(id, 1))
        for (const each of inbox) sockets[0]!.says(frame(each))
        yield* TestClock.adjust("1 seconds")
        expect(sockets[0]!.closed).toBe(true)
        yield* TestClock.adjust("10 minutes")
        expect(sockets.length).toBe(2)
        yield* reader.open
        yield* TestClock.adjust("10 minutes")
        const pushed = emitted().filter((each) => each.startsWith("Pushed"))
        expect(pushed.length).toBeLessThanOrEqual(1001)
        expect(
          emitted()
            .map((each) => each.split(" ")[1])
            .toSorted()
        ).toEqual(ids.toSorted())
      })
  )

  it.scoped("closes its socket when nobody listens any more, and opens no other", () =>
    Effect.gen(function* () {
      const { fiber, sockets } = yield* run(() => json([]))
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("10 minutes")
      expect(sockets.map(({ closed }) => closed)).toEqual([true])
    })
  )

  it.scoped("survives a constructor that takes no headers, as a poll", () =>
    Effect.gen(function* () {
      const { emitted } = yield* run(
        () => json([chat("a")]),
        () => {
          throw new SyntaxError("The subprotocol is invalid")
        }
      )
      expect(emitted()).toEqual(["Listed a"])
    })
  )

  it.scoped("emits only what its filter lets pass, of what is pushed, too", () =>
    Effect.gen(function* () {
      const { emitted, sockets } = yield* run(() => json([]), undefined, { urlParams: { integration_id: "custom" } })
      const of = (id: string, integration_id?: string) => frame({ ...chat(id), state: { id: "state", integration_id } })
      for (const each of [of("a", "whatsapp_bot"), of("b", "custom"), of("c"), frame(chat("d"))]) sockets[0]!.says(each)
      yield* TestClock.adjust("1 seconds")
      expect(emitted()).toEqual(["Pushed b", "Pushed c", "Pushed d"])
    })
  )

  it.scoped("reports a listed chat that is not as documented, once", () =>
    Effect.gen(function* () {
      const odd = { id: "odd", members: `none of ${Vendor.apiKey}` }
      const { changes, emitted } = yield* run(() => json([chat("a"), odd]), undefined, { listEvery: "1 minutes" })
      yield* TestClock.adjust("5 minutes")
      expect(emitted()).toEqual(["Listed a", 'Unreadable {"id":"odd","members":"none of <redacted>"}'])
      expect(changes[1]).toMatchObject({ issue: expect.stringContaining("members") })
    })
  )

  for (const [what, request, issue] of [
    ["less than a second between two listings", { listEvery: "10 millis" }, /^.*listEvery.*at least 1000 ms/],
    ["a negative time", { listEvery: "-1 seconds" }, /listEvery/],
    ["an organization that is a step in the path", { path: { org_id: ".." } }, /^path.org_id: expected an id/]
  ] as const) {
    it.scoped(`refuses ${what}, and opens no socket`, () =>
      Effect.gen(function* () {
        const { fiber, sockets } = yield* run(() => json([]), undefined, request as never)
        expect(sockets).toEqual([])
        expect(yield* Effect.flip(Fiber.join(fiber))).toMatchObject({
          _tag: "InvalidRequest",
          issue: expect.stringMatching(issue)
        })
      })
    )
  }

  it.scoped("gives the list its filter", () =>
    Effect.gen(function* () {
      const request = { urlParams: { integration_id: "custom" }, listEvery: "1 minutes" } as const
      const { seen } = yield* run(() => json([]), undefined, request)
      yield* TestClock.adjust("2 minutes")
      expect(seen.map(({ url }) => url.searchParams.get("integration_id"))).toEqual(["custom", "custom", "custom"])
    })
  )

  it.scoped("never lists where that is not wanted, whether the connection holds or not", () =>
    Effect.gen(function* () {
      const { seen, sockets, emitted } = yield* run(() => json([chat("a")]), undefined, { listEvery: "never" })
      sockets[0]!.says(frame(chat("b")))
      yield* TestClock.adjust("1 hours")
      sockets[0]!.ends()
      yield* TestClock.adjust("1 hours")
      sockets.at(-1)!.says(frame(chat("c")))
      yield* TestClock.adjust("1 seconds")
      expect(sockets).toHaveLength(2)
      expect(emitted()).toEqual(["Pushed b", "Pushed c"])
      expect(seen).toEqual([])
    })
  )
})
