/**
 * What becomes of follow-ups that are armed when a limit is reached or an operator pauses, on a server that shares no
 * code with ours, in virtual time.
 */
import { expect, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import { ContactId } from "@effect-invent/domain/Ids"
import { Ledger } from "../src/Ledger.ts"
import { Erasure } from "../src/Privacy/Erasure.ts"

const names = ["ada", "bob", "cleo", "dan", "eve", "fay"]
const chats = Object.fromEntries(names.map((name) => [name, {}]))

/** All are asked for at 12:19:46 with the default lead: the assistant writes at 12:20:01. */
const steps = [{ after: "20 minutes", action: "schedule_follow_up" }] as const

it.live("those within at_most_per_hour go out, and the others after a resume", () =>
  PlainService.played({ chats }, (vendor) =>
    Effect.gen(function* () {
      const sent = () => names.map((name) => vendor.sentTo(name)).toSorted()
      yield* Effect.sleep("15 minutes")
      expect(sent()).toEqual([0, 0, 0, 1, 1, 1])
      expect(yield* Effect.flatMap(Ledger, ({ heldBy }) => heldBy)).toMatchObject({ _tag: "Some" })
      yield* Effect.flatMap(Ledger, ({ resumeWith }) => resumeWith(100))
      yield* Effect.sleep("15 minutes")
      expect(sent()).toEqual([1, 1, 1, 1, 1, 1])
    }).pipe(
      PlainService.life(
        vendor,
        Build.policy({ effective_from: "all", at_most_per_hour: 3, steps }),
        PlainService.inbox("20 seconds")
      )
    )
  )
)

it.live.each([
  ["early", "15 seconds", "590 seconds"],
  ["in the last second", "3 seconds", "599 seconds"]
] as const)("what a pause took back %s is sent after the resume", ([, arm_lead, untilArmed]) =>
  PlainService.played({ chats: { ada: {} } }, (vendor) =>
    Effect.gen(function* () {
      yield* Effect.sleep(untilArmed)
      expect(vendor.requests.filter((request) => request.startsWith("PATCH "))).toHaveLength(1)
      yield* Effect.flatMap(Ledger, ({ pause }) => pause)
      yield* Effect.sleep("10 minutes")
      expect(vendor.sentTo("ada")).toBe(0)
      yield* Effect.flatMap(Ledger, ({ resumeWith }) => resumeWith(100))
      yield* Effect.sleep("10 minutes")
      expect(vendor.sentTo("ada")).toBe(1)
      const sql = yield* SqlClient.SqlClient
      expect(yield* sql`SELECT reason FROM follow_ups WHERE reason = 'assistant_declined'`).toEqual([])
    }).pipe(
      PlainService.life(
        vendor,
        Build.policy({ effective_from: "all", steps, arm_lead }),
        PlainService.inbox("20 seconds")
      )
    )
  )
)

/** With this lead, all are asked for at 12:19:31 and looked at for the last time at 12:19:51. */
const longLead = Build.policy({ effective_from: "all", steps, arm_lead: "30 seconds" })

const contact = ContactId.make("contact_ada")

it.live.each([
  ["a pause", Effect.flatMap(Ledger, ({ pause }) => pause), "paused"],
  ["an opt-out", Effect.flatMap(Ledger, ({ setConsent }) => setConsent(contact, true)), "opted_out"],
  ["an erasure", Effect.flatMap(Erasure, ({ erase }) => erase(contact)), "erased"]
] as const)("%s after the last look is seen by the next sweep, in time", ([, holding, reason]) =>
  PlainService.played({ chats: { ada: {} } }, (vendor) =>
    Effect.gen(function* () {
      yield* Effect.sleep("593 seconds")
      expect(vendor.requests.filter((request) => request.startsWith("PATCH "))).toHaveLength(1)
      yield* holding
      yield* Effect.sleep("30 seconds")
      expect(vendor.sentTo("ada")).toBe(0)
      const sql = yield* SqlClient.SqlClient
      const [withdrawn] = yield* sql<{ chat_id: string; detail: string }>`
        SELECT chat_id, detail FROM audit WHERE event = 'withdrawn'`
      expect(JSON.parse(withdrawn!.detail)).toMatchObject({ reason })
      expect(withdrawn!.chat_id === "ada").toBe(reason !== "erased")
    }).pipe(PlainService.life(vendor, longLead, PlainService.inbox("20 seconds")))
  )
)
