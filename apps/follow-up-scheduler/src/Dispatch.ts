/**
 * Carries a follow-up out: reads the chat, decides again, and runs the action of the step.
 *
 * The intent is on record before the request is sent, so after any crash the row determines how to go on.
 *
 * A change of a row makes every earlier read of it stale, so only one of two processes can act on it. Right before a
 * request is sent the ledger is queried whether the row is still current, because the process may have been frozen. A
 * request that was sent all the same is taken back as soon as that is found (decision 0011).
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ChatReader } from "./ChatReader.ts"
import * as NewestChat from "./ChatReader/NewestChat.ts"
import type { ChatSnapshot } from "./Decide/ChatSnapshot.ts"
import * as Decide from "./Decide.ts"
import * as Episode from "./Decide/Episode.ts"
import * as FirstDue from "./Decide/FirstDue.ts"
import * as Variant from "./Decide/Variant.ts"
import { Erasure } from "./Privacy/Erasure.ts"
import { FollowUp } from "./Plan/FollowUp.ts"
import * as ServerClock from "./Dispatch/ServerClock.ts"
import * as ScheduleFollowUp from "./Dispatch/ScheduleFollowUp.ts"
import * as Delay from "./Dispatch/Delay.ts"
import * as ChangeInboxState from "./Dispatch/ChangeInboxState.ts"
import * as MovedOn from "./Dispatch/MovedOn.ts"
import * as LastRead from "./Dispatch/LastRead.ts"
import { ifStillOwned, lookOf, type ActionContext } from "./Dispatch/ActionContext.ts"
import * as StateUpdates from "./Dispatch/StateUpdates.ts"
import * as StepRead from "./Dispatch/StepRead.ts"
import * as Sweep from "./Dispatch/Sweep.ts"
import * as Transitions from "./Dispatch/Transitions.ts"
import * as Turns from "./Dispatch/Turns.ts"
import * as SendMessage from "./Dispatch/SendMessage.ts"
import { Ledger } from "./Ledger.ts"
import { ChatReview } from "./ChatReview.ts"
import { CircuitBreaker } from "./ChatReader/CircuitBreaker.ts"
import type { FollowUpKey } from "./Plan.ts"
import { PolicyVersions } from "./Policies/PolicyVersions.ts"
import { type AnyPolicy, isWriting, type Policy } from "./Policy.ts"
import * as ArmedState from "./Plan/ArmedState.ts"
import * as GracefulShutdown from "./Dispatch/GracefulShutdown.ts"
import * as Telemetry from "./Telemetry.ts"
import * as Activity from "./Telemetry/Activity.ts"
import { Timer } from "./Timer.ts"

/**
 * Takes follow-ups that are due one step further: from planned to armed, from armed to their end. Errors of the service
 * become a change of the row; only an error of the database fails.
 */
export class Dispatch extends Context.Tag("@effect-invent/follow-up-scheduler/Dispatch")<
  Dispatch,
  {
    /** Takes a follow-up one step further. Does nothing where it has ended, or is planned and held. */
    readonly advance: (followUp: FollowUp) => Effect.Effect<void, SqlError>
    /** Handles a timer. Does nothing where the row has changed since the timer was set. */
    readonly wake: (key: FollowUpKey, revision: number) => Effect.Effect<void, SqlError>
    /**
     * Takes back what is armed and must not come, because an operator has paused or the contact has opted out or was
     * erased. Takes up what has been due for longer than `slack`, and decides about chats in which a follow-up ended
     * without a decision since. Gives the number of follow-ups that were taken up: what is held, has changed meanwhile
     * or gets no turn is left to the next sweep and does not count.
     */
    readonly sweep: (slack: Duration.Duration) => Effect.Effect<number, SqlError>
    /** As a sweep without slack, for a process that ends after it: each follow-up waits for its turn. */
    readonly pass: Effect.Effect<number, SqlError>
    /**
     * Waits for the last look at each armed follow-up before its instant, and takes back those whose contact has
     * written. For a process that ends after it and sets no timers.
     */
    readonly lastLooks: Effect.Effect<void, SqlError>
  }
>() {}

/**
 * How many planned follow-ups are begun at a time, at most. A service that takes two seconds to answer then leaves no
 * quota unused, and follow-ups are still armed in the order in which they are due.
 */
const atOnce = 12

const isSame = (decision: { readonly step: number; readonly anchor_id: string }, followUp: FollowUp): boolean =>
  decision.step === followUp.step && decision.anchor_id === followUp.anchor_id

/**
 * The reason of a planned step in whose place the decision names another one: the chat shows it as taken, the policy
 * leaves it out as late, or the anchor has changed.
 */
const reasonForAnother = (
  planned: FollowUp,
  decision: { readonly step: number; readonly anchor_id: string },
  episode: ReturnType<typeof Episode.of>
): "followed_up_already" | "late" | "superseded" => {
  if (decision.anchor_id !== planned.anchor_id || decision.step <= planned.step) return "superseded"
  const isTaken = typeof episode !== "string" && episode.unrecorded.length > 0 && episode.steps >= planned.step
  return isTaken ? "followed_up_already" : "late"
}

/** Builds the dispatcher from the services of the context. */
export const make = Effect.gen(function* () {
  const policies = yield* PolicyVersions
  const invent = yield* InventClient
  const reader = yield* ChatReader
  const ledger = yield* Ledger
  const chatReview = yield* ChatReview
  const timer = yield* Timer
  const erasure = yield* Erasure
  const outage = yield* CircuitBreaker
  const { ahead } = yield* ServerClock.ServerClock
  const finishing = yield* GracefulShutdown.finishing
  const stateUpdates = yield* StateUpdates.make
  const newestOf = NewestChat.make(invent)
  const transitions = Transitions.make(ledger, timer)
  const lastLook = LastRead.make()
  const turns = yield* Turns.make(atOnce)
  const context: ActionContext = {
    policies,
    invent,
    stateUpdates,
    reader,
    ledger,
    erasure,
    chatReview,
    timer,
    transitions,
    lastLook,
    turns
  }
  const look = StepRead.make(context)
  const movedOn = MovedOn.make(context)
  /** Whether a planned follow-up may be begun: the service answers, and the clocks agree. */
  const mayBegin = Effect.zipWith(outage.mayLook, ahead, (mayLook, ahead) => mayLook && !ServerClock.isOff(ahead))

  /** Whether the latest answer shows that the clocks differ. The row stays as it is, for the sweep after they agree. */
  const isHeldByClock = ({ key }: FollowUp) =>
    Effect.tap(Effect.map(ahead, ServerClock.isOff), (isOff) =>
      isOff
        ? Effect.flatMap(ahead, (off) =>
            Effect.logWarning(
              `follow-up ${key} is held: this machine's clock is ${ServerClock.describe(off)} the server's`
            )
          )
        : Effect.void
    )

  /** The action of a follow-up's step. A step that its version does not have is treated as `schedule_follow_up`. */
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

  /** Ends a planned follow-up that is not to be carried out now, and reviews its chat; or lets it wait. */
  const putOff = Effect.fn("Dispatch.putOff")(function* (
    planned: FollowUp,
    decision: Decide.Decision,
    { chat, policy, taken }: Decide.DecisionInput
  ) {
    if (decision._tag === "Stop" || decision._tag === "Skip") {
      yield* transitions.end(planned, "skipped", decision.reason)
    } else if (!isSame(decision, planned)) {
      yield* transitions.end(planned, "skipped", reasonForAnother(planned, decision, Episode.of(chat, taken, policy)))
    } else if (decision._tag === "Wait") {
      const change = { due_at: decision.until, variant: planned.variant }
      return yield* transitions.reschedule(planned, change, { name: "postponed", detail: { reason: decision.reason } })
    }
    yield* chatReview.review(chat)
  })

  const begin = Effect.fn("Dispatch.begin")(function* (planned: FollowUp, version: AnyPolicy, chat: ChatSnapshot) {
    if (yield* isHeldByClock(planned)) return
    const { isOpen, policy, variant } = yield* policies.assigned(version, chat, planned.variant)
    const row = new FollowUp({ ...planned, variant: variant ?? null }, true)
    const step = policy.steps[planned.step - 1]
    if (chat.isStateOld && !StepRead.isAsking(policy, planned)) return yield* transitions.endNotListed(planned)
    const earlier = SendMessage.earlier(step, planned, chat)
    if (step?.action === "send_message" && earlier !== undefined) {
      yield* SendMessage.make(context, policy, step).sent(row, chat, earlier)
      return
    }
    const [now, look] = [yield* DateTime.now, yield* lookOf(chat)]
    const [taken, first_in_force] = [yield* ledger.taken(planned.conversation_id), yield* policies.firstInForce(policy)]
    const question = { policy, chat, taken, now, first_in_force }
    const decision = isOpen ? FirstDue.decide(question, Variant.policiesOf(version)) : Decide.decide(question)
    if (decision._tag !== "Act" || !isSame(decision, planned)) return yield* putOff(planned, decision, question)
    const writes = isOpen || step === undefined || isWriting(step)
    if (writes) {
      const newest = yield* Effect.either(newestOf(planned.chat_id))
      if (newest._tag === "Left") return yield* transitions.onError(planned, newest.left, "skipped")
      if (newest.right !== planned.chat_id) return yield* movedOn(planned, "skipped", newest.right)
      // The chat may be known from before the clock was set. This answer is not.
      if (yield* isHeldByClock(planned)) return
    }
    // All groups have passed the same checks here, by the same fresh read.
    const enrolled = writes ? yield* ledger.enrol(version, chat, planned, variant) : undefined
    if (enrolled !== undefined && (yield* erasure.forget(chat))) return
    if (enrolled?.group === "holdout") {
      yield* transitions.end(planned, "skipped", "holdout")
      return yield* chatReview.review(chat)
    }
    // Of whatever variant the step was that is due first, from now on the contact's own one counts.
    const own = isOpen ? Decide.decide(question) : decision
    if (own._tag !== "Act" || !isSame(own, row)) return yield* putOff(row, own, question)
    yield* actionOf(policy, row).arm(row, look, own.at)
  })

  /** Takes back an armed follow-up whose chat no list shows. The answer to that update shows the state of the chat. */
  const takeBackUnlisted = Effect.fn("Dispatch.takeBackUnlisted")(function* (armed: FollowUp, policy: Policy) {
    if (!StepRead.isAsking(policy, armed))
      return yield* transitions.rescheduleIn(armed, Delay.afterFailure(Delay.mostFailures), {}, { name: "not_listed" })
    const takingBack = stateUpdates.update({ path: { chat_id: armed.chat_id }, payload: { follow_up_at: null } })
    const answered = yield* Effect.either(takingBack.pipe(ifStillOwned(context, armed, undefined)))
    if (answered._tag === "Left")
      return yield* transitions.onError(armed, answered.left, "unknown", ArmedState.withdrawableUntil(armed))
    yield* transitions.rescheduleIn(armed, Duration.zero, {}, { name: "not_listed" })
  })

  const carryOn = Effect.fn("Dispatch.advance")(function* (followUp: FollowUp) {
    if (followUp.status !== "planned" && followUp.status !== "armed") return
    // What was armed before a pause is still finished: taken back, or found sent.
    if (followUp.status === "planned" && (yield* ledger.held)(followUp.policy)) return
    yield* Effect.zipRight(Telemetry.takenUp(followUp), Activity.turned)
    const version = yield* policies.version(followUp.policy)
    const policy = Variant.policyOf(version, followUp.variant)
    const lane = followUp.status === "armed" ? "verify" : "send"
    const read = yield* Effect.either(RateLimit.withLane(lane)(outage.learn(look(followUp, version))))
    if (read._tag === "Left") {
      if (read.left._tag === "SqlError") return yield* read.left
      if (read.left._tag === "NotListed") {
        return yield* followUp.status === "planned"
          ? transitions.endNotListed(followUp)
          : takeBackUnlisted(followUp, policy)
      }
      yield* Effect.logWarning(`chat ${followUp.chat_id} could not be read`, read.left.message)
      yield* transitions.onError(
        followUp,
        read.left,
        followUp.status === "armed" ? "unknown" : "skipped",
        ArmedState.withdrawableUntil(followUp)
      )
      return
    }
    yield* followUp.status === "planned"
      ? begin(followUp, version, read.right)
      : actionOf(policy, followUp).check(followUp, read.right)
  })

  const advance: Dispatch["Type"]["advance"] = (followUp) => finishing(carryOn(followUp))

  return {
    advance,
    ...Sweep.make({ ledger, policies, chatReview, mayBegin, advance, turns })
  } satisfies Dispatch["Type"]
})

/** The dispatcher, as a layer. */
export const layer = Layer.effect(Dispatch, make)
