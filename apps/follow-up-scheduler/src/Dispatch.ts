/**
 * Carries a follow-up out: reads the chat fresh, decides again, and hands the step to its action.
 *
 * Whatever row it finds, after whatever crash, it goes on from there: the intent is on record before the request leaves.
 *
 * Whoever changes a row takes it from everybody who read it before. A process that was frozen meanwhile asks the ledger right
 * before its request leaves; what left all the same it takes back as soon as it finds out.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ChatReader } from "./ChatReader.ts"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import * as Decide from "./Decide.ts"
import * as Episode from "./Decide/Episode.ts"
import { Erasure } from "./Privacy/Erasure.ts"
import type { FollowUp } from "./Plan/FollowUp.ts"
import * as ScheduleFollowUp from "./Dispatch/ScheduleFollowUp.ts"
import * as Delay from "./Dispatch/Delay.ts"
import * as ChangeInboxState from "./Dispatch/ChangeInboxState.ts"
import * as LastRead from "./Dispatch/LastRead.ts"
import { ifStillOwned, readAttributed, type ActionContext } from "./Dispatch/ActionContext.ts"
import * as StateUpdates from "./Dispatch/StateUpdates.ts"
import * as Transitions from "./Dispatch/Transitions.ts"
import * as SendMessage from "./Dispatch/SendMessage.ts"
import { Ledger } from "./Ledger.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import { ChatReview } from "./ChatReview.ts"
import { CircuitBreaker } from "./ChatReader/CircuitBreaker.ts"
import type { FollowUpKey } from "./Plan.ts"
import { PolicyVersions } from "./Policies/PolicyVersions.ts"
import { isWriting, type Policy } from "./Policy.ts"
import * as ArmedState from "./Plan/ArmedState.ts"
import * as GracefulShutdown from "./Dispatch/GracefulShutdown.ts"
import * as Telemetry from "./Telemetry.ts"
import * as Activity from "./Telemetry/Activity.ts"
import { Timer } from "./Timer.ts"

export class Dispatch extends Context.Tag("@effect-invent/follow-up-scheduler/Dispatch")<
  Dispatch,
  {
    /** Takes a follow-up one step further, from whatever state it is in. */
    readonly advance: (followUp: FollowUp) => Effect.Effect<void, SqlError>
    /** Answers a timer; one that is stale does nothing. */
    readonly wake: (key: FollowUpKey, wake: number) => Effect.Effect<void, SqlError>
    /** Takes up everything that has been due for longer than `slack`, and every end from which nothing followed yet. */
    readonly sweep: (slack: Duration.Duration) => Effect.Effect<number, SqlError>
  }
>() {}

const sweepConcurrency = 4

/**
 * How many planned follow-ups are begun at a time: so many that a service which takes two seconds to answer leaves no quota
 * unused, and so few that they are armed in the order in which they are due.
 */
const atOnce = 12

const isSame = (decision: { readonly step: number; readonly anchor_id: string }, followUp: FollowUp): boolean =>
  decision.step === followUp.step && decision.anchor_id === followUp.anchor_id

/** Why a planned step is not taken where another one is: the policy leaves out what is too late, and goes on with a later step. */
const reasonForAnother = (
  planned: FollowUp,
  decision: { readonly step: number; readonly anchor_id: string },
  episode: ReturnType<typeof Episode.of>
): "followed_up_already" | "late" | "superseded" => {
  if (decision.anchor_id !== planned.anchor_id || decision.step <= planned.step) return "superseded"
  const isTaken = typeof episode !== "string" && episode.unrecorded.length > 0 && episode.steps >= planned.step
  return isTaken ? "followed_up_already" : "late"
}

export const make = Effect.gen(function* () {
  const policies = yield* PolicyVersions
  const invent = yield* InventClient
  const reader = yield* ChatReader
  const ledger = yield* Ledger
  const observe = yield* ChatReview
  const timer = yield* Timer
  const erasure = yield* Erasure
  const outage = yield* CircuitBreaker
  const finishing = yield* GracefulShutdown.finishing
  const stateUpdates = yield* StateUpdates.make
  const transitions = Transitions.make(ledger, timer)
  const lastLook = LastRead.make()
  const context: ActionContext = { policies, invent, stateUpdates, reader, ledger, erasure, observe, timer, transitions, lastLook }
  const turns = yield* Effect.makeSemaphore(atOnce)

  /** How the step of a follow-up is carried out; a step that its version does not have is the assistant's. */
  const actionOf = (policy: Policy, followUp: FollowUp) => {
    const step = policy.steps[followUp.step - 1]
    switch (step?.action) {
      case "send_message":
        return SendMessage.make(context, policy, step)
      case "snooze":
      case "close":
      case "assign":
        return ChangeInboxState.make(context, policy, step)
      default:
        return ScheduleFollowUp.make(context, policy)
    }
  }

  /** Whether a step is the assistant's: the answer to the update that asks it tells the state of the chat. */
  const isAsking = (policy: Policy, { step }: FollowUp) => (policy.steps[step - 1]?.action ?? "schedule_follow_up") === "schedule_follow_up"

  const begin = Effect.fn("Dispatch.begin")(function* (planned: FollowUp, policy: Policy, chat: ChatSnapshot) {
    const step = policy.steps[planned.step - 1]
    if (chat.isStateOld && !isAsking(policy, planned)) return yield* transitions.endNotListed(planned)
    const earlier = SendMessage.earlier(step, planned, chat)
    if (step?.action === "send_message" && earlier !== undefined) {
      yield* SendMessage.make(context, policy, step).sent(planned, chat, earlier)
      return
    }
    const [now, seenAt] = [yield* DateTime.now, chat.listed_at ?? (yield* MonotonicClock.moment)]
    const [taken, first_in_force] = [yield* ledger.taken(planned.conversation_id), yield* policies.firstInForce(policy)]
    const decision = Decide.decide({ policy, chat, taken, now, first_in_force })
    if (decision._tag === "Stop" || decision._tag === "Skip") {
      yield* transitions.end(planned, "skipped", decision.reason)
    } else if (!isSame(decision, planned)) {
      yield* transitions.end(planned, "skipped", reasonForAnother(planned, decision, Episode.of(chat, taken, policy)))
    } else if (decision._tag === "Wait") {
      yield* transitions.reschedule(planned, { due_at: decision.until }, "postponed", { reason: decision.reason })
      return
    } else {
      if (step === undefined || isWriting(step)) {
        const newest = yield* Effect.either(newestOf(planned.chat_id))
        if (newest._tag === "Left") return yield* transitions.onError(planned, newest.left, "skipped")
        if (newest.right !== planned.chat_id) return yield* movedOn(planned, newest.right)
      }
      yield* actionOf(policy, planned).arm(planned, { chat, at: seenAt }, decision.at)
      return
    }
    yield* observe.review(chat)
  })

  /** A server that knows no such question names no other chat. */
  const newestOf = (chat_id: ChatId) =>
    Effect.catchIf(
      RateLimit.withLane("verify")(invent.state.newestChat({ path: { chat_id } })),
      (error) => error._tag === "NotFound" || (error._tag === "ServerFault" && error.status === 501),
      () => Effect.succeed(chat_id)
    )

  /** The conversation goes on in another chat: nothing is written in this one, and the other is looked at in its place. */
  const movedOn = Effect.fn("Dispatch.movedOn")(function* (planned: FollowUp, newest: ChatId) {
    const { chat_id, conversation_id } = planned
    yield* transitions.end(planned, "skipped", "superseded")
    yield* ledger.decided({ chat_id, conversation_id, decision: "Stop", reason: "superseded", until: null })
    yield* observe.followToNewestChat(chat_id, newest)
  })

  /**
   * An armed follow-up needs one request before its instant, as long as nothing happened since it was armed, and one after it,
   * where its message is found.
   */
  const look = Effect.fn("Dispatch.look")(function* (followUp: FollowUp, policy: Policy) {
    const claim = (chat: ChatSnapshot) => readAttributed(context, policy, followUp, chat)
    const now = yield* DateTime.now
    if (followUp.status === "armed" && followUp.follow_up_at !== null && DateTime.lessThan(now, followUp.follow_up_at)) {
      const chat = yield* claim(yield* reader.glance(followUp.chat_id))
      const receipt = ArmedState.read(followUp, chat, policy)
      if (chat.messages.at(-1)?.id === followUp.after_id && receipt._tag === "Standing") return chat
      // What stands and is known to be overtaken is taken back at once; the rest of the chat is read afterwards.
      if (receipt._tag === "Overtaken" && chat.follow_up_at !== undefined) return chat
    }
    const before = followUp.status === "armed" ? lastLook.take(followUp.key) : undefined
    if (before !== undefined) {
      const chat = yield* claim({ ...(yield* reader.hear(before)), follow_up_at: undefined })
      if (ArmedState.read(followUp, chat, policy)._tag === "Sent") return chat
    }
    if (followUp.status === "armed") return yield* claim(yield* reader.read(followUp.chat_id, "check"))
    if (!isAsking(policy, followUp)) return yield* claim(yield* reader.read(followUp.chat_id, "act"))
    const chat = yield* claim(yield* reader.read(followUp.chat_id, "ask"))
    // What an old state forbids may be allowed by now: the whole lists are read before that is believed.
    const mayBeOver = chat.isStateOld && Decide.blockingReason(chat, policy) !== undefined
    return mayBeOver ? yield* claim(yield* reader.read(followUp.chat_id, "act")) : chat
  })

  /** An armed follow-up of a chat of which nothing can be known is taken back; the answer tells the state of the chat. */
  const takeBackUnlisted = Effect.fn("Dispatch.takeBackUnlisted")(function* (armed: FollowUp, policy: Policy) {
    if (!isAsking(policy, armed)) return yield* transitions.rescheduleIn(armed, Delay.afterFailure(Delay.mostFailures), {}, "not_listed")
    const takingBack = stateUpdates.update({ path: { chat_id: armed.chat_id }, payload: { follow_up_at: null } })
    const answered = yield* Effect.either(takingBack.pipe(ifStillOwned(context, armed, undefined)))
    if (answered._tag === "Left") return yield* transitions.onError(armed, answered.left, "unknown", ArmedState.lastChance(armed))
    yield* transitions.rescheduleIn(armed, Duration.zero, {}, "not_listed")
  })

  const carryOn = Effect.fn("Dispatch.advance")(function* (followUp: FollowUp) {
    if (followUp.status !== "planned" && followUp.status !== "armed") return
    // What was armed before a pause is seen through: taken back, or found sent.
    if (followUp.status === "planned" && (yield* ledger.held)(followUp.policy)) return
    yield* Effect.zipRight(Telemetry.takenUp(followUp), Activity.turned)
    const policy = yield* policies.version(followUp.policy)
    const lane = followUp.status === "armed" ? "verify" : "send"
    const read = yield* Effect.either(RateLimit.withLane(lane)(outage.learn(look(followUp, policy))))
    if (read._tag === "Left") {
      if (read.left._tag === "SqlError") return yield* read.left
      if (read.left._tag === "NotListed") {
        return yield* followUp.status === "planned" ? transitions.endNotListed(followUp) : takeBackUnlisted(followUp, policy)
      }
      yield* Effect.logWarning(`chat ${followUp.chat_id} could not be read`, read.left.message)
      yield* transitions.onError(followUp, read.left, followUp.status === "armed" ? "unknown" : "skipped", ArmedState.lastChance(followUp))
      return
    }
    yield* followUp.status === "planned"
      ? begin(followUp, policy, read.right)
      : actionOf(policy, followUp).check(followUp, read.right)
  })

  const advance: Dispatch["Type"]["advance"] = (followUp) => finishing(carryOn(followUp))

  return {
    advance,
    wake: (key, wake) =>
      Effect.flatMap(
        ledger.find(key),
        Option.match({
          onNone: () => Effect.void,
          onSome: (followUp) => (followUp.wake === wake ? inTurn(followUp) : Effect.void)
        })
      ),
    sweep: Effect.fn("Dispatch.sweep")(function* (slack) {
      const now = yield* DateTime.now
      const overdue = [...(yield* ledger.overdue(DateTime.subtractDuration(now, slack))), ...(yield* heldTooLong(now))]
      const isPaused = Option.isSome(yield* ledger.paused)
      const isHeld = yield* ledger.held
      const wanted = overdue.filter(({ policy, status }) => status === "armed" || !isHeld(policy))
      yield* Effect.forEach(wanted, (row) => takeUp(row, now), { concurrency: sweepConcurrency, discard: true })
      yield* Effect.forEach(isPaused ? [] : yield* ledger.unobserved, catchUp, { concurrency: sweepConcurrency, discard: true })
      return wanted.length
    })
  } satisfies Dispatch["Type"]

  /** What waits for longer than it may, because the clock was fast when that was written. */
  function heldTooLong(now: DateTime.Utc) {
    return Effect.flatMap(ledger.waitingAgain(DateTime.addDuration(now, Delay.skew)), (rows) =>
      Effect.filter(rows, (row) => Effect.map(policies.version(row.policy), (policy) => Delay.isTooLong(row, policy, now)))
    )
  }

  /** The process ended between the end of a follow-up and the plan of the next; a chat that cannot be read waits for the watch. */
  function catchUp(chat_id: ChatId) {
    return Effect.catchIf(
      observe.reviewById(chat_id),
      (error) => error._tag !== "SqlError",
      (error) => Effect.logWarning(`chat ${chat_id} could not be read`, error.message)
    )
  }

  /** What is under way is seen through; what is planned waits for its turn, and by then another may have taken it up. */
  function inTurn(followUp: FollowUp) {
    if (followUp.status !== "planned") return advance(followUp)
    const mayBegin = Effect.flatMap(ledger.isCurrent(followUp), (yes) => (yes ? outage.mayLook : Effect.succeed(false)))
    return turns.withPermits(1)(Effect.whenEffect(advance(followUp), mayBegin))
  }

  /** The change makes a timer that fires meanwhile stale. What is planned and has no turn now is left to the next sweep. */
  function takeUp(followUp: FollowUp, now: DateTime.Utc) {
    const due = DateTime.greaterThan(followUp.due_at, now) ? { due_at: now } : {}
    const taking = Effect.flatMap(
      ledger.advance(followUp, due, { name: "taken_up", detail: { was_due: Transitions.iso(followUp.due_at) } }),
      Option.match({ onNone: () => Effect.void, onSome: advance })
    )
    return followUp.status === "planned" ? turns.withPermitsIfAvailable(1)(Effect.whenEffect(taking, outage.mayLook)) : taking
  }
})

export const layer = Layer.effect(Dispatch, make)
