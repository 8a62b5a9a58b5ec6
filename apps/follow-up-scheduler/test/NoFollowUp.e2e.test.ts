/** Who is not followed up, and who is again: the program against a server that shares no code with ours. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { followUps, policy } from "./Passes.ts"
import type { Written } from "./PlainVendor.ts"

const asked: Written = { by: "contact", at: "2026-07-15T12:00:00Z", text: "Do you ship to Malta?" }
const answered: Written = { by: "assistant", at: "2026-07-15T12:00:01Z", text: "We do." }

const stop: Written = { by: "contact", at: "2026-07-15T13:30:00Z", text: "STOP" }
const understood: Written = { by: "assistant", at: "2026-07-15T13:30:01Z", text: "Understood." }
const broadcast: Written = { by: "broadcast", at: asked.at, text: "Our summer sale has begun." }
const helped: ReadonlyArray<Written> = [
  { by: "contact", at: "2026-06-15T12:00:00Z", text: "It does not work." },
  { by: "staff", at: "2026-06-15T12:05:00Z", text: "I have sent you another one." }
]

/** What became of these, passed over together. */
const together = Effect.runSync(
  Effect.cached(
    followUps({
      chats: {
        chat_willing: {},
        chat_stop: { messages: [asked, answered, stop, understood] },
        chat_broadcast: { messages: [broadcast] },
        chat_internal: { state: { integration_id: "internal" } },
        chat_admin: { contact: { is_admin: true } },
        chat_temporary: { chat: { temporary: true } },
        chat_back: { messages: [...helped, asked, answered] },
        chat_helped: { messages: helped },
        chat_assigned: {
          messages: [...helped, asked, answered],
          state: { assigned_user: { id: "user_1", name: "Ada" } }
        }
      }
    })
  )
)

describe("a contact who writes STOP after the first step", () => {
  it.live("gets no other, though the assistant answers, while another gets both", () =>
    Effect.gen(function* () {
      const { reasonsInTheEnd, sent } = yield* together
      // One came before the word, and none after it.
      expect(sent).toMatchObject({ chat_willing: 2, chat_stop: 1 })
      expect(reasonsInTheEnd).toMatchObject({ chat_stop: "opted_out" })
    })
  )
})

describe("a reply that reaches the service after it has made its answer to our last read", () => {
  // The default of `arm_lead` is 15 seconds, and a read may be two thirds of that old.
  const [inTime, tooLate] = [9_000, 11_000]
  const passes = ["2026-07-15T13:00:30Z", "2026-07-15T13:02:00Z"]
  const late = (millis: number) => {
    let reads = 0
    return followUps({
      chats: { chat_one: {} },
      passes,
      meanwhile: (line, { writes, putForward }) => {
        if (line.startsWith("GET /chats/chat_one/messages")) reads++
        // The first read is for the decision, and the second for the message that follows from it.
        if (reads !== 2) return
        reads++
        writes("chat_one", "contact")
        putForward(millis)
      }
    })
  }

  it.live("keeps the message back where that answer took longer than ten seconds", () =>
    Effect.gen(function* () {
      const { reasonsInTheEnd, sent } = yield* late(tooLate)
      expect(sent).toEqual({ chat_one: 0 })
      expect(reasonsInTheEnd).toEqual({ chat_one: "replied" })
    })
  )

  it.live("is a race where it took less: the message is sent", () =>
    Effect.gen(function* () {
      const { sent } = yield* late(inTime)
      expect(sent).toEqual({ chat_one: 1 })
    })
  )
})

describe("a reply after the last read, where the row had shown that nothing was written", () => {
  // A short lead: a pass ends after its last look, four seconds after the update.
  const asking = policy
    .replaceAll(/action: send_message, message: "[^"]*"/g, "action: schedule_follow_up")
    .replace("steps:", "arm_lead: 6 seconds\nsteps:")
  const passes = ["2026-07-15T13:00:30Z", "2026-07-15T13:05:00Z"]
  const asked = (reply: boolean) => {
    const lines: Array<string> = []
    let hasReplied = false
    const outcome = followUps({
      chats: { chat_one: {} },
      policy: asking,
      passes,
      meanwhile: (line, { writes }) => {
        lines.push(line)
        if (!reply || hasReplied || !line.startsWith("GET /chats/chat_one/state/info")) return
        hasReplied = true
        writes("chat_one", "contact")
      }
    })
    const count = (start: string) => lines.filter((line) => line.startsWith(start)).length
    return Effect.map(outcome, (all) => ({ ...all, count, lines }))
  }

  it.live("is seen in the answer to the update, which is taken back: the assistant writes nothing", () =>
    Effect.gen(function* () {
      const { count, reasonsInTheEnd, sent } = yield* asked(true)
      expect(sent).toEqual({ chat_one: 0 })
      expect(reasonsInTheEnd).toEqual({ chat_one: "replied" })
      expect(count("PATCH /chats/chat_one/state")).toBe(2)
    })
  )

  it.live("does not come: the assistant writes, and the messages were listed once before it was asked", () =>
    Effect.gen(function* () {
      const { count, lines, sent } = yield* asked(false)
      expect(sent).toEqual({ chat_one: 1 })
      expect(count("PATCH /chats/chat_one/state")).toBe(1)
      const before = lines.slice(0, lines.indexOf("PATCH /chats/chat_one/state"))
      expect(before.filter((line) => line.startsWith("GET /chats/chat_one/messages"))).toHaveLength(1)
    })
  )
})

describe("a contact with two chats on two channels, and a cap of one a day", () => {
  const capped = (more: string) => policy.replace("steps:", `caps: [{ at_most: 1, per: calendar_day${more} }]\nsteps:`)
  const phone = { person: "ada", state: { integration_id: "whatsapp_bot" } }
  const chats = { chat_one: { person: "ada" }, chat_two: phone, chat_other: {} }
  const total = (sent: Readonly<Record<string, number>>) => (sent["chat_one"] ?? 0) + (sent["chat_two"] ?? 0)

  it.live("gets one, and another contact one of their own", () =>
    Effect.gen(function* () {
      const { sent } = yield* followUps({ chats, policy: capped("") })
      expect([total(sent), sent["chat_other"]]).toEqual([1, 1])
    })
  )

  it.live("gets one in each, where the cap is one per conversation", () =>
    Effect.gen(function* () {
      const { sent } = yield* followUps({ chats, policy: capped(", per_conversation: true") })
      expect([total(sent), sent["chat_other"]]).toEqual([2, 1])
    })
  )
})

describe("switching on a policy without a date", () => {
  const old: ReadonlyArray<Written> = [
    { by: "contact", at: "2026-02-15T12:00:00Z" },
    { by: "assistant", at: "2026-02-15T12:00:01Z" }
  ]
  const undated = policy.replace("effective_from: all\n", "")
  // It is put in force at half past twelve.
  const passes = ["2026-07-15T12:30:00Z", "2026-07-15T14:00:30Z", "2026-07-15T16:30:00Z", "2026-07-15T23:00:00Z"]
  const later: ReadonlyArray<Written> = [
    { by: "contact", at: "2026-07-15T12:59:00Z" },
    { by: "assistant", at: "2026-07-15T13:00:00Z" }
  ]

  it.live("leaves old chats alone, and follows up what is written from then on", () =>
    Effect.gen(function* () {
      const chats = { chat_old: { messages: old }, chat_before: {}, chat_new: { messages: [...old, ...later] } }
      const { reasons, sent } = yield* followUps({ chats, policy: undated, passes })
      expect(sent).toEqual({ chat_old: 0, chat_before: 0, chat_new: 2 })
      expect(reasons).toMatchObject({ chat_old: "before_effective_from", chat_before: "before_effective_from" })
    })
  )

  it.live("follows up old chats, too, where the policy sets `all`", () =>
    Effect.gen(function* () {
      const { sent } = yield* followUps({ chats: { chat_old: { messages: old } }, passes })
      expect(sent).toEqual({ chat_old: 2 })
    })
  )
})

describe("more follow-ups than a policy allows for all contacts together", () => {
  it.live("are held, in this pass and the next", () =>
    Effect.gen(function* () {
      const chats = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`chat_${index + 1}`, {}]))
      const { sent } = yield* followUps({ chats, policy: policy.replace("steps:", "at_most_per_hour: 3\nsteps:") })
      expect(Object.values(sent).reduce((sum, count) => sum + count, 0)).toBe(3)
    })
  )
})

describe("a silence that no contact has to end", () => {
  it.live("gets no follow-up, each with its own reason, while another chat gets both", () =>
    Effect.gen(function* () {
      const { reasons, sent } = yield* together
      expect(sent).toMatchObject({
        chat_willing: 2,
        chat_broadcast: 0,
        chat_internal: 0,
        chat_admin: 0,
        chat_temporary: 0
      })
      expect(reasons).toMatchObject({
        chat_broadcast: "broadcast",
        chat_internal: "internal_channel",
        chat_admin: "admin_contact",
        chat_temporary: "temporary_chat"
      })
    })
  )
})

describe("a chat in which a human helped a month before", () => {
  it.live("gets both follow-ups once it was handed back, asked and answered again, and none before", () =>
    Effect.gen(function* () {
      const { reasons, sent } = yield* together
      expect(sent).toMatchObject({ chat_back: 2, chat_helped: 0, chat_assigned: 0 })
      expect(reasons).toMatchObject({ chat_helped: "human_takeover", chat_assigned: "human_takeover" })
    })
  )
})

describe("a dry run and a preview", () => {
  const chats = {
    chat_willing: {},
    chat_closed: { state: { state: "CLOSED" } },
    chat_snoozed: { state: { state: "SNOOZED" } },
    chat_unknown: { state: { state: "ARCHIVED" } },
    chat_assigned: { state: { assigned_user: { id: "user_1", name: "Ada" } } },
    chat_without_ai: { state: { ai_enabled: false } },
    chat_muted: { state: { muted_until: "2026-07-16T12:00:00Z" } },
    chat_taken: { state: { follow_up_at: "2026-07-16T12:00:00Z" } },
    chat_blocked: { contact: { blocked: true } },
    chat_temporary: { chat: { temporary: true } }
  }
  const only = (arg: string) => (pass: number) => (pass === 0 ? [arg] : [])

  it.live.each([true, false])("say of each chat what a pass then says of it (inbox: %s), and send nothing", (isInbox) =>
    Effect.gen(function* () {
      const passes = ["2026-07-15T13:00:30Z", "2026-07-15T13:00:40Z"]
      const { reasons, reasonsInTheEnd, requests, sentAfter } = yield* followUps({
        chats,
        isInbox,
        passes,
        args: only("--dry-run")
      })
      expect(new Set(Object.values(reasons)).size).toBeGreaterThan(8)
      expect(reasonsInTheEnd).toEqual(reasons)
      expect(sentAfter).toEqual([0, 1])
      expect(requests.filter((line) => line.includes("/inbox?")).length).toBeLessThan(5)
    })
  )
})
