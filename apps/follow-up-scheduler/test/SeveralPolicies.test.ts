/** Two policies in force at once, in one process, over chats of contacts who have one or two of them. */
import { ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { it } from "../../../tools/testing/it.ts"
import type { InForce } from "../src/Decide/PolicyChoice.ts"
import * as Ledger from "../src/Ledger.ts"
import { Policies } from "../src/Policies.ts"
import * as Rollout from "../src/Policies/Rollout.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as SeenChats from "../src/Watch/SeenChats.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"
import * as FakeInbox from "./FakeInbox.ts"
import { type Fields, setClock, underPolicies } from "./Scheduling.ts"

const { after, hour, minute } = Build

const step = (message: string, wait = "1 hour") => ({ after: wait, action: "send_message", message })
const policyOf = (name: string, channel: string, fields: Fields = {}) =>
  Build.policy({
    name,
    match: { channels: [channel] },
    steps: [step(`Your ${name}?`), step(`Still your ${name}?`)],
    ...fields
  })
const quotes = (fields: Fields = {}) => policyOf("quotes", "whatsapp_bot", fields)
const nudge = (fields: Fields = {}) => policyOf("nudge", "custom", fields)

type Inbox = ReturnType<typeof FakeInbox.make>
const chats = {
  ada: { contact: "ada", channel: "whatsapp_bot" },
  ben: { contact: "ben", channel: "custom" },
  cyd: { contact: "cyd", channel: "instagram_dm" }
}
/** One contact in two chats, each of which is another policy's. */
const twice = { first: { contact: "ada", channel: "whatsapp_bot" }, second: { contact: "ada", channel: "custom" } }

const inProcess = (inbox: Inbox, policies: InForce) => Effect.provide(underPolicies(Ledger.layer, inbox, policies))

/** A pass of `run` at this instant. */
const pass = (inbox: Inbox, at: number, confirmed?: number) =>
  Effect.zipRight(
    setClock(after(at)),
    Scheduler.runOnce(inbox.names, () => Effect.void, { confirmed })
  )

const story = (name: string, test: Effect.Effect<void, unknown, SqlClient.SqlClient>) =>
  it.effect(name, () => Effect.zipRight(setClock(Build.start), test).pipe(Effect.provide(Databases.sqlite)))

const decisions = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(sql<{ chat_id: string; reason: string | null }>`SELECT chat_id, reason FROM chat_decisions`, (rows) =>
    Object.fromEntries(rows.map(({ chat_id, reason }) => [chat_id, reason]))
  )
)

const record = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string>>`SELECT chat_id, step, policy, status FROM follow_ups ORDER BY chat_id, step, status`,
    (rows) => rows.map(({ chat_id, policy, status, step }) => `${chat_id} ${step} ${policy} ${status}`)
  )
)

const due = hour + minute

describe("with two policies in force", () => {
  story(
    "each chat gets the follow-up of its own policy, and one that none matches gets none, with that reason",
    Effect.suspend(() => {
      const inbox = FakeInbox.make(chats)
      return Effect.gen(function* () {
        yield* pass(inbox, 0)
        yield* pass(inbox, due)
        expect(yield* inbox.sent).toEqual({ ada: ["Your quotes?"], ben: ["Your nudge?"], cyd: [] })
        expect(yield* decisions).toMatchObject({ cyd: "not_matched" })
        expect((yield* record).filter((row) => row.endsWith("sent"))).toEqual([
          "ada 1 quotes@1 sent",
          "ben 1 nudge@1 sent"
        ])
      }).pipe(inProcess(inbox, [quotes(), nudge()]))
    })
  )

  story(
    "a cap counts what a contact got by the other policy",
    Effect.suspend(() => {
      const inbox = FakeInbox.make(twice)
      const caps = { caps: [{ at_most: 1, per: "1 day" }] }
      return Effect.gen(function* () {
        yield* pass(inbox, 0)
        yield* pass(inbox, due)
        yield* pass(inbox, due + minute)
        const sent = Object.values(yield* inbox.sent).flat()
        expect(sent).toHaveLength(1)
        expect(Object.values(yield* decisions)).toEqual(["capped", "capped"])
        yield* pass(inbox, due + Build.day)
        expect(Object.values(yield* inbox.sent).flat()).toHaveLength(2)
      }).pipe(inProcess(inbox, [quotes(caps), nudge(caps)]))
    })
  )

  story(
    "a stop word in a chat of the one keeps the other from writing to the same contact",
    Effect.suspend(() => {
      const inbox = FakeInbox.make({ ...twice, ben: chats.ben })
      return Effect.gen(function* () {
        yield* pass(inbox, 0)
        yield* setClock(after(minute))
        yield* inbox.writes("first", "basta")
        yield* pass(inbox, 3 * minute)
        yield* pass(inbox, due)
        expect(yield* inbox.sent).toEqual({ first: [], second: [], ben: ["Your nudge?"] })
        expect(yield* decisions).toMatchObject({ first: "opted_out", second: "opted_out" })
      }).pipe(inProcess(inbox, [quotes({ opt_out: ["basta"] }), nudge({ opt_out: ["enough"] })]))
    })
  )

  story(
    "the limit of an hour counts the follow-ups of both, and holds both",
    Effect.suspend(() => {
      const inbox = FakeInbox.make({ ...chats, dan: { contact: "dan", channel: "custom" } })
      return Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        yield* pass(inbox, 0)
        yield* pass(inbox, due)
        expect(Object.values(yield* inbox.sent).flat()).toHaveLength(2)
        expect(yield* ledger.heldBy).toEqual(Option.some("at_most_per_hour: 2 follow-ups within an hour"))
        expect([(yield* ledger.held)("quotes@1"), (yield* ledger.held)("nudge@1")]).toEqual([true, true])
      }).pipe(inProcess(inbox, [quotes({ at_most_per_hour: 2 }), nudge({ at_most_per_hour: 2 })]))
    })
  )

  story(
    "a pause holds both, and an erased contact gets nothing by either",
    Effect.suspend(() => {
      const inbox = FakeInbox.make({ ...twice, ben: chats.ben })
      return Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        yield* pass(inbox, 0)
        yield* ledger.pause
        yield* pass(inbox, due)
        expect(Object.values(yield* inbox.sent).flat()).toEqual([])
        yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(ContactId.make("contact_ada")))
        yield* ledger.resume
        yield* pass(inbox, due + minute)
        expect(yield* inbox.sent).toEqual({ first: [], second: [], ben: ["Your nudge?"] })
      }).pipe(inProcess(inbox, [quotes(), nudge()]))
    })
  )

  story(
    "a change of either, or of their order, makes every chat news once",
    Effect.suspend(() => {
      const inbox = FakeInbox.make({ ada: chats.ada })
      return Effect.gen(function* () {
        const { replace } = yield* Policies
        const news = Effect.gen(function* () {
          const { changed } = yield* SeenChats.make
          const found = yield* changed([inbox.chatOf("ada")], false)
          yield* pass(inbox, 0)
          return found.length
        })
        const newsOf = (...policies: InForce) => Effect.zipRight(replace(policies), news)
        expect([yield* news, yield* news]).toEqual([1, 0])
        expect(yield* newsOf(quotes(), nudge({ version: 2 }))).toBe(1)
        expect(yield* newsOf(nudge({ version: 2 }), quotes())).toBe(1)
        expect(yield* newsOf(nudge({ version: 2 }), quotes())).toBe(0)
      }).pipe(inProcess(inbox, [quotes(), nudge()]))
    })
  )

  story(
    "the contacts of both are counted together before any is written to",
    Effect.suspend(() => {
      const inbox = FakeInbox.make(chats)
      return Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        yield* pass(inbox, 0, 1)
        expect(yield* ledger.heldBy).toEqual(
          Option.some("quotes@1, nudge@1 were put in force, and 2 contacts would be written to")
        )
      }).pipe(inProcess(inbox, [quotes(), nudge()]))
    })
  )
})

describe("a policy that is not named any more", () => {
  const general = (fields: Fields = {}) =>
    Build.policy({ name: "general", steps: [step("Is all well?"), step("Is all still well?")], ...fields })
  /** The first step is sent by `quotes`; then only `general` is named, and the second is due. */
  const without = (inbox: Inbox, running: Rollout.Running) =>
    Effect.gen(function* () {
      yield* Effect.all([pass(inbox, 0), pass(inbox, due)]).pipe(inProcess(inbox, [quotes(), general()]))
      return yield* Effect.gen(function* () {
        const left = yield* Rollout.putInForce([general()], running)
        yield* pass(inbox, due + minute)
        yield* pass(inbox, 2 * due + minute)
        return left
      }).pipe(inProcess(inbox, [general()]))
    })
  const fates = {
    keep: [
      ["Your quotes?", "Still your quotes?"],
      ["ada 1 quotes@1 sent", "ada 2 quotes@1 sent"]
    ],
    retime: [
      ["Your quotes?", "Is all still well?"],
      ["ada 1 general@1 sent", "ada 2 general@1 sent", "ada 2 general@1 skipped"]
    ],
    exit: [["Your quotes?"], ["ada 1 quotes@1 sent", "ada 2 quotes@1 skipped"]]
  } as const
  for (const running of ["keep", "retime", "exit"] as const) {
    story(
      `leaves its conversations to --running ${running}, and reports how many there are`,
      Effect.suspend(() => {
        const inbox = FakeInbox.make({ ada: chats.ada })
        return Effect.gen(function* () {
          const left = yield* without(inbox, running)
          expect(left).toEqual({ earlier: [], unnamed: [{ policy: "quotes@1", conversations: 1 }] })
          expect(Rollout.describeLeft(left, running)[0]).toMatch(
            new RegExp(`^1 conversation .* by quotes@1, which is not among the policies any more: .*${running}\\)$`)
          )
          expect(yield* inbox.sent).toEqual({ ada: fates[running][0] })
          expect(yield* record).toEqual(fates[running][1])
        })
      })
    )
  }

  story(
    "moves a chat that its version does not match any more to the policy that does, which goes on with the next step",
    Effect.suspend(() => {
      const inbox = FakeInbox.make({ ada: chats.ada })
      return Effect.gen(function* () {
        yield* Effect.all([pass(inbox, 0), pass(inbox, due)]).pipe(inProcess(inbox, [quotes(), general()]))
        const moved = quotes({ version: 2, match: { channels: ["instagram_dm"] } })
        yield* Effect.gen(function* () {
          yield* Rollout.putInForce([moved, general()], "retime")
          yield* pass(inbox, due + minute)
          yield* pass(inbox, 2 * due + minute)
        }).pipe(inProcess(inbox, [moved, general()]))
        expect(yield* inbox.sent).toEqual({ ada: ["Your quotes?", "Is all still well?"] })
        expect(yield* record).toEqual(["ada 1 quotes@2 sent", "ada 2 general@1 sent", "ada 2 quotes@2 skipped"])
      })
    })
  )
})
