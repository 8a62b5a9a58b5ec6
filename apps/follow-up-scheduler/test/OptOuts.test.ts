import * as InventClient from "@effect-invent/client/InventClient"
import type { ContactFilter } from "@effect-invent/domain/api/Contacts"
import type { Contact } from "@effect-invent/domain/Contact"
import type { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import { ActivityId, ContactId } from "@effect-invent/domain/Ids"
import { NotFound, type RepeatableError, ServerFault } from "@effect-invent/domain/InventError"
import { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as OptOuts from "../src/ChatReader/OptOuts.ts"
import { after, hour, minute } from "./Build.ts"
import { reviewChat, story, sweepAt, sweepUntil, under } from "./Scheduling.ts"

type Status = NonNullable<(typeof ContactFilter.Type)["status"]>
type Entry = Contact | Undecodable
type Activity = ContactActivity | Undecodable

const id = (name: string) => ContactId.make(name)
const fault = new ServerFault({ endpoint: "contacts.list", attempts: 3, status: 500, excerpt: "" })
const gone = new NotFound({ endpoint: "contacts.listActivities", attempts: 1, status: 404, excerpt: "" })

/** Pages of a list, by its filter, and timelines, by the kind of their entries. */
const vendor = (
  lists: Partial<Record<Status, ReadonlyArray<ReadonlyArray<Entry>> | RepeatableError>>,
  timelines: Readonly<Record<string, ReadonlyArray<Activity> | RepeatableError>> = {},
  takes: Partial<Record<Status, Duration.DurationInput>> = {}
) => {
  const requests: Array<string> = []
  const invent = InventClient.layerMock({
    contacts: {
      stream: (request) => {
        const status = request?.urlParams?.status ?? "ALL"
        const pages = lists[status] ?? [[]]
        if ("_tag" in pages) {
          requests.push(status)
          return Stream.fail(pages)
        }
        const page = (entries: ReadonlyArray<Entry>) =>
          Effect.as(
            Effect.sync(() => requests.push(status)),
            Chunk.fromIterable(entries)
          )
        const answers = Stream.flattenChunks(Stream.mapEffect(Stream.fromIterable(pages), page))
        const wait = status === "ALL" ? undefined : takes[status]
        return wait === undefined
          ? answers
          : Stream.concat(Stream.drain(Stream.fromEffect(Effect.sleep(wait))), answers)
      },
      listActivities: ({ path, urlParams }) =>
        Effect.suspend(() => {
          requests.push(`${path.contact_id} ${urlParams?.type}`)
          const found = timelines[urlParams?.type ?? ""] ?? []
          return "_tag" in found ? Effect.fail(found) : Effect.succeed(found)
        })
    }
  })
  return { requests, layer: Layer.provide(OptOuts.layer, invent) }
}

const of = (...names: ReadonlyArray<string>) => Effect.flatMap(OptOuts.OptOuts, (optOuts) => optOuts.of(names.map(id)))

const activity = (type: "contact_unsubscribed" | "contact_resubscribed", at?: number): ContactActivity => ({
  id: ActivityId.make("activity"),
  type,
  ...(at === undefined ? {} : { created_at: after(at) })
})

const none = { isUnsubscribed: false, isBlocked: false, isWithoutAi: false }

describe("who opted out", () => {
  it.effect("is every contact in the lists, each by its filter, and no other", () => {
    const { layer, requests } = vendor({
      UNSUBSCRIBED: [[{ id: id("a") }], [{ id: id("b"), unsubscribed: true }]],
      BLOCKED: [[{ id: id("c") }]],
      AI_REPLIES_DISABLED: [[{ id: id("d") }]]
    })
    return Effect.gen(function* () {
      expect(yield* of("a")).toEqual({ ...none, isUnsubscribed: true })
      expect(yield* of("x", "b")).toEqual({ ...none, isUnsubscribed: true })
      expect(yield* of("c")).toEqual({ ...none, isBlocked: true })
      expect(yield* of("d")).toEqual({ ...none, isWithoutAi: true })
      expect(yield* of("x")).toEqual(none)
      expect(yield* of()).toEqual(none)
      expect(requests.toSorted()).toEqual(["AI_REPLIES_DISABLED", "BLOCKED", "UNSUBSCRIBED", "UNSUBSCRIBED"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is no contact of a server that ignores the filter, and the error reports it", () => {
    const { layer } = vendor({
      UNSUBSCRIBED: [[{ id: id("a"), unsubscribed: false }]],
      BLOCKED: [[{ id: id("a"), blocked: false }]]
    })
    return Effect.map(of("a"), (found) => expect(found).toEqual(none)).pipe(Effect.provide(layer))
  })

  it.effect("is whom an entry names that cannot be read but for its id", () => {
    const { layer } = vendor({ UNSUBSCRIBED: [[new Undecodable({ raw: { id: "a", name: 5 }, issue: "" })]] })
    return Effect.map(of("a"), ({ isUnsubscribed }) => expect(isUnsubscribed).toBe(true)).pipe(Effect.provide(layer))
  })
})

describe("a contact on the list of the blocked whom the chat shows as not blocked", () => {
  /** A first reading that names the contact. After `change`, each further reading gives `next`. */
  const then = (next: ReadonlyArray<ReadonlyArray<Entry>> | RepeatableError) => {
    const lists: Parameters<typeof vendor>[0] = { BLOCKED: [[{ id: id("a") }]] }
    const { layer, requests } = vendor(lists)
    return { layer, requests, change: Effect.sync(() => void (lists.BLOCKED = next)) }
  }
  const shown = Effect.flatMap(OptOuts.OptOuts, (optOuts) =>
    optOuts.of([id("a")], undefined, { areUnblocked: true, areWithAi: true })
  )

  it.effect("is not blocked where the list, read again, does not name them any more", () => {
    const { change, layer, requests } = then([[]])
    return Effect.gen(function* () {
      expect(yield* of("a")).toMatchObject({ isBlocked: true })
      yield* TestClock.adjust("1 second")
      yield* change
      // Another chat of the contact, whose row does not show it, goes by the list as it was read last.
      expect(yield* of("a")).toMatchObject({ isBlocked: true })
      expect(yield* shown).toMatchObject({ isBlocked: false })
      expect(requests.filter((each) => each === "BLOCKED")).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is blocked where the list still names them, cannot be read again, or was read for this look", () =>
    Effect.forEach([[[{ id: id("a") }]], fault], (next) => {
      const { change, layer, requests } = then(next)
      return Effect.gen(function* () {
        expect(yield* shown).toMatchObject({ isBlocked: true })
        expect(requests.filter((each) => each === "BLOCKED")).toHaveLength(1)
        yield* TestClock.adjust("1 second")
        yield* change
        expect(yield* shown).toMatchObject({ isBlocked: true })
        expect(requests.filter((each) => each === "BLOCKED")).toHaveLength(2)
      }).pipe(Effect.provide(layer))
    })
  )
})

describe("a contact is looked up", () => {
  const latest = [activity("contact_unsubscribed", minute)]

  it.effect("where the list cannot be read, by the newest of its activities", () => {
    const { layer, requests } = vendor({ UNSUBSCRIBED: fault }, { contact_unsubscribed: latest })
    return Effect.gen(function* () {
      expect((yield* of("a")).isUnsubscribed).toBe(true)
      expect(requests).toContain("a contact_unsubscribed")
    }).pipe(Effect.provide(layer))
  })

  it.effect("where an entry of the list does not even have an id", () => {
    const { layer } = vendor(
      { UNSUBSCRIBED: [[new Undecodable({ raw: 5, issue: "" })]] },
      { contact_unsubscribed: latest }
    )
    return Effect.map(of("a"), ({ isUnsubscribed }) => expect(isUnsubscribed).toBe(true)).pipe(Effect.provide(layer))
  })

  for (const [what, unsubscribed, resubscribed, expected] of [
    ["never unsubscribed", [], [], false],
    ["came back later", latest, [activity("contact_resubscribed", 2 * minute)], false],
    ["came back before", latest, [activity("contact_resubscribed", 0)], true],
    ["came back at an unknown time", latest, [activity("contact_resubscribed")], true],
    ["left at an unknown time", [activity("contact_unsubscribed")], [activity("contact_resubscribed", 0)], true]
  ] as const) {
    it.effect(`and has ${expected ? "" : "not "}unsubscribed who ${what}`, () => {
      const { layer } = vendor(
        { UNSUBSCRIBED: fault },
        { contact_unsubscribed: unsubscribed, contact_resubscribed: resubscribed }
      )
      return Effect.map(of("a"), (found) => expect(found.isUnsubscribed).toBe(expected)).pipe(Effect.provide(layer))
    })
  }

  for (const [what, unsubscribed, resubscribed, expected] of [
    ["came back since the list was read", latest, [activity("contact_resubscribed", 2 * minute)], false],
    [
      "left once more after that",
      [activity("contact_unsubscribed", 3 * minute)],
      [activity("contact_resubscribed", 2 * minute)],
      true
    ],
    [
      "came back long before, and is on the list without an activity for it",
      [activity("contact_unsubscribed", -2 * hour)],
      [activity("contact_resubscribed", -hour)],
      true
    ],
    [
      "is on the list, and came back without an activity for having left",
      [],
      [activity("contact_resubscribed", 2 * minute)],
      true
    ],
    ["has not come back", latest, [], true],
    ["may have come back, and whose activities cannot be had", latest, fault, true]
  ] as const) {
    it.effect(
      `where the list is older than the look, and has ${expected ? "" : "not "}unsubscribed who ${what}`,
      () => {
        const { layer } = vendor(
          { UNSUBSCRIBED: [[{ id: id("a") }]] },
          { contact_unsubscribed: unsubscribed, contact_resubscribed: resubscribed }
        )
        return Effect.gen(function* () {
          yield* TestClock.setTime(after(0).epochMillis)
          expect((yield* of("a")).isUnsubscribed).toBe(true)
          yield* TestClock.adjust("1 seconds")
          expect((yield* of("a")).isUnsubscribed).toBe(expected)
        }).pipe(Effect.provide(layer))
      }
    )
  }

  it.effect("not where the list was read for this look, and not who is on no list", () => {
    const { layer, requests } = vendor({ UNSUBSCRIBED: [[{ id: id("a") }]] })
    return Effect.gen(function* () {
      yield* of("a")
      yield* TestClock.adjust("1 seconds")
      yield* of("b")
      expect(requests.filter((request) => request.includes(" "))).toEqual([])
    }).pipe(Effect.provide(layer))
  })

  it.effect("without waiting, where the list takes more requests than are made at once", () => {
    const { layer, requests } = vendor({ UNSUBSCRIBED: Array.from({ length: 40 }, (_, n) => [{ id: id(`${n}`) }]) })
    return Effect.gen(function* () {
      expect((yield* of("39")).isUnsubscribed).toBe(false)
      expect(requests.filter((request) => request === "UNSUBSCRIBED").length).toBe(11)
      expect(requests.at(-1)).toBe("39 contact_unsubscribed")
      // The rest is read at its share of the quota: one every four seconds.
      yield* TestClock.adjust(Duration.seconds(4 * 30))
      expect((yield* of("39")).isUnsubscribed).toBe(true)
      expect(requests.filter((request) => request === "UNSUBSCRIBED").length).toBe(40)
    }).pipe(Effect.provide(layer))
  })
})

describe("nothing is known, and the error reports it,", () => {
  const fails = (what: string, { layer }: ReturnType<typeof vendor>, tag: string) =>
    it.effect(what, () =>
      Effect.flip(of("a")).pipe(
        Effect.map(({ _tag }) => expect(_tag).toBe(tag)),
        Effect.provide(layer)
      )
    )

  fails(
    "where neither the list nor the activities can be had",
    vendor({ UNSUBSCRIBED: fault }, { contact_unsubscribed: fault }),
    "ServerFault"
  )
  fails(
    "where an activity cannot be read",
    vendor({ UNSUBSCRIBED: fault }, { contact_unsubscribed: [new Undecodable({ raw: {}, issue: "" })] }),
    "UnexpectedResponse"
  )
  fails(
    "where the server ignores the filter of the activities",
    vendor({ UNSUBSCRIBED: fault }, { contact_unsubscribed: [{ id: ActivityId.make("n"), type: "note_created" }] }),
    "UnexpectedResponse"
  )
  fails(
    "of a contact that is gone, which is no chat that is gone",
    vendor({ UNSUBSCRIBED: fault }, { contact_unsubscribed: gone }),
    "UnexpectedResponse"
  )
  fails(
    "where the list of those without the assistant cannot be fetched: no activity contains it",
    vendor({ AI_REPLIES_DISABLED: fault }),
    "ServerFault"
  )
})

describe("the lists", () => {
  it.effect("are read again after a minute and a half, and not sooner", () => {
    const { layer, requests } = vendor({})
    return Effect.gen(function* () {
      yield* of("a")
      yield* TestClock.adjust("89 seconds")
      yield* of("a")
      expect(requests.length).toBe(3)
      yield* TestClock.adjust("1 seconds")
      yield* of("a")
      yield* TestClock.adjust(0)
      expect(requests.length).toBe(6)
    }).pipe(Effect.provide(layer))
  })

  it.effect("give that of the blocked every fifth time only, where the chat shows that nobody is blocked", () => {
    const { layer, requests } = vendor({})
    const shown = { areUnblocked: true, areWithAi: false }
    const countOf = (status: Status) => requests.filter((request) => request.includes(status)).length
    return Effect.gen(function* () {
      const optOuts = yield* OptOuts.OptOuts
      const look = Effect.zipLeft(optOuts.of([id("a")], undefined, shown), TestClock.adjust("90 seconds"))
      yield* Effect.repeatN(look, 9)
      expect(countOf("UNSUBSCRIBED")).toBe(10)
      expect(countOf("BLOCKED")).toBe(2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are waited for where they are older than they may be, whichever of them comes last", () => {
    const lists: Partial<Record<Status, ReadonlyArray<ReadonlyArray<Entry>>>> = {
      BLOCKED: [[{ id: id("a") }]],
      AI_REPLIES_DISABLED: [[{ id: id("a") }]]
    }
    const { layer } = vendor(lists, {}, { BLOCKED: "2 seconds", AI_REPLIES_DISABLED: "1 seconds" })
    const look = Effect.gen(function* () {
      const looking = yield* Effect.fork(of("a"))
      yield* TestClock.adjust("2 seconds")
      return yield* Fiber.join(looking)
    })
    return Effect.gen(function* () {
      expect(yield* look).toEqual({ ...none, isBlocked: true, isWithoutAi: true })
      yield* TestClock.adjust("3 minutes")
      lists.BLOCKED = lists.AI_REPLIES_DISABLED = [[]]
      expect(yield* look).toEqual(none)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are kept current at 3 % of the documented quota at most, however long they are", () => {
    const { layer, requests } = vendor({ UNSUBSCRIBED: Array.from({ length: 100 }, (_, n) => [{ id: id(`${n}`) }]) })
    return Effect.gen(function* () {
      const keeping = yield* Effect.fork(
        Effect.flatMap(OptOuts.OptOuts, ({ keepCurrent }) => keepCurrent(Effect.succeed(true)))
      )
      yield* TestClock.adjust("1 hours")
      yield* Fiber.interrupt(keeping)
      expect(requests.length).toBeGreaterThan(200)
      expect(requests.length / 60).toBeLessThan(0.03 * 500)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are not read while no chat needs them", () => {
    const { layer, requests } = vendor({})
    return Effect.gen(function* () {
      const keeping = yield* Effect.fork(
        Effect.flatMap(OptOuts.OptOuts, ({ keepCurrent }) => keepCurrent(Effect.succeed(false)))
      )
      yield* TestClock.adjust("1 hours")
      yield* Fiber.interrupt(keeping)
      expect(requests).toEqual([])
    }).pipe(Effect.provide(layer))
  })
})

story("a look is as old as the messages in it, however long it then takes to find out who opted out", (fake) =>
  under(fake, { steps: [{ after: "1 hour", action: "send_message", message: "Do you still need help?" }] })(
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.delaysContacts(Effect.zipRight(TestClock.adjust("6 seconds"), fake.writes("contact")))
      yield* sweepAt(after(hour))
      expect(yield* fake.sent).toEqual([])
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.sent).toEqual([])
    })
  )
)

story("a contact who was blocked, and unblocked while the chat was silent, is followed up", (fake) =>
  under(
    fake,
    {}
  )(
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.blocks
      expect(yield* reviewChat).toMatchObject({ reason: "blocked" })
      yield* TestClock.adjust("10 minutes")
      yield* fake.unblocks
      expect(yield* reviewChat).toMatchObject({ _tag: "Wait", reason: "silence" })
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toHaveLength(1)
    })
  )
)
