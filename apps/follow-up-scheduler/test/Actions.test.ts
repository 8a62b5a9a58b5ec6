import { ChatId, ConversationId, UserId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/TestClock"
import { Ledger } from "../src/Ledger.ts"
import * as ResolveUnknown from "../src/operatorPage/ResolveUnknown.ts"
import * as Timer from "../src/Timer.ts"
import * as Build from "./Build.ts"
import * as FakeChat from "./FakeChat.ts"
import { reviewChat, record, setClock, story, sweepAt, sweepUntil, under, chatDecision } from "./Scheduling.ts"

const { after, day, hour, minute, second } = Build

const call = { endpoint: "messages.create", attempts: 1 }
const lost = new InventError.ServerFault({ ...call, status: 502, excerpt: "" })
const refused = new InventError.ConnectionFailed({ ...call, reason: "ECONNREFUSED" })

const send = {
  after: "1 hour",
  action: "send_message",
  message: "Hello {{contact.name|there}}, are you still with us?"
}
const follow = { after: "1 hour", action: "schedule_follow_up" }
const sending = { steps: [send, { after: "2 hours", action: "schedule_follow_up" }] }
/** How many follow-ups count as sent to the contact where another conversation of theirs is decided about. */
const sentElsewhere = Effect.flatMap(Ledger, (ledger) =>
  Effect.map(
    ledger.recallSends(Build.chat({ conversation_id: ConversationId.make("another") })),
    ({ sentElsewhere }) => sentElsewhere.length
  )
)

const text = "Hello there, are you still with us?"

describe("send_message", () => {
  story("sends the policy's words once the silence is over, and goes on with the next step", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* fake.is("Ada")
        yield* reviewChat
        yield* sweepUntil(after(hour - second))
        expect(yield* fake.sent).toEqual([])
        yield* sweepUntil(after(day))
        expect(yield* fake.sent).toEqual(["Hello Ada, are you still with us?"])
        expect(yield* fake.followUps).toHaveLength(1)
        expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 sent"])
      })
    )
  )

  story("is not taken for a human's takeover, though it is listed as one of the staff's", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(hour + minute))
        expect(yield* reviewChat).toMatchObject({ _tag: "Wait", step: 2, reason: "silence" })
      })
    )
  )

  story("is taken back by nothing, but not begun when the customer wrote before", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* setClock(after(hour - second))
        yield* fake.writes("contact")
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.sent).toEqual([])
        expect(yield* record).toEqual(["1 nudge@1 skipped replied"])
      })
    )
  )

  story("whose answer was lost is found by looking, and not sent again", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("send", FakeChat.unanswered(lost))
        yield* sweepUntil(after(hour + 5 * second))
        expect(yield* record).toEqual(["1 nudge@1 armed"])
        expect(yield* reviewChat).toMatchObject({ _tag: "Wait", reason: "in_progress" })
        yield* sweepUntil(after(hour + 30 * minute))
        expect(yield* fake.sent).toEqual([text])
        expect((yield* record)[0]).toBe("1 nudge@1 sent")
      })
    )
  )

  story("whose answer was lost is found though the customer's name changed meanwhile", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* fake.is("Ada")
        yield* reviewChat
        yield* fake.once("send", FakeChat.unanswered(lost))
        yield* sweepUntil(after(hour))
        yield* fake.is("Grace")
        yield* sweepUntil(after(hour + 30 * minute))
        expect(yield* fake.sent).toEqual(["Hello Ada, are you still with us?"])
        expect((yield* record)[0]).toBe("1 nudge@1 sent")
      })
    )
  )

  story("that was looked for in vain is sent once more, and then never again: the cadence ends as unknown", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.put((kind, apply) => (kind === "send" ? Effect.fail(lost) : apply))
        yield* sweepUntil(after(day))
        expect(fake.requests.filter((kind) => kind === "send")).toHaveLength(2)
        expect(yield* record).toEqual(["1 nudge@1 unknown not_confirmed"])
        expect(yield* reviewChat).toMatchObject({ _tag: "Stop", reason: "outcome_unknown" })
      })
    )
  )

  story("that was looked for in vain is not sent again to a customer who wrote meanwhile", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("send", FakeChat.unsent(lost))
        yield* sweepUntil(after(hour + minute))
        yield* fake.writes("contact")
        yield* sweepUntil(after(day))
        expect(yield* fake.sent).toEqual([])
        expect(yield* record).toEqual(["1 nudge@1 skipped replied"])
      })
    )
  )

  for (const when of ["before", "after"] as const) {
    story(`is sent once, whether or not the process ends ${when} the request`, (fake) =>
      Effect.gen(function* () {
        yield* fake.once("send", FakeChat.crash(when))
        const crashed = yield* Effect.exit(under(fake, sending)(Effect.zipRight(reviewChat, sweepUntil(after(hour)))))
        expect(Exit.isFailure(crashed)).toBe(true)
        yield* under(fake, sending)(sweepUntil(after(2 * hour)))
        expect(yield* fake.sent).toEqual([text])
        expect((yield* record)[0]).toBe("1 nudge@1 sent")
      })
    )
  }

  story("that never left is sent when the server can be reached again", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("send", FakeChat.unsent(refused))
        yield* sweepUntil(after(hour + minute))
        expect(yield* fake.sent).toEqual([text])
      })
    )
  )

  story("is not sent over a reply that came while the answer to the list was on its way", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        const meanwhile = Effect.zipRight(fake.writes("contact"), TestClock.adjust("11 seconds"))
        yield* fake.once("list", (_, apply) => Effect.zipLeft(apply, meanwhile))
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.sent).toEqual([])
        expect(yield* record).toEqual(["1 nudge@1 skipped replied"])
      })
    )
  )

  story("is sent though each list waits 6 seconds for its permit: no request precedes it", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.passes((kind) => (kind === "list" ? TestClock.adjust("6 seconds") : Effect.void))
        yield* sweepUntil(after(hour + minute))
        expect(yield* fake.sent).toEqual([text])
      })
    )
  )

  story("is sent by one reading of the chat though its answer takes 9 seconds", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        const before = fake.requests.length
        yield* fake.once("list", (_, apply) => Effect.zipLeft(apply, TestClock.adjust("9 seconds")))
        yield* sweepUntil(after(hour + minute))
        expect(yield* fake.sent).toEqual([text])
        const requests = fake.requests.slice(before)
        expect(requests.slice(0, requests.indexOf("send")).filter((kind) => kind === "list")).toHaveLength(1)
      })
    )
  )

  story("that is there already, sent by another program with the same policy, is not sent again", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* setClock(after(30 * minute))
        yield* fake.writes("human", { messages: [{ parts: [{ type: "text", text }] }] })
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.sent).toEqual([])
        expect((yield* record)[0]).toBe("1 nudge@1 sent")
      })
    )
  )

  story("does not go into a chat that the conversation has left", (fake) =>
    under(
      fake,
      sending
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.movesTo(ChatId.make("chat_2"))
        yield* sweepUntil(after(day))
        expect(yield* fake.sent).toEqual([])
        expect(yield* record).toEqual(["1 nudge@1 skipped moved_on"])
      })
    )
  )

  story("goes out before the channel closes, and not after", (fake) =>
    under(fake, { ...sending, channel_windows: { custom: { within: "2 hours" } } })(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.sent).toEqual([text])
        expect(yield* reviewChat).toMatchObject({ _tag: "Skip", reason: "outside_window" })
      })
    )
  )
})

describe("snooze and close", () => {
  for (const [action, state] of [
    ["snooze", "SNOOZED"],
    ["close", "CLOSED"]
  ] as const) {
    const filing = { steps: [follow, { after: "1 day", action }] }
    const due = after(25 * hour)
    const armed = Effect.zipRight(reviewChat, sweepUntil(after(2 * hour)))

    story(`${action} puts the chat to ${state} when its silence is over`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* sweepUntil(after(25 * hour - second))
          expect((yield* fake.state).state).toBeUndefined()
          yield* sweepUntil(after(3 * day))
          expect((yield* fake.state).state).toBe(state)
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 done"])
        })
      )
    )

    story(`${action} is not done when the customer wrote before`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* fake.writes("contact")
          yield* sweepUntil(after(3 * day))
          expect((yield* fake.state).state).toBeUndefined()
          expect((yield* record)[1]).toBe("2 nudge@1 skipped replied")
        })
      )
    )

    story(`${action} gives the open chat back to a customer who wrote while the request was under way`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* fake.once("state", (_, apply) => Effect.zipRight(fake.writes("contact"), apply))
          yield* sweepUntil(after(3 * day))
          expect((yield* fake.state).state).toBe("OPEN")
          expect((yield* record)[1]).toBe("2 nudge@1 withdrawn replied")
        })
      )
    )

    story(`${action} counts in no limit, and as done once its unknown outcome is taken as delivered`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          // The answer is lost, and the chat cannot be read afterwards.
          yield* fake.once("state", FakeChat.unsent(lost))
          yield* sweepUntil(due)
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 armed"])
          expect(yield* sentElsewhere).toBe(1)
          yield* fake.once("read", FakeChat.unsent(new InventError.Forbidden({ ...call, status: 403, excerpt: "" })))
          yield* sweepUntil(after(26 * hour))
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 unknown refused"])
          expect(yield* sentElsewhere).toBe(1)
          const sql = yield* SqlClient.SqlClient
          const [unknown] = yield* sql<{ key: string }>`SELECT key FROM follow_ups WHERE status = 'unknown'`
          yield* Effect.provide(ResolveUnknown.resolve(unknown?.key ?? "", "delivered"), Timer.layerNone)
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 done"])
        })
      )
    )

    story(`${action} whose answer was lost is found done`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* fake.once("state", FakeChat.unanswered(lost))
          yield* sweepUntil(after(3 * day))
          expect(fake.requests.filter((kind) => kind === "state")).toHaveLength(1)
          expect((yield* record)[1]).toBe("2 nudge@1 done")
        })
      )
    )

    story(`${action} that never arrived is done at the next look`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* fake.once("state", FakeChat.unsent(lost))
          yield* sweepUntil(after(3 * day))
          expect((yield* fake.state).state).toBe(state)
          expect((yield* record)[1]).toBe("2 nudge@1 done")
        })
      )
    )

    story(`${action} that never arrived is not done to a customer who wrote meanwhile`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          yield* fake.once("state", FakeChat.unsent(lost))
          yield* sweepUntil(due)
          yield* fake.writes("contact")
          yield* sweepUntil(after(3 * day))
          expect((yield* fake.state).state).toBeUndefined()
          expect((yield* record)[1]).toBe("2 nudge@1 withdrawn replied")
        })
      )
    )

    story(
      `${action} that never arrived is not done over a reply that came during the look at what became of it`,
      (fake) =>
        under(
          fake,
          filing
        )(
          Effect.gen(function* () {
            yield* armed
            yield* fake.once("state", FakeChat.unsent(lost))
            yield* sweepUntil(due)
            // The chat is listed anew, because a note came.
            yield* fake.writes("assistant", { status: "FAILED" })
            const meanwhile = Effect.zipRight(fake.writes("contact"), TestClock.adjust("2 minutes"))
            yield* fake.once("list", (_, apply) => Effect.zipLeft(apply, meanwhile))
            yield* sweepUntil(after(3 * day))
            expect(fake.requests.filter((kind) => kind === "state")).toHaveLength(1)
            expect((yield* record)[1]).toMatch(/replied$/)
          })
        )
    )

    story(`${action} that the guard holds back is no attempt, however often: the chat is read again`, (fake) =>
      under(
        fake,
        filing
      )(
        Effect.gen(function* () {
          yield* armed
          let count = 0
          // The look is too old by the time at which the request could leave.
          yield* fake.passes((kind) => (kind === "state" && count++ < 5 ? TestClock.adjust("2 minutes") : Effect.void))
          yield* sweepUntil(after(3 * day))
          expect(fake.requests.filter((kind) => kind === "state")).toHaveLength(1)
          expect((yield* fake.state).state).toBe(state)
          expect((yield* record)[1]).toBe("2 nudge@1 done")
        })
      )
    )

    story(
      `${action} that never gets through is left alone after three rounds, and made when the chat is read again`,
      (fake) =>
        under(
          fake,
          filing
        )(
          Effect.gen(function* () {
            yield* armed
            yield* fake.put((kind, apply) => (kind === "state" ? Effect.fail(lost) : apply))
            yield* sweepUntil(after(2 * day))
            expect(fake.requests.filter((kind) => kind === "state")).toHaveLength(3)
            expect((yield* record)[1]).toBe("2 nudge@1 skipped unreachable")
            expect(yield* chatDecision).toBe("Failed unreachable")
            yield* fake.put((_, apply) => apply)
            yield* reviewChat
            yield* sweepUntil(after(3 * day))
            expect((yield* record)[1]).toBe("2 nudge@1 done")
          })
        )
    )

    story(`${action} that never arrived before the night is done in the morning`, (fake) =>
      under(fake, { ...filing, quiet_hours: { start: "13:01", end: "18:00" } })(
        Effect.gen(function* () {
          yield* armed
          yield* fake.put((kind, apply) =>
            Effect.flatMap(DateTime.now, (now) =>
              kind === "state" && DateTime.lessThan(now, after(26 * hour)) ? Effect.fail(lost) : apply
            )
          )
          yield* sweepUntil(after(2 * day))
          expect((yield* record)[1]).toBe("2 nudge@1 done")
        })
      )
    )

    story(`${action} survives a process that ends after the request`, (fake) =>
      Effect.gen(function* () {
        yield* under(fake, filing)(armed)
        yield* fake.once("state", FakeChat.crash("after"))
        yield* Effect.exit(under(fake, filing)(sweepUntil(due)))
        yield* under(fake, filing)(sweepUntil(after(3 * day)))
        expect((yield* record)[1]).toBe("2 nudge@1 done")
      })
    )
  }
})

describe("a step that writes nothing", () => {
  const steps = [follow, { after: "1 hour", action: "snooze" }]
  /** The contact replies to a cadence that has come to its end, and is answered. */
  const beginAnew = (fake: FakeChat.FakeChat) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(3 * hour))
      expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 done"])
      yield* fake.becomes({ state: "OPEN" })
      yield* fake.writes("contact")
      yield* setClock(after(4 * hour))
      yield* fake.writes("assistant")
      return yield* reviewChat
    })

  story("counts as none of the follow-ups that a cap allows", (fake) =>
    under(fake, { steps, caps: [{ at_most: 2, per: "10 hours" }] })(
      Effect.gen(function* () {
        yield* beginAnew(fake)
        yield* sweepUntil(after(6 * hour))
        expect(yield* fake.followUps).toEqual([hour, 5 * hour].map((at) => DateTime.formatIso(after(at))))
      })
    )
  )

  story("ends a cadence that went unanswered, as a step that writes does", (fake) =>
    under(fake, { steps, stop_after_unanswered: 1 })(
      Effect.gen(function* () {
        expect(yield* beginAnew(fake)).toMatchObject({ _tag: "Stop", reason: "unanswered" })
      })
    )
  )
})

describe("assign", () => {
  const assigning = { steps: [{ after: "1 hour", action: "assign", member_id: "member_1" }] }

  story("assigns the chat to the member that the policy names, and does nothing further", (fake) =>
    under(
      fake,
      assigning
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(day))
        expect((yield* fake.state).assigned_user?.id).toBe("member_1")
        expect(yield* record).toEqual(["1 nudge@1 done"])
        expect(yield* reviewChat).toMatchObject({ reason: "human_takeover" })
      })
    )
  )

  story("takes no chat from a human", (fake) =>
    under(
      fake,
      assigning
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.becomes({ assigned_user: { id: UserId.make("user_7") } })
        yield* sweepUntil(after(day))
        expect((yield* fake.state).assigned_user?.id).toBe("user_7")
      })
    )
  )

  story("whose answer was lost is found done", (fake) =>
    under(
      fake,
      assigning
    )(
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("assign", FakeChat.unanswered(lost))
        yield* sweepUntil(after(day))
        expect(fake.requests.filter((kind) => kind === "assign")).toHaveLength(1)
        expect(yield* record).toEqual(["1 nudge@1 done"])
      })
    )
  )
})

describe("segments", () => {
  const vip = { match: { segments: ["seg_vip"] } }

  story("of the contact are read where the policy matches by them", (fake) =>
    under(
      fake,
      vip
    )(
      Effect.gen(function* () {
        yield* fake.is("Ada", "seg_new", "seg_vip")
        expect(yield* reviewChat).toMatchObject({ _tag: "Wait" })
        yield* fake.is("Ada", "seg_new")
        expect(yield* reviewChat).toMatchObject({ _tag: "Stop", reason: "not_matched" })
      })
    )
  )

  story("that the contact leaves after the follow-up was set take it back at its last look", (fake) =>
    under(fake, { ...vip, steps: [follow] })(
      Effect.gen(function* () {
        yield* fake.is("Ada", "seg_vip")
        yield* reviewChat
        yield* sweepUntil(after(hour - 15 * second))
        expect(yield* fake.followUpAt).toEqual(after(hour))
        yield* fake.is("Ada", "seg_new")
        yield* sweepUntil(after(hour - second))
        expect(yield* fake.followUpAt).toBeUndefined()
        expect(yield* record).toEqual(["1 nudge@1 withdrawn not_matched"])
        yield* sweepUntil(after(day))
        expect(yield* fake.followUps).toEqual([])
        yield* fake.is("Ada", "seg_vip")
        yield* reviewChat
        yield* sweepUntil(after(2 * day))
        expect(yield* fake.followUps).toHaveLength(1)
      })
    )
  )

  story("that the contact leaves take it back at once where the watch sees it", (fake) =>
    under(fake, { ...vip, steps: [follow] })(
      Effect.gen(function* () {
        yield* fake.is("Ada", "seg_vip")
        yield* reviewChat
        yield* sweepUntil(after(hour - 15 * second))
        yield* fake.is("Ada", "seg_new")
        yield* setClock(after(hour - 12 * second))
        yield* reviewChat
        yield* sweepAt(after(hour - 12 * second))
        expect(yield* fake.followUpAt).toBeUndefined()
        expect(yield* record).toEqual(["1 nudge@1 withdrawn not_matched"])
      })
    )
  )

  story(
    "that still hold let the next step be planned where the watch reads the message before it is looked for",
    (fake) =>
      under(fake, { ...vip, steps: [follow, follow] })(
        Effect.gen(function* () {
          yield* fake.is("Ada", "seg_vip")
          yield* reviewChat
          yield* sweepUntil(after(hour - second))
          yield* setClock(after(hour + second))
          yield* reviewChat
          yield* sweepUntil(after(hour + 2 * minute))
          expect(yield* record).toEqual(["1 nudge@1 sent", "2 nudge@1 planned"])
        })
      )
  )

  story("that still hold leave it to its instant", (fake) =>
    under(fake, { ...vip, steps: [follow] })(
      Effect.gen(function* () {
        yield* fake.is("Ada", "seg_vip")
        yield* reviewChat
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.followUps).toEqual([DateTime.formatIso(after(hour))])
      })
    )
  )
})
