/** What every database must do for a pause and unknown outcomes: a suite as a function of a layer. */
import * as InventError from "@effect-invent/domain/InventError"
import type * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { it as Tests } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import { Dispatch } from "../src/Dispatch.ts"
import * as Ledger from "../src/Ledger.ts"
import { ChatReview } from "../src/ChatReview.ts"
import { ActivePolicy } from "../src/Policy.ts"
import type { Policies } from "../src/Policies.ts"
import type { PolicyVersions } from "../src/Policies/PolicyVersions.ts"
import * as ResolveUnknown from "../src/operatorPage/ResolveUnknown.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Timer from "../src/Timer.ts"
import * as Build from "./Build.ts"
import * as FakeChat from "./FakeChat.ts"
import type { Fields } from "./Scheduling.ts"

const { after, chat_id, conversation_id, day, hour, minute, second } = Build

const followUp = { after: "1 hour", action: "schedule_follow_up" }

const services = (fake: FakeChat.FakeChat, database: Layer.Layer<SqlClient.SqlClient, unknown>, step: Fields) =>
  Scheduler.layer.pipe(
    Layer.provideMerge(ChatReader.layer),
    Layer.provideMerge(Layer.mergeAll(Timer.layerNone, Ledger.layer, fake.layer)),
    Layer.provide(Layer.succeed(ActivePolicy, Build.policy({ steps: [step] }))),
    Layer.provideMerge(database)
  )

type Services = Dispatch | ChatReview | Ledger.Ledger | Policies | PolicyVersions | Timer.Timer | SqlClient.SqlClient

const ledger = <A, E>(use: (ledger: Ledger.Ledger["Type"]) => Effect.Effect<A, E>) => Effect.flatMap(Ledger.Ledger, use)
const pause = ledger((ledger) => ledger.pause)
const resume = ledger((ledger) => ledger.resume)
const paused = ledger((ledger) => ledger.paused)
const events = Effect.map(
  ledger((ledger) => ledger.story(chat_id)),
  (entries) => entries.map(({ event }) => event)
)
const reviewChat = Effect.flatMap(ChatReview, (reviewChat) => reviewChat.reviewById(chat_id))
const sweep = Effect.flatMap(Dispatch, (dispatch) => dispatch.sweep(Duration.zero))
const sweepAt = (millis: number) => Effect.zipRight(TestClock.setTime(after(millis).epochMillis), sweep)
const armedAt = hour - 15 * second
const rows = ledger((ledger) => ledger.taken(conversation_id))

/** Somebody pauses, in the middle of a request. */
const pausing = ledger((ledger) => Effect.succeed(Effect.orDie(ledger.pause)))

const unreachable = new InventError.ServerFault({ endpoint: "state.update", attempts: 1, status: 502, excerpt: "" })

/** The server refuses to be read while the follow-up is on its way. */
const loseTrack = (fake: FakeChat.FakeChat) =>
  Effect.gen(function* () {
    yield* reviewChat
    yield* sweepAt(armedAt)
    yield* fake.once(
      "read",
      FakeChat.unsent(new InventError.Forbidden({ endpoint: "state.update", attempts: 1, status: 403, excerpt: "" }))
    )
    yield* sweepAt(hour - 5 * second)
    const [unknown] = yield* ledger((ledger) => ledger.taken(conversation_id))
    expect(unknown?.message_id).toBeUndefined()
    return (yield* ledger((ledger) => ledger.story(chat_id))).at(-1)?.key ?? ""
  })

/** `database`: an empty one, each time it is built. `it`: makes tests, of which TestClock moves the time. */
export const suite = (database: Layer.Layer<SqlClient.SqlClient, unknown>, it: Pick<typeof Tests, "effect">): void => {
  const story = <E>(
    name: string,
    test: (fake: FakeChat.FakeChat) => Effect.Effect<void, E, Services>,
    step: Fields = followUp
  ) =>
    it.effect(name, () => {
      const fake = FakeChat.make()
      return Effect.zipRight(TestClock.setTime(Build.start.epochMillis), test(fake)).pipe(
        Effect.provide(services(fake, database, step))
      )
    })

  describe("a pause", () => {
    story("stands until it is resumed, and once more is the same", () =>
      Effect.gen(function* () {
        expect(yield* paused).toEqual(Option.none())
        yield* pause
        yield* TestClock.adjust("1 hour")
        yield* pause
        expect(yield* paused).toEqual(Option.some(Build.start))
        yield* resume
        expect(yield* paused).toEqual(Option.none())
        yield* resume
        yield* pause
        expect(yield* paused).toEqual(Option.some(after(hour)))
      })
    )

    story("keeps what is planned from being begun, without a request; resumed, it goes out", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* pause
        fake.requests.length = 0
        expect(yield* sweepAt(day)).toBe(0)
        expect(fake.requests).toEqual([])
        yield* resume
        yield* sweep
        yield* sweepAt(day + minute)
        expect(yield* fake.followUps).toEqual([DateTime.formatIso(after(day + 15 * second))])
      })
    )

    story("takes back what was set but is not out yet; resumed, it goes out once", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepAt(armedAt)
        expect(yield* fake.followUpAt).toEqual(after(hour))
        yield* pause
        yield* sweepAt(hour - 5 * second)
        expect(yield* fake.followUpAt).toBeUndefined()
        expect(yield* events).toContain("withdrawn")
        yield* sweepAt(2 * hour)
        expect(yield* fake.followUps).toEqual([])
        yield* resume
        yield* sweep
        yield* sweepAt(2 * hour + 10 * second)
        yield* sweepAt(3 * hour)
        expect(yield* fake.followUps).toHaveLength(1)
      })
    )

    story("leaves what is out already alone: it is found sent", (fake) =>
      Effect.gen(function* () {
        yield* reviewChat
        yield* sweepAt(armedAt)
        yield* sweepAt(hour - 5 * second)
        yield* pause
        yield* sweepAt(hour + minute)
        expect(yield* fake.followUps).toHaveLength(1)
        expect((yield* events).at(-1)).toBe("decided")
        expect(yield* events).toContain("sent")
      })
    )

    story("keeps a pass from looking at chats", (fake) =>
      Effect.gen(function* () {
        yield* pause
        yield* Scheduler.runOnce([chat_id], () => Effect.void)
        expect(fake.requests).toEqual([])
      })
    )

    story(
      "keeps a message of ours from being sent; resumed, it is sent once",
      (fake) =>
        Effect.gen(function* () {
          yield* reviewChat
          yield* pause
          yield* sweepAt(2 * hour)
          expect(yield* fake.sent).toEqual([])
          yield* resume
          yield* sweep
          yield* sweepAt(day)
          expect(yield* fake.sent).toEqual(["Still there?"])
        }),
      { after: "1 hour", action: "send_message", message: "Still there?" }
    )

    for (const [position, sent] of [
      ["before", 0],
      ["after", 1]
    ] as const) {
      story(
        `that begins ${position} the message of ours leaves has it sent ${sent} times, until it is resumed`,
        (fake) =>
          Effect.gen(function* () {
            yield* reviewChat
            const pause = yield* pausing
            yield* fake.once(position === "before" ? "newest" : "send", (_, apply) => Effect.zipLeft(apply, pause))
            yield* sweepAt(hour)
            expect(yield* fake.sent).toHaveLength(sent)
            yield* sweepAt(2 * hour)
            expect(yield* fake.sent).toHaveLength(sent)
            yield* resume
            yield* sweep
            yield* sweepAt(day)
            expect(yield* fake.sent).toHaveLength(1)
          }),
        { after: "1 hour", action: "send_message", message: "Still there?" }
      )
    }

    story(
      "keeps a chat from being closed after a request whose answer was lost; resumed, it is closed",
      (fake) =>
        Effect.gen(function* () {
          yield* reviewChat
          const pause = yield* pausing
          yield* fake.once("state", () => Effect.zipRight(pause, Effect.fail(unreachable)))
          yield* sweepAt(hour)
          yield* sweepAt(2 * hour)
          expect(yield* fake.state).not.toMatchObject({ state: "CLOSED" })
          expect(fake.requests.filter((kind) => kind === "state")).toHaveLength(1)
          yield* resume
          yield* sweep
          expect(yield* fake.state).toMatchObject({ state: "CLOSED" })
        }),
      { after: "1 hour", action: "close" }
    )
  })

  describe("an unknown outcome", () => {
    story("that is taken as delivered counts as sent, and nothing is sent again", (fake) =>
      Effect.gen(function* () {
        const key = yield* loseTrack(fake)
        yield* ResolveUnknown.resolve(key, "delivered")
        expect(yield* rows).toHaveLength(1)
        expect((yield* ledger((ledger) => ledger.tally)).map(({ sent }) => sent)).toEqual([1])
        fake.requests.length = 0
        yield* sweepAt(day)
        expect(fake.requests.filter((kind) => kind !== "read" && kind !== "list")).toEqual([])
      })
    )

    story("that is sent again goes out if a fresh look allows it", (fake) =>
      Effect.gen(function* () {
        const key = yield* loseTrack(fake)
        yield* fake.becomes({ follow_up_at: null })
        yield* ResolveUnknown.resolve(key, "send_again")
        yield* sweepAt(2 * hour)
        yield* sweepAt(3 * hour)
        expect(yield* fake.followUps).toEqual([DateTime.formatIso(after(2 * hour + 15 * second))])
        expect(yield* events).toEqual(expect.arrayContaining(["sent_again", "sent"]))
      })
    )

    story("that is sent again stays unsent when the customer has answered meanwhile", (fake) =>
      Effect.gen(function* () {
        const key = yield* loseTrack(fake)
        yield* fake.becomes({ follow_up_at: null })
        yield* fake.writes("contact")
        yield* ResolveUnknown.resolve(key, "send_again")
        yield* sweepAt(2 * hour)
        yield* sweepAt(3 * hour)
        expect(yield* fake.followUps).toEqual([])
      })
    )

    story("is resolved once: the second answer is told so", (fake) =>
      Effect.gen(function* () {
        const key = yield* loseTrack(fake)
        yield* ResolveUnknown.resolve(key, "delivered")
        const again = yield* Effect.flip(ResolveUnknown.resolve(key, "send_again"))
        expect(again._tag).toBe("NothingToResolve")
        expect((yield* Effect.flip(ResolveUnknown.resolve("no such key", "delivered")))._tag).toBe("NothingToResolve")
      })
    )
  })
}
