/**
 * The requests of a first start and of a restart, against a server that shares no code with ours, in virtual time. An
 * inbox of chats that cannot be due costs its lists; a contact who is followed up costs the messages of their chats.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

const { since } = PlainService

/** The requests and the record of schedulers that run for so long each, one after the other, on one ledger. */
const starts = (
  chats: PlainVendor.Options["chats"],
  durations: ReadonlyArray<Duration.DurationInput>,
  { broken, fields }: Pick<PlainVendor.Options, "broken"> & { readonly fields?: Readonly<Record<string, unknown>> } = {}
) =>
  PlainService.played({ chats, ...(broken && { broken }) }, (vendor) =>
    Effect.gen(function* () {
      const life = PlainService.life(vendor, Build.policy(fields), PlainService.inbox("30 seconds"))
      const requests: Array<ReadonlyArray<string>> = []
      for (const duration of durations) {
        yield* life(Effect.sleep(duration))
        requests.push(vendor.requests.splice(0))
      }
      const sql = yield* SqlClient.SqlClient
      const decisions = yield* sql<{ chat_id: string; reason: string | null }>`
        SELECT chat_id, reason FROM chat_decisions ORDER BY chat_id`
      return {
        requests,
        reasons: Object.fromEntries(decisions.map(({ chat_id, reason }) => [chat_id, reason])),
        sent: Object.fromEntries(Object.keys(chats).map((name) => [name, vendor.sentTo(name)]))
      }
    })
  )

const isMessages = (line: string) => line.includes("/messages")
const isInbox = (line: string) => line.startsWith("GET /orgs/c/inbox")

/** Chats of one kind each, over and over, none of which can be due under a policy that is put in force now. */
const kinds: ReadonlyArray<readonly [PlainVendor.Fixture, reason: string]> = [
  [{}, "before_effective_from"],
  [{ state: { state: "CLOSED" } }, "closed"],
  [{ messages: [{ by: "contact", at: since, text: "Do you ship to Malta?" }] }, "replied"],
  [{ contact: { blocked: true } }, "blocked"],
  [{ state: { assigned_user: { id: "user_1", name: "Ada" } } }, "human_takeover"],
  [{ state: { ai_enabled: false } }, "ai_disabled"],
  [{ state: { integration_id: "internal" } }, "internal_channel"],
  [{ contact: { is_admin: true } }, "admin_contact"],
  [{ chat: { temporary: true } }, "temporary_chat"],
  [{ state: { state: "SNOOZED" } }, "snoozed"]
]

const many = 1000
const named = Array.from({ length: many }, (_, index) => [`chat_${index + 1}`, kinds[index % kinds.length]!] as const)

describe(`${many} chats that cannot be due`, () => {
  const chats = Object.fromEntries(named.map(([name, [fixture]]) => [name, fixture]))
  it.live("cost a request for a hundred of them and fifty more, and a restart the lists again", () =>
    Effect.gen(function* () {
      const { reasons, requests } = yield* starts(chats, ["1 minute", "1 minute"])
      const [first = [], restarted = []] = requests
      expect(reasons).toEqual(Object.fromEntries(named.map(([name, [, reason]]) => [name, reason])))
      expect(first.filter(isMessages)).toEqual([])
      expect(first.length).toBeLessThanOrEqual(many / 100 + 50)
      expect(restarted.filter((line) => !isInbox(line))).toEqual([])
      expect(restarted.length).toBeLessThanOrEqual(many / 100 + 5)
    })
  )
})

const asked = (at: string): ReadonlyArray<PlainVendor.Written> => [
  { by: "contact", at: `${at}:00Z`, text: "Do you ship to Malta?" },
  { by: "assistant", at: `${at}:01Z`, text: "We do." }
]
const stopped = (at: string): ReadonlyArray<PlainVendor.Written> => [
  { by: "contact", at: `${at}:00Z`, text: "STOP" },
  { by: "assistant", at: `${at}:01Z`, text: "Understood." }
]
const old = asked("2026-07-15T10:00")
const closed = { state: { state: "CLOSED" } }
/** Asked and answered after the policy was put in force: its first step is due an hour later. */
const later = [...old, ...asked("2026-07-15T12:20")]

const lists = (requests: ReadonlyArray<ReadonlyArray<string>>, name: string) =>
  requests.flat().filter((line) => line.startsWith(`GET /chats/${name}/messages`)).length

describe("a stop word in a chat that was decided by its row", () => {
  it.live(
    "keeps the contact from a follow-up in another chat; the messages are listed once, before it is planned",
    () =>
      Effect.gen(function* () {
        const { reasons, requests, sent } = yield* starts(
          {
            ada_old: { ...closed, person: "ada", messages: [...old, ...stopped("2026-07-15T11:00"), ...old] },
            ada_due: { person: "ada", messages: later },
            bob_old: { ...closed, person: "bob", messages: old },
            bob_due: { person: "bob", messages: later },
            eve_old: { ...closed, person: "eve", messages: old }
          },
          ["20 minutes", "1 hour"]
        )
        expect(sent).toEqual({ ada_old: 0, ada_due: 0, bob_old: 0, bob_due: 1, eve_old: 0 })
        expect(reasons).toMatchObject({ ada_due: "opted_out", ada_old: "closed", eve_old: "closed" })
        expect(["ada_old", "bob_old", "eve_old"].map((name) => lists(requests, name))).toEqual([1, 1, 0])
        // The chat with a message of ours is read as soon as it has one, and the others of its contact with it.
        expect(lists(requests.slice(0, 1), "ada_old")).toBe(1)
        expect(requests.flat().filter((line) => line === "PATCH /chats/ada_due/state")).toEqual([])
      })
  )

  it.live("counts where it was written after the step was planned", () =>
    Effect.gen(function* () {
      const { reasons, requests, sent } = yield* starts(
        {
          ada_old: { ...closed, person: "ada", messages: [...old, ...stopped("2026-07-15T13:00")] },
          ada_due: { person: "ada", messages: later },
          bob_old: { ...closed, person: "bob", messages: [...old, ...asked("2026-07-15T13:00")] },
          bob_due: { person: "bob", messages: later }
        },
        ["90 minutes"]
      )
      expect(sent).toEqual({ ada_old: 0, ada_due: 0, bob_old: 0, bob_due: 1 })
      expect(reasons).toMatchObject({ ada_due: "opted_out", ada_old: "closed" })
      // Once before the step was planned, and once before it was taken.
      expect(["ada_old", "bob_old"].map((name) => lists(requests, name))).toEqual([2, 2])
    })
  )

  it.live("takes the follow-up back that is under way where it was written then", () =>
    Effect.gen(function* () {
      const { reasons, requests, sent } = yield* starts(
        {
          ada_old: { ...closed, person: "ada", messages: [...old, ...stopped("2026-07-15T13:17")] },
          ada_due: { person: "ada", messages: later },
          bob_old: { ...closed, person: "bob", messages: [...old, ...asked("2026-07-15T13:17")] },
          bob_due: { person: "bob", messages: later }
        },
        ["90 minutes"],
        // Armed at a quarter past one, and read for the last time 100 seconds before its instant.
        { fields: { arm_lead: "5 minutes" } }
      )
      expect(sent).toEqual({ ada_old: 0, ada_due: 0, bob_old: 0, bob_due: 1 })
      expect(reasons).toMatchObject({ ada_due: "opted_out" })
      expect(requests.flat().filter((line) => line === "PATCH /chats/ada_due/state")).toHaveLength(2)
    })
  )
})

describe("a chat that was decided by its row, and whose messages cannot be listed", () => {
  const answers: Readonly<Record<string, number>> = { ada_old: 403, bob_old: 404 }
  const broken = (line: string) => {
    const status = answers[/^GET \/chats\/(\w+)\/messages/.exec(line)?.[1] ?? ""]
    return status === undefined ? undefined : { status, body: "{}" }
  }

  it.live("keeps its contact from a follow-up, unless the chat is gone", () =>
    Effect.gen(function* () {
      const { reasons, sent } = yield* starts(
        {
          ada_old: { ...closed, person: "ada", messages: old },
          ada_due: { person: "ada", messages: later },
          bob_old: { ...closed, person: "bob", messages: old },
          bob_due: { person: "bob", messages: later }
        },
        ["90 minutes"],
        { broken }
      )
      expect(sent).toEqual({ ada_old: 0, ada_due: 0, bob_old: 0, bob_due: 1 })
      expect(reasons).toMatchObject({ ada_due: "unreachable", ada_old: "closed" })
    })
  )
})

describe("a contact with many chats, several of which come up at once", () => {
  it.live("has the messages of each chat that was decided by its row listed once", () =>
    Effect.gen(function* () {
      const ten = Array.from({ length: 10 }, (_, index) => index + 1)
      const { reasons, requests } = yield* starts(
        Object.fromEntries(
          ten.flatMap((number) => [
            [`old_${number}`, { ...closed, person: "ada", messages: old }],
            [`due_${number}`, { person: "ada", messages: later }]
          ])
        ),
        ["1 hour", "5 minutes"]
      )
      expect(ten.map((number) => lists(requests, `old_${number}`))).toEqual(ten.map(() => 1))
      expect(ten.map((number) => reasons[`due_${number}`])).toEqual(ten.map(() => "silence"))
      // A restart lists no messages of a chat that waits, either.
      expect(requests[1]?.filter(isMessages)).toEqual([])
    })
  )
})
