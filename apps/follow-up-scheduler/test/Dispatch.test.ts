import { ChatId, UserId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import { ServerClock } from "../src/Dispatch/ServerClock.ts"
import { Dispatch } from "../src/Dispatch.ts"
import type { FollowUp } from "../src/Plan/FollowUp.ts"
import * as Ledger from "../src/Ledger.ts"
import { ChatReview } from "../src/ChatReview.ts"
import * as Plan from "../src/Plan.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Timer from "../src/Timer.ts"
import { ChatRows } from "../src/Watch/ChatRows.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import * as Databases from "./Databases.ts"
import * as FakeChat from "./FakeChat.ts"
import { reviewChat, chatDecision } from "./Scheduling.ts"

const { after, chat_id, day, hour, minute, second } = Build

interface Setup {
  readonly policy?: Readonly<Record<string, unknown>>
  readonly timer?: Layer.Layer<Timer.Timer>
  readonly ledger?: Layer.Layer<Ledger.Ledger, unknown, SqlClient.SqlClient>
  /** How far this machine's clock is ahead of the service's, in milliseconds. */
  readonly ahead?: () => number
}

/** The scheduler over this chat and the database of the surroundings. */
const scheduler = (
  fake: FakeChat.FakeChat,
  { ahead = () => 0, ledger = Ledger.layer, policy = {}, timer = Timer.layerNone }: Setup = {}
) =>
  Scheduler.layer.pipe(
    Layer.provideMerge(ChatReader.layer),
    Layer.provideMerge(Layer.mergeAll(timer, Layer.orDie(ledger), fake.layer)),
    Layer.provide(Layer.succeed(ActivePolicy, Build.policy(policy))),
    Layer.provide(Layer.succeed(ServerClock, { ahead: Effect.sync(ahead) }))
  )

const setClock = (instant: DateTime.Utc) => TestClock.setTime(instant.epochMillis)

/** A test that begins at `Build.start`, over a chat and a database of its own. */
const story = <E>(
  name: string,
  test: (
    fake: FakeChat.FakeChat
  ) => Effect.Effect<void, E, Dispatch | ChatReview | ChatRows | Ledger.Ledger | SqlClient.SqlClient>,
  { late, ...setup }: Setup & FakeChat.Options = {}
) => {
  it.effect(name, () => {
    const fake = FakeChat.make(late === undefined ? {} : { late })
    return Effect.zipRight(setClock(Build.start), test(fake)).pipe(
      Effect.provide(Layer.provideMerge(scheduler(fake, setup), Databases.sqlite))
    )
  })
}

const sweep = Effect.flatMap(Dispatch, (dispatch) => dispatch.sweep(Duration.zero))
const earliest = Effect.flatMap(Ledger.Ledger, (ledger) =>
  Effect.map(ledger.overdue(after(3650 * day)), (rows) => rows[0])
)

/** Sweeps, again and again at the very instant at which something is due, and leaves the clock at `until`. */
const sweepUntil = (until: DateTime.Utc) =>
  Effect.gen(function* () {
    for (let count = 0; count < 100; count++) {
      const next = yield* earliest
      if (next === undefined || DateTime.greaterThan(next.due_at, until))
        return yield* setClock(DateTime.max(until, yield* DateTime.now))
      yield* setClock(DateTime.max(next.due_at, yield* DateTime.now))
      yield* sweep
    }
    return yield* Effect.dieMessage("the ledger does not come to rest")
  })

/** The follow-ups on record, as `step status reason`. */
const record = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{
      step: number
      status: string
      reason: string | null
    }>`SELECT step, status, reason FROM follow_ups ORDER BY rowid`,
    (rows) => rows.map(({ reason, status, step }) => [step, status, ...(reason === null ? [] : [reason])].join(" "))
  )
)

const events = Effect.flatMap(Ledger.Ledger, (ledger) =>
  Effect.map(ledger.story(chat_id), (entries) => entries.map((entry) => entry.event))
)

/** When the first follow-up is armed, and the instant it is armed for. */
const armedAt = after(hour - 15 * second)
const instant = after(hour)
const at = (...millis: ReadonlyArray<number>) => millis.map((offset) => DateTime.formatIso(after(offset)))

/** Observes the chat and sweeps until its first follow-up has just been armed. */
const arm = Effect.zipRight(reviewChat, sweepUntil(armedAt))

/** How many follow-ups count as refused updates or messages. */
const refusedWrites = Effect.flatMap(Ledger.Ledger, ({ refusedSince }) =>
  Effect.map(refusedSince(Build.start), ({ count }) => count)
)

describe("a cadence", () => {
  story("of two steps is carried out by the ledger and the sweep alone", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
      expect(yield* chatDecision).toBe("Stop cadence_finished")
    })
  )

  const afterRow = ["newest", "set", "read", "list"]

  story(
    "costs a row of the inbox, the newest chat, the update, a row before the instant, and a list after it",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        fake.requests.length = 0
        yield* sweepUntil(after(3 * hour + minute))
        expect(fake.requests).toEqual(["read", ...afterRow, "read", ...afterRow])
      })
  )

  story("costs nothing after the instant where the watch has read the chat since the message was written", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(hour - second))
      yield* setClock(after(hour + second))
      yield* reviewChat
      fake.requests.length = 0
      yield* sweepUntil(after(hour + minute))
      expect(fake.requests).toEqual([])
      expect(yield* record).toEqual(["1 sent", "2 planned"])
    })
  )

  it.effect("costs a list of the messages more in a process that has nothing of the chat but the ledger", () =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const fake = FakeChat.make()
      yield* Effect.provide(reviewChat, scheduler(fake))
      fake.requests.length = 0
      yield* Effect.provide(sweepUntil(after(hour + minute)), Layer.fresh(scheduler(fake)))
      expect(fake.requests).toEqual(["read", "list", ...afterRow])
    }).pipe(Effect.provide(Databases.sqlite))
  )

  story("lists the messages again where anything was written since they were listed", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* setClock(after(minute))
      yield* fake.writes("assistant")
      fake.requests.length = 0
      yield* reviewChat
      yield* reviewChat
      expect(fake.requests).toEqual(["read", "list", "read"])
    })
  )

  story("reads everything after the instant where the list alone does not show the message", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* sweepUntil(after(hour - second))
      yield* setClock(after(hour + minute - second))
      yield* fake.writes("contact")
      fake.requests.length = 0
      yield* sweepUntil(after(hour + minute))
      expect(fake.requests.slice(0, 1)).toEqual(["list"])
      expect(yield* record).toEqual(["1 sent"])
      expect(yield* chatDecision).toBe("Stop replied")
    })
  )

  story("looks again where the look is no longer fresh by the time at which the update could leave", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      fake.requests.length = 0
      yield* fake.once("newest", (_, apply) =>
        Effect.zipLeft(apply, Effect.orDie(Effect.zipRight(fake.writes("contact"), TestClock.adjust("6 seconds"))))
      )
      yield* sweepUntil(after(2 * hour))
      expect(fake.requests).toEqual(["read", "newest", "read", "list"])
      expect(yield* record).toEqual(["1 skipped replied"])
    })
  )

  story("goes on looking as long as no update can leave in time: what never left is no attempt", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      let count = 0
      const error = new InventError.TimedOut({ ...call, deadline: "total", after: Duration.seconds(30) })
      yield* fake.put((kind, apply) => {
        if (kind === "newest" && count++ < 5) return Effect.zipLeft(apply, TestClock.adjust("6 seconds"))
        return kind === "set"
          ? Effect.flatMap(DateTime.now, (now) =>
              DateTime.lessThan(now, after(hour + minute)) ? Effect.fail(error) : apply
            )
          : apply
      })
      yield* sweepUntil(after(10 * day))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
    })
  )

  story(
    "sends no message by a look that is no longer fresh",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("newest", (_, apply) =>
          Effect.zipLeft(apply, Effect.orDie(Effect.zipRight(fake.writes("contact"), TestClock.adjust("6 seconds"))))
        )
        yield* sweepUntil(after(2 * hour))
        expect(yield* fake.sent).toEqual([])
        expect(yield* record).toEqual(["1 skipped replied"])
      }),
    { policy: { steps: [{ after: "1 hour", action: "send_message", message: "Still there?" }] } }
  )

  for (const status of [501, 503]) {
    story(
      `${status === 501 ? "needs no" : "waits for the"} answer about newer chats from a server that responds with ${status}`,
      (fake) =>
        Effect.gen(function* () {
          const fault = new InventError.ServerFault({ endpoint: "state.info", attempts: 1, status, excerpt: "" })
          yield* reviewChat
          yield* fake.put((kind, apply) => (kind === "newest" ? Effect.fail(fault) : apply))
          yield* sweepUntil(after(2 * hour))
          expect(yield* fake.followUps).toEqual(status === 501 ? at(hour) : [])
        })
    )
  }

  story("goes on in the newer chat of its conversation, now and whenever the old one is named", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.movesTo(ChatId.make("chat_2"))
      yield* sweepUntil(after(day))
      expect(yield* fake.followUps).toEqual([])
      expect(yield* record).toEqual(["1 skipped moved_on"])
      expect(yield* chatDecision).toBe("Stop moved_on")
      const story = Effect.flatMap(Ledger.Ledger, (ledger) => ledger.story(ChatId.make("chat_2")))
      expect((yield* story).map(({ event }) => event)).toContain("decided")
      fake.requests.length = 0
      yield* reviewChat
      expect(fake.requests).toEqual(["read"])
      expect(yield* chatDecision).toBe("Stop moved_on")
    })
  )

  story("records each move before the next one begins", () =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(hour + minute))
      expect((yield* events).filter((event) => event !== "resumed_by_sweep")).toEqual([
        "decided",
        "planned",
        "armed",
        "scheduled",
        "rechecked",
        "sent",
        "planned"
      ])
    })
  )

  story("starts again at its first step after the customer replied and we answered", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(2 * hour))
      yield* fake.writes("contact")
      yield* reviewChat
      yield* setClock(after(2 * hour + minute))
      yield* fake.writes("assistant")
      yield* reviewChat
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour + minute, 5 * hour + minute))
    })
  )

  story(
    "arms with whole milliseconds, whatever the lead",
    () =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(hour - 10 * second))
        expect(Number.isInteger((yield* earliest)?.due_at.epochMillis)).toBe(true)
      }),
    { policy: { arm_lead: "10 seconds" } }
  )
})

describe("what happens between arming and the instant takes the follow-up back", () => {
  type TimelineEntry = readonly [what: string, happen: (fake: FakeChat.FakeChat) => Effect.Effect<void>, reason: string]
  const happenings: ReadonlyArray<TimelineEntry> = [
    ["the customer writes", (fake) => fake.writes("contact"), "replied"],
    ["a human of the staff writes", (fake) => fake.writes("human"), "human_takeover"],
    [
      "the chat is assigned",
      (fake) => fake.becomes({ assigned_user: { id: UserId.make("user_1") } }),
      "human_takeover"
    ],
    ["the contact is blocked", (fake) => fake.blocks, "blocked"],
    ["the assistant is switched off", (fake) => fake.becomes({ ai_enabled: false }), "ai_disabled"],
    ["the chat is closed", (fake) => fake.becomes({ state: "CLOSED" }), "closed"],
    ["the chat is snoozed", (fake) => fake.becomes({ state: "SNOOZED" }), "snoozed"],
    ["the assistant writes something else", (fake) => fake.writes("assistant"), "superseded"]
  ]

  for (const [what, happen, reason] of happenings) {
    story(`when ${what}: ${reason}`, (fake) =>
      Effect.gen(function* () {
        yield* arm
        expect(yield* fake.followUpAt).toEqual(instant)
        yield* setClock(after(hour - 10 * second))
        yield* happen(fake)
        yield* sweepUntil(after(hour - second))
        expect(yield* fake.followUpAt).toBeUndefined()
        expect((yield* record)[0]).toBe(`1 withdrawn ${reason}`)
        yield* sweepUntil(after(hour + 30 * minute))
        expect(yield* fake.followUps).toEqual([])
      })
    )

    story(`when ${what}, at once where the watch sees it before the last look`, (fake) =>
      Effect.gen(function* () {
        yield* arm
        yield* setClock(after(hour - 12 * second))
        yield* happen(fake)
        yield* reviewChat
        yield* sweep
        expect(yield* fake.followUpAt).toBeUndefined()
        expect((yield* record)[0]).toBe(`1 withdrawn ${reason}`)
      })
    )

    story(`when ${what} while the update is under way, without another look`, (fake) =>
      Effect.gen(function* () {
        yield* fake.once("set", (_, apply) => Effect.zipRight(happen(fake), apply))
        yield* arm
        expect(yield* fake.followUpAt).toBeUndefined()
        expect((yield* record)[0]).toBe(`1 withdrawn ${reason}`)
      })
    )
  }

  story("in time also where each answer takes two seconds, and records why once the rest of the chat is read", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.writes("contact")
      yield* fake.writes("assistant")
      yield* fake.put((_, apply) => Effect.zipLeft(apply, TestClock.adjust("2 seconds")))
      fake.requests.length = 0
      yield* sweepUntil(after(hour + minute))
      expect(fake.requests.slice(0, 2)).toEqual(["read", "clear"])
      expect(yield* fake.followUps).toEqual([])
      expect((yield* record)[0]).toBe("1 withdrawn replied")
    })
  )

  story("unless it was written already, by a clock that is ahead of ours, and the customer answered it", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* setClock(after(hour + second))
      yield* fake.writes("contact")
      yield* setClock(after(hour - 5 * second))
      yield* sweep
      expect(yield* record).toEqual(["1 sent"])
      expect(fake.requests).not.toContain("clear")
    })
  )

  story(
    "unless it is written, by a clock that is ahead of ours, before the update that takes it back arrives",
    (fake) =>
      Effect.gen(function* () {
        yield* arm
        yield* fake.writes("contact")
        yield* fake.writes("assistant")
        yield* setClock(after(hour - 5 * second))
        yield* fake.once("clear", (_, apply) =>
          Effect.zipRight(setClock(after(hour + second)), Effect.zipLeft(apply, setClock(after(hour - 4 * second))))
        )
        yield* sweep
        expect(yield* fake.followUps).toEqual(at(hour))
        expect((yield* record)[0]).toBe("1 sent")
      })
  )

  story("when the chat is muted, and follows up once the mute is over", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.becomes({ muted_until: after(90 * minute) })
      yield* sweepUntil(after(hour - second))
      expect(yield* fake.followUpAt).toBeUndefined()
      expect(yield* chatDecision).toBe("Wait muted")
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(90 * minute, 210 * minute))
    })
  )

  story("when the chat is muted at the second step, which stays the same follow-up of the same message", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(3 * hour - 15 * second))
      yield* fake.becomes({ muted_until: after(5 * hour) })
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 5 * hour))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
    })
  )

  story("when the chat is muted in a later episode, whose follow-ups are not counted with the earlier one's", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(4 * hour))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
      yield* fake.writes("contact")
      yield* setClock(after(4 * hour + minute))
      yield* fake.writes("assistant")
      yield* reviewChat
      yield* sweepUntil(after(5 * hour + minute - 15 * second))
      yield* fake.becomes({ muted_until: after(7 * hour) })
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour, 7 * hour, 9 * hour))
    })
  )

  story("but once the customer wrote, the only request about the chat takes it back", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.writes("contact")
      yield* sweepUntil(after(10 * day))
      expect(fake.requests.filter((kind) => kind === "set" || kind === "clear")).toEqual(["set", "clear"])
      expect(yield* chatDecision).toBe("Stop replied")
    })
  )
})

describe("a change by another client", () => {
  story("that cancelled the follow-up is respected: this step is not tried again", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.becomes({ follow_up_at: null })
      yield* sweepUntil(after(90 * minute))
      expect(yield* fake.followUps).toEqual([])
      expect(yield* record).toEqual(["1 withdrawn cancelled", "2 planned"])
    })
  )

  story("that set another instant is respected: its value stands and ours is given up", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.becomes({ follow_up_at: after(5 * hour) })
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUpAt).toEqual(after(5 * hour))
      expect(yield* record).toEqual(["1 withdrawn not_ours"])
      expect(yield* chatDecision).toBe("Skip not_ours")
    })
  )

  story("that set another instant is seen at once where the watch sees it", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.becomes({ follow_up_at: after(5 * hour) })
      yield* reviewChat
      yield* sweep
      expect(yield* record).toEqual(["1 withdrawn not_ours"])
      expect(yield* chatDecision).toBe("Skip not_ours")
    })
  )

  story("that set another instant before a reply is not taken back with ours", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.writes("contact")
      yield* fake.becomes({ follow_up_at: after(5 * hour) })
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUpAt).toEqual(after(5 * hour))
      expect(yield* record).toEqual(["1 withdrawn replied"])
    })
  )
})

const call = { endpoint: "state.update", attempts: 1 }
const answer = { ...call, status: 500, excerpt: "" }
const connectionLost = new InventError.ConnectionLost({ ...call, reason: "cut" })

const passing: ReadonlyArray<InventError.RepeatableError> = [
  new InventError.ServerFault(answer),
  new InventError.TimedOut({ ...call, deadline: "total", after: Duration.seconds(30) }),
  connectionLost,
  new InventError.ConnectionFailed({ ...call, reason: "refused" }),
  new InventError.RateLimited(answer),
  new InventError.RetryAfterTooLong({ ...call, status: 429, retryAt: after(2 * hour) }),
  new InventError.UnexpectedResponse({ ...answer, issue: "no JSON" }),
  new InventError.Unauthorized(answer)
]
const final: ReadonlyArray<InventError.RepeatableError> = [
  new InventError.BadRequest(answer),
  new InventError.Forbidden(answer),
  new InventError.Conflict(answer),
  new InventError.UnprocessableContent(answer),
  new InventError.InvalidRequest({ endpoint: "state.update", issue: "follow_up_at" })
]

describe("a failing service", () => {
  for (const error of passing) {
    story(`${error._tag} before the update was applied delays the follow-up and loses none`, (fake) =>
      Effect.gen(function* () {
        yield* fake.once("set", FakeChat.unsent(error))
        yield* reviewChat
        yield* sweepUntil(after(10 * day))
        expect(yield* fake.followUps).toHaveLength(2)
        expect(yield* record).toEqual(["1 sent", "2 sent"])
      })
    )

    story(`${error._tag} after the update was applied sends no second follow-up`, (fake) =>
      Effect.gen(function* () {
        yield* fake.once("set", FakeChat.unanswered(error))
        yield* reviewChat
        yield* sweepUntil(after(10 * day))
        expect(yield* fake.followUps).toEqual(at(hour, 3 * hour))
        expect(yield* record).toEqual(["1 sent", "2 sent"])
      })
    )

    story(`${error._tag} at the last look before arming only puts it off`, (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.once("read", FakeChat.unsent(error))
        yield* sweepUntil(after(10 * day))
        expect(yield* fake.followUps).toHaveLength(2)
        expect(yield* record).toEqual(["1 sent", "2 sent"])
      })
    )
  }

  for (const kind of ["read", "list"] as const) {
    story(
      `garbles the answer to a ${kind} at the last look: requested once more, in time to take the follow-up back`,
      (fake) =>
        Effect.gen(function* () {
          yield* arm
          yield* setClock(after(hour - 10 * second))
          yield* fake.writes("contact")
          yield* fake.once(
            kind,
            FakeChat.unanswered(new InventError.UnexpectedResponse({ ...answer, issue: "no JSON" }))
          )
          yield* sweepUntil(after(hour - second))
          expect(yield* fake.followUpAt).toBeUndefined()
          expect(yield* record).toEqual(["1 withdrawn replied"])
        })
    )
  }

  story("reads the chat again that another process has planned for by a later read", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.writes("contact")
      yield* reviewChat
      // The other process has seen the answer; the row and the messages that are in memory here are from before it.
      const anchor_id = Build.messageId("later")
      yield* fake.writes("assistant", { id: anchor_id })
      const ledger = yield* Ledger.Ledger
      const step = { step: 1, anchor_id }
      yield* ledger.plan(Plan.make(Build.policy(), Build.chat(), step, yield* DateTime.now), AuditEvents.some.planned)
      yield* sweep
      expect(yield* record).not.toContain("1 skipped replied")
    })
  )

  story(
    "takes the instant for its own that the service has rounded up, and sets it once",
    (fake) =>
      Effect.gen(function* () {
        yield* fake.roundsUpTo(7 * second)
        yield* arm
        const set = yield* fake.followUpAt
        expect(set).not.toEqual(after(hour))
        expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set"])
        yield* sweepUntil(after(90 * minute))
        expect((yield* record)[0]).toBe("1 sent")
        expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set"])
      }),
    { policy: { existing_follow_up: "replace" } }
  )

  story(
    "says of a refused message what became of its chat",
    (fake) =>
      Effect.gen(function* () {
        yield* fake.put((kind, apply) => (kind === "send" ? Effect.fail(final[0]!) : apply))
        yield* reviewChat
        yield* sweepUntil(after(90 * minute))
        expect((yield* record)[0]).toBe("1 skipped refused")
        expect(yield* chatDecision).toBe("Failed refused")
      }),
    { policy: { steps: [{ after: "1 hour", action: "send_message", message: "Still there?" }] } }
  )

  for (const error of final) {
    story(`${error._tag} is the end of the step: refused, and never tried again`, (fake) =>
      Effect.gen(function* () {
        yield* fake.put((kind, apply) => (kind === "set" ? Effect.fail(error) : apply))
        yield* arm
        expect(yield* chatDecision).toBe("Failed refused")
        yield* reviewChat
        yield* sweepUntil(after(90 * minute))
        expect((yield* record)[0]).toBe("1 skipped refused")
        expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set"])
        expect(yield* refusedWrites).toBe(1)
      })
    )

    story(
      `${error._tag} as the answer to taking it back leaves open whether it was sent, and it is never tried again`,
      (fake) =>
        Effect.gen(function* () {
          yield* fake.put((kind, apply) => (kind === "clear" ? Effect.fail(error) : apply))
          yield* arm
          yield* fake.writes("contact")
          yield* sweepUntil(after(hour - second))
          expect(yield* record).toEqual(["1 unknown refused"])
        })
    )
  }

  story("a refused look at a chat ends its plan, and the next look that succeeds makes it again", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.once("read", FakeChat.unsent(new InventError.Forbidden(answer)))
      yield* sweepUntil(armedAt)
      expect(yield* record).toEqual(["1 skipped refused"])
      expect(yield* refusedWrites).toBe(0)
      yield* reviewChat
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual(at(hour))
    })
  )

  story("a refused look at a chat whose follow-up is armed leaves open whether it was sent", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.once("read", FakeChat.unsent(new InventError.Forbidden(answer)))
      yield* sweepUntil(after(90 * minute))
      expect((yield* record)[0]).toBe("1 unknown refused")
    })
  )

  story("NotFound ends it: the chat is gone, and the decision records it", (fake) =>
    Effect.gen(function* () {
      yield* fake.put((kind, apply) => (kind === "set" ? Effect.fail(new InventError.NotFound(answer)) : apply))
      yield* arm
      expect(yield* record).toEqual(["1 skipped chat_gone"])
      expect(yield* chatDecision).toBe("Failed chat_gone")
      yield* sweepUntil(after(10 * day))
      expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set"])
    })
  )

  story("a lost answer is looked into before the instant, so that a reply still takes the follow-up back", (fake) =>
    Effect.gen(function* () {
      yield* fake.once("set", FakeChat.unanswered(connectionLost))
      yield* arm
      yield* setClock(after(hour - 10 * second))
      yield* fake.writes("contact")
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual([])
      expect(yield* record).toEqual(["1 withdrawn replied"])
    })
  )

  story("an update that was never applied is sent again before the instant, which stays the same", (fake) =>
    Effect.gen(function* () {
      yield* fake.once("set", FakeChat.unsent(connectionLost))
      yield* reviewChat
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual(at(hour))
    })
  )

  story(
    "an update that was never applied is looked into and sent again as long as it can arrive before the instant, not after",
    (fake) =>
      Effect.gen(function* () {
        yield* fake.put((kind, apply) => (kind === "set" ? Effect.fail(connectionLost) : apply))
        yield* arm
        const sets = Effect.map(DateTime.now, (now) => [
          (now.epochMillis - instant.epochMillis) / second,
          fake.requests.filter((kind) => kind === "set").length
        ])
        const seen = [yield* sets]
        for (let step = 0; step < 4; step++) {
          yield* sweepUntil((yield* earliest)!.due_at)
          seen.push(yield* sets)
        }
        expect(seen).toEqual([
          [-15, 1],
          [-10, 2],
          [-7.5, 3],
          [-5, 3],
          [60, 3]
        ])
      })
  )

  story("an update whose answer was lost, and which is found standing, gets its last look all the same", (fake) =>
    Effect.gen(function* () {
      yield* fake.once("set", FakeChat.unanswered(connectionLost))
      yield* arm
      yield* sweepUntil(after(hour - 10 * second))
      yield* setClock(after(hour - 6 * second))
      yield* fake.writes("contact")
      yield* sweepUntil(after(hour - second))
      expect(yield* fake.followUpAt).toBeUndefined()
      expect(yield* record).toEqual(["1 withdrawn replied"])
    })
  )

  story("the last look, and the taking back, are tried again before the instant when they are lost", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.writes("contact")
      yield* fake.once("read", FakeChat.unsent(connectionLost))
      yield* fake.once("clear", FakeChat.unsent(connectionLost))
      yield* sweepUntil(instant)
      expect(yield* fake.followUps).toEqual([])
      expect(yield* fake.followUpAt).toBeUndefined()
    })
  )

  story("taking back is tried again when its first request is lost", (fake) =>
    Effect.gen(function* () {
      yield* fake.once("set", (_, apply) => Effect.zipRight(fake.writes("contact"), apply))
      yield* fake.once("clear", FakeChat.unsent(connectionLost))
      yield* reviewChat
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual([])
      expect(yield* record).toEqual(["1 withdrawn replied"])
    })
  )

  story("a chat that cannot be read gets a decision with the reason", (fake) =>
    Effect.gen(function* () {
      yield* fake.put(FakeChat.unsent(connectionLost))
      expect(yield* Effect.flip(reviewChat)).toBe(connectionLost)
      expect(yield* chatDecision).toBe("Failed unreachable")
      yield* fake.put(FakeChat.unsent(new InventError.NotFound(answer)))
      expect((yield* Effect.flip(reviewChat))._tag).toBe("NotFound")
      expect(yield* chatDecision).toBe("Failed chat_gone")
    })
  )

  story(
    "an update that never gets through is left alone after three rounds, and made when the chat is watched again",
    (fake) =>
      Effect.gen(function* () {
        yield* fake.put((kind, apply) => (kind === "set" ? Effect.fail(connectionLost) : apply))
        yield* reviewChat
        yield* sweepUntil(after(day))
        expect(yield* record).toEqual(["1 skipped unreachable"])
        // The watch reads a chat again that has this decision.
        expect(yield* chatDecision).toBe("Failed unreachable")
        expect(yield* fake.followUps).toEqual([])
        yield* fake.put((_, apply) => apply)
        yield* reviewChat
        yield* sweepUntil(after(10 * day))
        expect(yield* record).toEqual(["1 sent", "2 sent"])
      })
  )

  story(
    "a chat that cannot be read is looked at after 30 seconds, then twice as long each time up to five minutes",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* fake.put((kind, apply) => (kind === "read" ? Effect.fail(new InventError.Unauthorized(answer)) : apply))
        fake.requests.length = 0
        const waits: Array<number> = []
        for (let count = 0; count < 8; count++) {
          const due = yield* Effect.flatMap(earliest, Effect.fromNullable)
          yield* setClock(due.due_at)
          yield* sweep
          const next = yield* Effect.flatMap(earliest, Effect.fromNullable)
          waits.push((next.due_at.epochMillis - due.due_at.epochMillis) / second)
        }
        expect(waits).toEqual([30, 60, 120, 240, 300, 300, 300, 300])
        yield* fake.put((_, apply) => apply)
        yield* sweepUntil(after(day))
        expect((yield* record)[0]).toBe("1 sent")
      })
  )
})

describe("the assistant", () => {
  story(
    "that clears the value and writes nothing has declined: the step is not tried again",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(90 * minute))
        expect(yield* record).toEqual(["1 skipped assistant_declined", "2 planned"])
        yield* sweepUntil(after(10 * day))
        yield* reviewChat
        yield* sweepUntil(after(20 * day))
        expect(yield* record).toEqual(["1 skipped assistant_declined", "2 skipped assistant_declined"])
        expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set", "set"])
        expect(yield* chatDecision).toBe("Stop cadence_finished")
      }),
    { late: "never" }
  )

  for (const minutes of [0.5, 1.5, 2.5]) {
    story(
      `that writes ${minutes} minutes late has still written this follow-up, once`,
      (fake) =>
        Effect.gen(function* () {
          yield* reviewChat
          yield* sweepUntil(after(2 * hour))
          expect(yield* fake.followUps).toEqual(at(hour + minutes * minute))
          expect(yield* record).toEqual(["1 sent", "2 planned"])
        }),
      { late: minutes * minute }
    )
  }

  story(
    "that is many minutes late loses its turn: the value is taken back, the end is unknown, and nothing is sent twice",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepUntil(after(90 * minute))
        expect((yield* record)[0]).toBe("1 unknown not_confirmed")
        expect(yield* fake.followUpAt).toBeUndefined()
        expect(yield* fake.followUps).toEqual([])
      }),
    { late: 40 * minute }
  )

  story("that wrote although the customer replied afterwards has sent its follow-up", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* sweepUntil(after(hour + 10 * second))
      expect(yield* fake.followUps).toEqual(at(hour))
      yield* fake.writes("contact")
      yield* sweepUntil(after(2 * hour))
      expect(yield* record).toEqual(["1 sent"])
      expect(yield* chatDecision).toBe("Stop replied")
    })
  )
})

describe("a follow-up that crosses a reply", () => {
  /** The reply comes when the last look is over. */
  const cross = (fake: FakeChat.FakeChat) =>
    Effect.gen(function* () {
      yield* arm
      yield* sweepUntil(after(hour - 2 * second))
      yield* fake.writes("contact")
      yield* setClock(after(hour + second))
    })

  story("is on record as sent, and counts as a step of the silence after the answer", (fake) =>
    Effect.gen(function* () {
      yield* cross(fake)
      yield* fake.writes("assistant")
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour + second))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
    })
  )

  story("counts as one step, whichever it was", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* sweepUntil(after(3 * hour - 2 * second))
      yield* fake.writes("contact")
      yield* setClock(after(3 * hour + second))
      yield* fake.writes("assistant")
      yield* sweepUntil(after(10 * day))
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour, 5 * hour + second))
      expect(yield* record).toEqual(["1 sent", "2 sent", "2 sent"])
    })
  )

  story("is waited for, so that it is not taken for the answer", (fake) =>
    Effect.gen(function* () {
      yield* cross(fake)
      yield* sweepUntil(after(hour + 2 * minute))
      yield* fake.writes("assistant")
      yield* sweepUntil(after(2 * hour))
      expect((yield* record)[0]).toBe("1 sent")
    })
  )

  story("and that was carried out while it was being taken back is on record as sent", (fake) =>
    Effect.gen(function* () {
      yield* arm
      yield* fake.writes("contact")
      yield* fake.once("clear", (_, apply) => Effect.zipRight(setClock(after(hour + second)), apply))
      yield* sweepUntil(after(hour + second))
      yield* fake.writes("assistant")
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual(at(hour))
      expect((yield* record)[0]).toBe("1 sent")
    })
  )
})

/** A ledger whose process ends around the write that carries this event. */
const crashing = (when: "before" | "after", event: string, isDone: Ref.Ref<boolean>) =>
  Layer.effect(
    Ledger.Ledger,
    Effect.map(Ledger.Ledger, (ledger) => {
      const around = <A, E>(name: string, write: Effect.Effect<A, E>) =>
        Effect.flatMap(Ref.get(isDone), (done) => {
          if (done || name !== event) return write
          const end = Effect.zipRight(Ref.set(isDone, true), Effect.die("crash"))
          return when === "before" ? end : Effect.zipRight(write, end)
        })
      return {
        ...ledger,
        plan: (plan, event) => around(event.name, ledger.plan(plan, event)),
        advance: (from, change, event) => around(event.name, ledger.advance(from, change, event)),
        arm: (from, change, event, within) => around(event.name, ledger.arm(from, change, event, within)),
        decided: (latest, next) => around("decided", ledger.decided(latest, next))
      } satisfies Ledger.Ledger["Type"]
    })
  ).pipe(Layer.provide(Ledger.layer))

describe("a crash", () => {
  /** One life of the process: as it starts, it sweeps what is left; then it looks at its chats and sweeps on. */
  const life = (fake: FakeChat.FakeChat, setup: Setup = {}) =>
    Effect.gen(function* () {
      yield* sweep
      yield* reviewChat
      yield* sweepUntil(after(30 * day))
    }).pipe(Effect.provide(Layer.fresh(scheduler(fake, setup))))

  const lives = (name: string, prepare: (fake: FakeChat.FakeChat) => Effect.Effect<Setup>) => {
    for (const [pause, label] of [
      [0, "at once"],
      [7 * second, "within the lead"],
      [20 * minute, "much later"]
    ] as const) {
      it.effect(`${name}, restarted ${label}: each follow-up is written once and none is lost`, () =>
        Effect.gen(function* () {
          yield* setClock(Build.start)
          const fake = FakeChat.make()
          const crashed = yield* Effect.exit(life(fake, yield* prepare(fake)))
          expect(Exit.isFailure(crashed)).toBe(true)
          yield* TestClock.adjust(pause)
          yield* life(fake)
          expect(yield* fake.followUps).toHaveLength(2)
          expect(yield* record).toEqual(["1 sent", "2 sent"])
        }).pipe(Effect.provide(Databases.sqlite))
      )
    }
  }

  lives("after the intent was recorded and before the request left", (fake) =>
    Effect.as(fake.once("set", FakeChat.crash("before")), {})
  )
  lives("after the request was applied and before that was recorded", (fake) =>
    Effect.as(fake.once("set", FakeChat.crash("after")), {})
  )
  lives("while the chat was read for the last time before arming", (fake) =>
    Effect.as(
      fake.put((kind, apply) => {
        if (kind !== "read" || fake.requests.length < 4) return apply
        return Effect.zipRight(
          fake.put((_, apply) => apply),
          Effect.die("crash")
        )
      }),
      {}
    )
  )

  for (const event of ["resumed_by_sweep", "armed", "scheduled", "rechecked", "sent", "decided"]) {
    for (const when of ["before", "after"] as const) {
      lives(`${when} "${event}" was recorded`, () =>
        Effect.map(Ref.make(false), (isDone) => ({ ledger: crashing(when, event, isDone) }))
      )
    }
  }

  it.effect("before a follow-up was taken back leaves it to the next life, which takes it back", () =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const fake = FakeChat.make()
      const first = scheduler(fake)
      yield* Effect.provide(arm, first)
      yield* fake.writes("contact")
      yield* fake.once("clear", FakeChat.crash("before"))
      const crashed = yield* Effect.exit(Effect.provide(sweepUntil(after(hour - second)), Layer.fresh(first)))
      expect(Exit.isFailure(crashed)).toBe(true)
      yield* Effect.provide(sweepUntil(after(day)), Layer.fresh(scheduler(fake)))
      expect(yield* record).toEqual(["1 withdrawn replied"])
    }).pipe(Effect.provide(Databases.sqlite))
  )
})

describe("a crash between the end of a follow-up and the plan of the next", () => {
  it.effect("is mended by the next sweep, without any look of the watch", () =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const fake = FakeChat.make()
      const isDone = yield* Ref.make(false)
      const first = scheduler(fake, { ledger: crashing("after", "sent", isDone) })
      yield* Effect.provide(reviewChat, first)
      expect(Exit.isFailure(yield* Effect.exit(Effect.provide(sweepUntil(after(day)), Layer.fresh(first))))).toBe(true)
      expect(yield* record).toEqual(["1 sent"])
      const second = Layer.fresh(scheduler(fake))
      yield* Effect.provide(Effect.zipRight(sweep, sweepUntil(after(day))), second)
      expect(yield* record).toEqual(["1 sent", "2 sent"])
    }).pipe(Effect.provide(Databases.sqlite))
  )
})

describe("a process that was frozen", () => {
  type Does = (
    fake: FakeChat.FakeChat
  ) => Effect.Effect<unknown, unknown, Dispatch | ChatReview | ChatRows | Ledger.Ledger | SqlClient.SqlClient>

  /**
   * Stands still, once, at a request of this kind or as soon as the ledger has confirmed that a follow-up is still its
   * own.
   */
  const freezing = (
    where: FakeChat.Kind | "ledger",
    when: "before" | "after",
    fake: FakeChat.FakeChat,
    freeze: Effect.Effect<void>
  ) =>
    Effect.gen(function* () {
      if (where !== "ledger") {
        yield* fake.once(where, (_, apply) =>
          when === "before" ? Effect.zipRight(freeze, apply) : Effect.zipLeft(apply, freeze)
        )
        return {}
      }
      const isDone = yield* Ref.make(false)
      const freezesOnce = Effect.unlessEffect(freeze, Ref.getAndSet(isDone, true))
      const cold = Effect.map(Ledger.Ledger, (ledger) => ({
        ...ledger,
        isCurrent: (row: FollowUp) => Effect.zipLeft(ledger.isCurrent(row), freezesOnce)
      }))
      return { ledger: Layer.provide(Layer.effect(Ledger.Ledger, cold), Ledger.layer) }
    })

  /**
   * From `begun` on it stands still at the first such point, while another process goes on with `meanwhile` until it
   * thaws.
   */
  const frozen = (
    where: FakeChat.Kind | "ledger",
    when: "before" | "after",
    meanwhile: Does,
    begun: Does = () => setClock(armedAt)
  ) =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const fake = FakeChat.make()
      const asleep = yield* Deferred.make<void>()
      const thawed = yield* Deferred.make<void>()
      const freeze = Effect.zipRight(Deferred.succeed(asleep, undefined), Deferred.await(thawed))
      const other = yield* Layer.build(Layer.fresh(scheduler(fake)))
      yield* Effect.provide(reviewChat, Layer.fresh(scheduler(fake)))
      yield* Effect.provide(begun(fake), other)
      const one = yield* Layer.build(scheduler(fake, yield* freezing(where, when, fake, freeze)))
      const fiber = yield* Effect.fork(Effect.provide(sweep, one))
      yield* Deferred.await(asleep)
      yield* Effect.provide(meanwhile(fake), other)
      yield* Deferred.succeed(thawed, undefined)
      yield* Fiber.join(fiber)
      yield* Effect.provide(sweepUntil(after(10 * day)), other)
      return fake
    }).pipe(Effect.scoped, Effect.provide(Databases.sqlite))

  for (const kind of ["read", "list"] as const) {
    it.effect(`at its last ${kind} before arming leaves the follow-up to the other, which sends it once`, () =>
      Effect.gen(function* () {
        const fake = yield* frozen(kind, "after", () => sweepUntil(after(2 * hour)))
        expect(yield* fake.followUps).toEqual(at(hour, 3 * hour))
      })
    )
  }

  it.effect("while its update was under way takes the follow-up back that the other had ended", () =>
    Effect.gen(function* () {
      const fake = yield* frozen("set", "before", (fake) =>
        Effect.gen(function* () {
          yield* fake.writes("contact")
          const row = yield* Effect.flatMap(earliest, Effect.fromNullable)
          yield* Effect.flatMap(Dispatch, (dispatch) => dispatch.advance(row))
          expect(yield* record).toEqual(["1 withdrawn replied"])
        })
      )
      expect(yield* fake.followUps).toEqual([])
      expect(yield* fake.followUpAt).toBeUndefined()
    })
  )

  /** The customer writes while a follow-up is armed, and the assistant answers. */
  const replied: Does = (fake) =>
    Effect.gen(function* () {
      yield* sweepUntil(armedAt)
      yield* setClock(after(hour - 10 * second))
      yield* fake.writes("contact")
      yield* fake.writes("assistant")
      yield* setClock(after(hour - 5 * second))
    })
  /** The other takes the follow-up back, and arms the first one of the next silence. */
  const goesOn: Does = (fake) =>
    Effect.gen(function* () {
      yield* sweepUntil(after(2 * hour - 20 * second))
      expect(yield* record).toEqual(["1 withdrawn replied", "1 armed"])
      expect(yield* fake.followUpAt).toEqual(after(2 * hour - 10 * second))
    })

  it.effect("while it took a follow-up back does not take back the next one, which the other has armed since", () =>
    Effect.gen(function* () {
      const fake = yield* frozen("clear", "before", goesOn, replied)
      expect(fake.requests.filter((kind) => kind === "clear")).toEqual(["clear", "clear"])
      expect(yield* fake.followUps).toEqual(at(2 * hour - 10 * second, 4 * hour - 10 * second))
    })
  )

  it.effect("before it took a follow-up back reads the ledger once more, and leaves what is another's alone", () =>
    Effect.gen(function* () {
      const fake = yield* frozen("ledger", "after", goesOn, replied)
      expect(fake.requests.filter((kind) => kind === "clear")).toEqual(["clear"])
      expect(yield* fake.followUps).toEqual(at(2 * hour - 10 * second, 4 * hour - 10 * second))
    })
  )
})

describe("two dispatchers", () => {
  /** Both do the same with the same row, at the moment at which it is due; the requests about the chat meanwhile. */
  const both = (use: (dispatch: Dispatch["Type"], row: FollowUp) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const fake = FakeChat.make()
      yield* fake.put((_, apply) => Effect.zipRight(Effect.yieldNow(), apply))
      const one = yield* Layer.build(scheduler(fake))
      const other = yield* Layer.build(Layer.fresh(scheduler(fake)))
      yield* Effect.provide(reviewChat, Layer.fresh(scheduler(fake)))
      yield* setClock(armedAt)
      const row = yield* Effect.provide(Effect.flatMap(earliest, Effect.fromNullable), one)
      fake.requests.length = 0
      yield* Effect.all(
        [one, other].map((life) => use(Context.get(life, Dispatch), row)),
        { concurrency: "unbounded" }
      )
      return fake.requests
    }).pipe(Effect.scoped, Effect.provide(Databases.sqlite))

  it.effect("that sweep at the same moment: only one takes the follow-up up", () =>
    Effect.gen(function* () {
      expect(yield* both((dispatch) => dispatch.sweep(Duration.zero))).toEqual(["read", "list", "newest", "set"])
    })
  )

  it.effect("that hold the same row at the same moment: both look, and only one arms it", () =>
    Effect.gen(function* () {
      const requests = yield* both((dispatch, row) => dispatch.advance(row))
      expect([...requests].sort()).toEqual(["list", "list", "newest", "newest", "read", "read", "set"])
    })
  )
})

describe("a wake-up", () => {
  const recorded = Effect.map(Ref.make<ReadonlyArray<FollowUp>>([]), (timers) => ({
    timers,
    layer: Layer.succeed(Timer.Timer, { schedule: (followUp) => Ref.update(timers, (list) => [...list, followUp]) })
  }))

  const withTimers = <E>(
    name: string,
    test: (
      fake: FakeChat.FakeChat,
      timers: Effect.Effect<ReadonlyArray<FollowUp>>
    ) => Effect.Effect<void, E, Dispatch | ChatReview | ChatRows | Ledger.Ledger | SqlClient.SqlClient>
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const { layer, timers } = yield* recorded
        const fake = FakeChat.make()
        yield* setClock(Build.start)
        yield* Effect.provide(test(fake, Ref.get(timers)), scheduler(fake, { timer: layer }))
      }).pipe(Effect.provide(Databases.sqlite))
    )

  withTimers("for every row carries a whole cadence out, without any sweep", (fake, timers) =>
    Effect.gen(function* () {
      const dispatch = yield* Dispatch
      yield* reviewChat
      for (let woken = 0; woken < (yield* timers).length; woken++) {
        const { due_at, key, revision } = (yield* timers)[woken]!
        yield* setClock(DateTime.max(due_at, yield* DateTime.now))
        yield* dispatch.wake(key, revision)
      }
      expect(yield* fake.followUps).toEqual(at(hour, 3 * hour))
      expect(yield* record).toEqual(["1 sent", "2 sent"])
    })
  )

  withTimers("that is stale does nothing", (fake, timers) =>
    Effect.gen(function* () {
      const dispatch = yield* Dispatch
      yield* reviewChat
      const stale = (yield* timers)[0]!
      yield* sweepUntil(armedAt)
      fake.requests.length = 0
      const before = yield* events
      yield* dispatch.wake(stale.key, stale.revision)
      expect(fake.requests).toEqual([])
      expect(yield* events).toEqual(before)
    })
  )

  withTimers("that comes twice at once arms once", (fake, timers) =>
    Effect.gen(function* () {
      const dispatch = yield* Dispatch
      yield* fake.put((_, apply) => Effect.zipRight(Effect.yieldNow(), apply))
      yield* reviewChat
      const { key, revision } = (yield* timers)[0]!
      yield* setClock(armedAt)
      yield* Effect.all([dispatch.wake(key, revision), dispatch.wake(key, revision)], { concurrency: "unbounded" })
      expect(fake.requests.filter((kind) => kind === "set")).toEqual(["set"])
    })
  )

  withTimers("for a follow-up that is unknown, or that has ended, does nothing", (fake, timers) =>
    Effect.gen(function* () {
      const dispatch = yield* Dispatch
      const ledger = yield* Ledger.Ledger
      yield* dispatch.wake(Plan.FollowUpKey.make("nobody"), 0)
      yield* reviewChat
      yield* sweepUntil(after(2 * hour))
      const ended = Option.getOrThrow(yield* ledger.find((yield* timers)[0]!.key))
      fake.requests.length = 0
      yield* dispatch.wake(ended.key, ended.revision)
      expect(ended.status).toBe("sent")
      expect(fake.requests).toEqual([])
    })
  )
})

describe("what has changed when its time comes", () => {
  const quiet = { quiet_hours: { start: "20:00", end: "09:00" } }

  story(
    "a clock that jumped into the night puts the follow-up off until the morning",
    (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* setClock(after(9 * hour))
        yield* sweep
        expect((yield* events).at(-1)).toBe("postponed")
        expect(fake.requests).not.toContain("set")
        yield* sweepUntil(after(22 * hour))
        // Openings are found in whole minutes from the instant of the look, and an instant is set 15 seconds ahead.
        expect(yield* fake.followUps).toEqual(at(21 * hour + 15 * second))
      }),
    { policy: quiet }
  )

  const clock = { ahead: 0 }
  for (const [ahead, kind, what] of [
    [hour, "read", "row"],
    [-hour, "read", "row"],
    [hour, "newest", "newest chat"],
    [-hour, "newest", "newest chat"]
  ] as const)
    story(
      `a clock that is an hour ${ahead > 0 ? "ahead" : "behind"} at the answer with the ${what} holds it until then`,
      (fake) =>
        Effect.gen(function* () {
          yield* reviewChat
          clock.ahead = 0
          // That the clock was right is known from the answer before.
          yield* fake.once(kind, (_, apply) =>
            Effect.zipRight(
              Effect.sync(() => void (clock.ahead = ahead)),
              apply
            )
          )
          yield* setClock(armedAt)
          yield* sweep
          const requests = fake.requests.length
          yield* sweep
          expect(fake.requests).toHaveLength(requests)
          expect(fake.requests).not.toContain("set")
          expect(yield* record).toEqual(["1 planned"])
          clock.ahead = 0
          yield* setClock(after(hour))
          yield* sweepUntil(after(hour + minute))
          expect(yield* fake.followUps).toEqual(at(hour + 15 * second))
        }),
      { ahead: () => clock.ahead }
    )

  story("a customer who wrote before it was armed gets nothing, and nothing is set", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.writes("contact")
      yield* sweepUntil(after(10 * day))
      expect(fake.requests).not.toContain("set")
      expect(yield* record).toEqual(["1 skipped replied"])
    })
  )

  story("a further part of our answer makes a new plan, counted from that message", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* setClock(after(29 * minute))
      yield* fake.writes("assistant")
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual(at(89 * minute))
      expect(yield* record).toEqual(["1 skipped superseded", "1 sent", "2 planned"])
    })
  )

  story("a message of ours after half of the silence counts as the first step: the second follows it", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* setClock(after(30 * minute))
      yield* fake.writes("assistant")
      yield* sweepUntil(after(3 * hour))
      expect(yield* fake.followUps).toEqual(at(150 * minute))
      expect(yield* record).toEqual(["1 skipped followed_up_already", "2 sent"])
    })
  )

  story("a chat that was snoozed and is open again is planned again", (fake) =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* fake.becomes({ state: "SNOOZED" })
      yield* sweepUntil(armedAt)
      expect(yield* record).toEqual(["1 skipped snoozed"])
      yield* fake.becomes({ state: "OPEN" })
      yield* setClock(after(2 * hour))
      yield* reviewChat
      yield* sweepUntil(after(3 * hour))
      expect(yield* fake.followUps).toEqual(at(2 * hour + 15 * second))
    })
  )

  story("a mute that was lifted early brings the follow-up forward", (fake) =>
    Effect.gen(function* () {
      yield* fake.becomes({ muted_until: after(300 * day) })
      yield* reviewChat
      yield* fake.becomes({ muted_until: null })
      yield* reviewChat
      yield* sweepUntil(after(2 * hour))
      expect(yield* fake.followUps).toEqual(at(hour))
    })
  )

  story("looking at a chat again and again changes nothing, and is written down once", () =>
    Effect.gen(function* () {
      yield* reviewChat
      yield* reviewChat
      yield* setClock(after(minute))
      yield* reviewChat
      expect(yield* events).toEqual(["decided", "planned"])
      expect(yield* record).toEqual(["1 planned"])
    })
  )

  story(
    "looking at a chat again and again at night does not move its plan about",
    () =>
      Effect.gen(function* () {
        yield* setClock(after(10 * hour))
        yield* reviewChat
        yield* TestClock.adjust("61 seconds")
        yield* reviewChat
        yield* TestClock.adjust("17 seconds")
        yield* reviewChat
        expect(yield* events).toEqual(["decided", "planned"])
      }),
    { policy: quiet }
  )

  story(
    "a policy that replaces puts its own instant in the place of another client's",
    (fake) =>
      Effect.gen(function* () {
        yield* fake.becomes({ follow_up_at: after(5 * hour) })
        yield* reviewChat
        yield* sweepUntil(after(hour))
        expect(yield* fake.followUps).toEqual(at(hour))
      }),
    { policy: { existing_follow_up: "replace" } }
  )
})
