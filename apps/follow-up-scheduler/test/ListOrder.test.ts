/** What follows from the order of an inbox: examples, and random inboxes that change while they are read. */
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId, MessageId } from "@effect-invent/domain/Ids"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as FastCheck from "effect/FastCheck"
import { it } from "../../../tools/testing/it.ts"
import * as ListOrder from "../src/Watch/ListOrder.ts"

const id = (n: number) => ChatId.make(`chat_${n}`)
const at = (seconds: number) => DateTime.unsafeMake(seconds * 1000)
const changed = (seconds: number, fields: Partial<Chat> = {}): Chat => ({
  id: id(seconds),
  updated_at: at(seconds),
  ...fields
})
const reach = (...chats: ReadonlyArray<Chat>) => ListOrder.extend(ListOrder.none, chats)

describe("the order of a list", () => {
  it("is that of changes where each chat changed no later than the one before it", () => {
    expect(reach(changed(30), changed(20), changed(20), changed(10))).toMatchObject({ oldest: 10_000 })
    expect(reach(changed(30), changed(20), changed(21))).toBeUndefined()
    expect(ListOrder.extend(reach(changed(30), changed(20)), [changed(25)])).toBeUndefined()
  })

  it("is another where a chat has no date, or one that its last message did not move", () => {
    expect(reach(changed(30), { id: id(1) })).toBeUndefined()
    const last_message = (seconds: number) => ({ id: MessageId.make("message_1"), created_at: at(seconds) })
    expect(reach(changed(30, { last_message: last_message(31) }))).toBeUndefined()
    expect(reach(changed(30, { last_message: last_message(30.999) }))).toBeDefined()
  })

  it("is not that of the pinned chats, which may stand anywhere", () => {
    expect(reach(changed(5, { pinned: true }), changed(30), changed(20))).toMatchObject({ count: 2, oldest: 20_000 })
  })
})

describe("the changes of a list", () => {
  const pages = (begun_at: number, ...chats: ReadonlyArray<Chat>) => ({ begun_at, reach: reach(...chats) })

  it("are known after a whole reading, and after pages that go further back than the last one", () => {
    const coverage = ListOrder.make()
    expect(coverage.pages(pages(1, changed(100), changed(90)))).toBe(false)
    expect(coverage.knownUntil()).toBeUndefined()
    coverage.whole(pages(2, changed(100), changed(90)))
    expect(coverage.knownUntil()).toBe(2)
    expect(coverage.pages(pages(3, changed(120), changed(95)))).toBe(false)
    expect(coverage.unchangedUntil(2)).toBe(2)
    expect(coverage.pages(pages(3, changed(120), changed(84)))).toBe(true)
    expect([1, 2, 3, 4].map(coverage.unchangedUntil)).toEqual([undefined, 3, 3, 4])
  })

  it("are unknown again once a page shows another order", () => {
    const coverage = ListOrder.make()
    coverage.whole(pages(2, changed(100), changed(90)))
    expect(coverage.pages(pages(3, changed(120), changed(121)))).toBe(false)
    expect(coverage.knownUntil()).toBeUndefined()
    expect(coverage.unchangedUntil(2)).toBeUndefined()
  })

  const perPage = 10
  const touch = FastCheck.record({ chat: FastCheck.nat(), after: FastCheck.nat(4000) })
  const reading = FastCheck.record({
    before: FastCheck.array(touch, { maxLength: 30 }),
    during: FastCheck.array(touch, { maxLength: 4 }),
    depth: FastCheck.integer({ min: 1, max: 8 })
  })

  it.prop(
    "are all on the pages that are said to show them, also where chats change while they are read",
    {
      count: FastCheck.integer({ min: 1, max: 60 }),
      /** So many chats are dated in the future, and dates may be whole seconds. */
      dated: FastCheck.record({ ahead: FastCheck.nat(9), isCut: FastCheck.boolean() }),
      readings: FastCheck.array(reading, { minLength: 1, maxLength: 12 })
    },
    ({ count, dated, readings }) => {
      let now = 1_000_000
      const dates = new Map(
        Array.from({ length: count }, (_, n) => [n, n < dated.ahead ? 1e9 + n : 100_000 + n * 1000] as const)
      )
      const changes = new Map<number, number>()
      const asked = new Map<number, number>()
      const apply = ({ after, chat }: { readonly chat: number; readonly after: number }) => {
        now += after
        dates.set(chat % count, dated.isCut ? Math.floor(now / 1000) * 1000 : now)
        changes.set(chat % count, now)
      }
      const listed = () => [...dates].toSorted(([, a], [, b]) => b - a)
      const coverage = ListOrder.make()
      let since = Number.NEGATIVE_INFINITY
      for (const { before, depth, during } of [{ before: [], during: [], depth: 100 }, ...readings]) {
        before.forEach(apply)
        now += 1
        const begun_at = now
        const shown = new Set<number>()
        let far: ListOrder.Reach | undefined = ListOrder.none
        for (let page = 0; page < depth; page++) {
          const entries = listed().slice(page * perPage, (page + 1) * perPage)
          for (const [n] of entries) {
            shown.add(n)
            asked.set(n, now)
          }
          far = ListOrder.extend(
            far,
            entries.map(([n, date]) => ({ id: id(n), updated_at: DateTime.unsafeMake(date) }))
          )
          const isComplete = coverage.pages({ begun_at, reach: far })
          const isEnd = (page + 1) * perPage >= count
          if (isEnd) coverage.whole({ begun_at, reach: far })
          if (isComplete || isEnd) {
            const missed = [...changes].filter(([n, at]) => at >= since && at < begun_at && !shown.has(n))
            expect(missed).toEqual([])
            since = begun_at
            break
          }
          const change = during[page]
          if (change !== undefined) apply(change)
          now += 1
        }
        for (const [n, at] of changes) {
          const read = asked.get(n)
          if (read !== undefined && at > read) expect(coverage.unchangedUntil(read) ?? read).toBeLessThanOrEqual(at)
        }
      }
    }
  )
})
