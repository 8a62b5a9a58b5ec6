import type * as InventClient from "@effect-invent/client/InventClient"
import { isDecoded, omit } from "@effect-invent/domain/schema/Undecodable"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { chat_id, json, message, within } = Vendor

interface Server {
  /** How many messages there are. */
  readonly count: number
  /** The most it gives on a page, whatever it is asked for. */
  readonly most?: number
  /** Which of the documented headers it sends. */
  readonly headers?: ReadonlyArray<"count" | "take">
}

const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}`)

/** Pages m1, m2, … as the vendor documents it. */
const paging =
  ({ count, headers = [], most = 100 }: Server) =>
  ({ url }: Vendor.Seen): Vendor.Answer => {
    const page = Number(url.searchParams.get("page"))
    const take = Math.min(most, Number(url.searchParams.get("take")))
    const ids = names(1, count).slice((page - 1) * take, page * take)
    return json(ids.map(message), 200, {
      ...(headers.includes("count") ? { "pagination-count": String(count) } : {}),
      ...(headers.includes("take") ? { "pagination-take": String(take), "pagination-page": String(page) } : {})
    })
  }

type Params = NonNullable<Parameters<InventClient.InventClient["Type"]["messages"]["stream"]>[0]["urlParams"]>

const read = (answer: (seen: Vendor.Seen) => Vendor.Answer, urlParams: Params = {}) =>
  Effect.gen(function* () {
    const { invent, seen } = yield* Vendor.connect(answer, { retry: { maxAttempts: 1 } })
    const emitted = yield* Ref.make<ReadonlyArray<string>>([])
    const collect = invent.messages.stream({ path: { chat_id }, urlParams }).pipe(
      Stream.filter(isDecoded),
      Stream.runForEach(({ id }) => Ref.update(emitted, (ids) => [...ids, id]))
    )
    const end = yield* within("10 seconds", Effect.either(collect))
    return {
      end,
      ids: yield* Ref.get(emitted),
      pages: seen.map(({ url }) => Number(url.searchParams.get("page"))),
      seen
    }
  })

describe("messages.stream", () => {
  it.scoped("reads all pages in order and ends on a short one when there are no headers", () =>
    Effect.gen(function* () {
      const { ids, pages } = yield* read(paging({ count: 250 }))
      expect(ids).toEqual(names(1, 250))
      expect(pages).toEqual([1, 2, 3])
    })
  )

  it.scoped("asks for the most a page can have, unless take says otherwise", () =>
    Effect.gen(function* () {
      const takes = ({ seen }: { seen: ReadonlyArray<Vendor.Seen> }) =>
        seen.map(({ url }) => url.searchParams.get("take"))
      expect(takes(yield* read(paging({ count: 1 })))).toEqual(["100"])
      const few = yield* read(paging({ count: 5 }), { take: 2 })
      expect(takes(few)).toEqual(["2", "2", "2"])
      expect(few.ids).toEqual(names(1, 5))
    })
  )

  it.scoped("ends on an empty page when the last full page was the end", () =>
    Effect.gen(function* () {
      const { ids, pages } = yield* read(paging({ count: 4 }), { take: 2 })
      expect(ids).toEqual(names(1, 4))
      expect(pages).toEqual([1, 2, 3])
    })
  )

  it.scoped("reads nothing of a chat without messages", () =>
    Effect.gen(function* () {
      for (const headers of [[], ["count"], ["count", "take"]] as const) {
        const { ids, pages } = yield* read(paging({ count: 0, headers }))
        expect({ ids, pages }).toEqual({ ids: [], pages: [1] })
      }
    })
  )

  it.scoped("asks for no page beyond the count that the server gives", () =>
    Effect.gen(function* () {
      for (const headers of [["count"], ["count", "take"]] as const) {
        const { ids, pages } = yield* read(paging({ count: 4, headers }), { take: 2 })
        expect({ ids, pages }).toEqual({ ids: names(1, 4), pages: [1, 2] })
      }
    })
  )

  it.scoped("reads every message of a server that gives fewer a page than asked for, and says the count", () =>
    Effect.gen(function* () {
      for (const headers of [["count"], ["count", "take"]] as const) {
        const { ids, pages } = yield* read(paging({ count: 180, most: 50, headers }))
        expect({ ids, pages }).toEqual({ ids: names(1, 180), pages: [1, 2, 3, 4] })
      }
    })
  )

  it.scoped("reads every message of a server that gives fewer a page than asked for, and says so", () =>
    Effect.gen(function* () {
      const { ids, pages } = yield* read(paging({ count: 120, most: 50, headers: ["take"] }))
      expect({ ids, pages }).toEqual({ ids: names(1, 120), pages: [1, 2, 3] })
    })
  )

  it.scoped("does not trust a count that is no number", () =>
    Effect.gen(function* () {
      const answer = ({ url }: Vendor.Seen) =>
        json(url.searchParams.get("page") === "1" ? ["a", "b"].map(message) : [], 200, { "pagination-count": "-1" })
      const { ids, pages } = yield* read(answer, { take: 2 })
      expect({ ids, pages }).toEqual({ ids: ["a", "b"], pages: [1, 2] })
    })
  )

  it.scoped("ends on an empty page, whatever the count says", () =>
    Effect.gen(function* () {
      const answer = ({ nth }: Vendor.Seen) =>
        json(nth === 1 ? [message("m1")] : [], 200, { "pagination-count": "1000" })
      const { end, ids, pages } = yield* read(answer)
      expect(end._tag).toBe("Right")
      expect({ ids, pages }).toEqual({ ids: ["m1"], pages: [1, 2] })
    })
  )

  it.scoped("resumes at the given page, and loses nothing whether or not the server counts", () =>
    Effect.gen(function* () {
      for (const headers of [[], ["count"], ["count", "take"]] as const) {
        const middle = yield* read(paging({ count: 250, headers }), { page: 2 })
        expect({ ids: middle.ids, pages: middle.pages }).toEqual({ ids: names(101, 250), pages: [2, 3] })
        const capped = yield* read(paging({ count: 120, most: 50, headers: headers.length > 0 ? headers : ["take"] }), {
          page: 2
        })
        expect({ ids: capped.ids, pages: capped.pages }).toEqual({ ids: names(51, 120), pages: [2, 3] })
      }
      const last = yield* read(paging({ count: 250, headers: ["count"] }), { page: 3 })
      expect(last.ids).toEqual(names(201, 250))
      const beyond = yield* read(paging({ count: 250, headers: ["count"] }), { page: 9 })
      expect({ ids: beyond.ids, pages: beyond.pages }).toEqual({ ids: [], pages: [9] })
    })
  )

  it.scoped("sends from_date with every page", () =>
    Effect.gen(function* () {
      const { seen } = yield* read(paging({ count: 3 }), {
        take: 2,
        from_date: DateTime.unsafeMake("2026-01-01T00:00:00Z")
      })
      expect(seen.map(({ url }) => url.searchParams.get("from_date"))).toEqual([
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z"
      ])
    })
  )

  it.scoped("refuses a page that comes twice, and keeps what came before", () =>
    Effect.gen(function* () {
      const { end, ids, pages } = yield* read(() => json(["a", "b"].map(message)), { take: 2 })
      expect(end).toMatchObject({
        _tag: "Left",
        left: { _tag: "UnexpectedResponse", endpoint: "messages.list", status: 200, issue: "page 2 repeats page 1" }
      })
      expect({ ids, pages }).toEqual({ ids: ["a", "b"], pages: [1, 2] })
    })
  )

  it.scoped("refuses pages that go round in a circle", () =>
    Effect.gen(function* () {
      const circle = [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"]
      ]
      const answer = ({ nth }: Vendor.Seen) => json(circle[(nth - 1) % 3]!.map(message))
      const { end, ids, pages } = yield* read(answer, { take: 2, page: 4 })
      expect(end).toMatchObject({ _tag: "Left", left: { _tag: "UnexpectedResponse", issue: "page 7 repeats page 4" } })
      expect({ ids, pages }).toEqual({ ids: circle.flat(), pages: [4, 5, 6, 7] })
    })
  )

  it.scoped("goes on where a failure ended it, at the page after those that came whole", () =>
    Effect.gen(function* () {
      const answer = (seen: Vendor.Seen) => (seen.nth === 3 ? Vendor.reset : paging({ count: 9 })(seen))
      const first = yield* read(answer, { take: 2 })
      expect(first.end).toMatchObject({ _tag: "Left", left: { _tag: "ConnectionLost" } })
      const page = 1 + first.ids.length / 2
      const second = yield* read(paging({ count: 9 }), { take: 2, page })
      expect([...first.ids, ...second.ids]).toEqual(names(1, 9))
    })
  )

  it.scoped("takes pages that shifted while it read them, and shows what is on both", () =>
    Effect.gen(function* () {
      const shifted = [["a", "b", "c"], ["c", "d", "e"], ["f"]]
      const { end, ids } = yield* read(({ nth }) => json(shifted[nth - 1]!.map(message)), { take: 3 })
      expect(end._tag).toBe("Right")
      expect(ids).toEqual(shifted.flat())
    })
  )

  it.scoped("fails with the typed error of a page in the middle, and keeps what came before", () =>
    Effect.gen(function* () {
      const answer = (seen: Vendor.Seen) => (seen.nth === 2 ? Vendor.text("gone", 404) : paging({ count: 6 })(seen))
      const { end, ids, pages } = yield* read(answer, { take: 2 })
      expect(end).toMatchObject({ _tag: "Left", left: { _tag: "NotFound", excerpt: "gone" } })
      expect({ ids, pages }).toEqual({ ids: ["m1", "m2"], pages: [1, 2] })
    })
  )

  it.scoped("asks for no page that nobody consumes", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(paging({ count: 10 }))
      const stream = invent.messages.stream({ path: { chat_id }, urlParams: { take: 2 } })
      expect(seen.length).toBe(0)
      for (const [wanted, requests] of [
        [1, 1],
        [2, 1],
        [3, 2]
      ] as const) {
        const before = seen.length
        const taken = yield* within("10 seconds", Stream.runCollect(Stream.take(stream, wanted)))
        expect(omit(Chunk.toReadonlyArray(taken)).map(({ id }) => id)).toEqual(names(1, wanted))
        expect(seen.length - before).toBe(requests)
      }
    })
  )

  it.scoped("starts again each time it is run", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(paging({ count: 3 }))
      const stream = invent.messages.stream({ path: { chat_id }, urlParams: { take: 2 } })
      const run = within("10 seconds", Stream.runCollect(stream))
      expect(Chunk.size(yield* run)).toBe(3)
      expect(Chunk.size(yield* run)).toBe(3)
    })
  )

  it.scoped("sends nothing for a page or a take that cannot be", () =>
    Effect.gen(function* () {
      for (const urlParams of [{ take: 0 }, { take: 101 }, { page: 0 }, { page: 1.5 }]) {
        const { end, seen } = yield* read(paging({ count: 3 }), urlParams)
        expect(end).toMatchObject({ _tag: "Left", left: { _tag: "InvalidRequest" } })
        expect(seen.length).toBe(0)
      }
    })
  )
})
