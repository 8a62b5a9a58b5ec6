/** What all actions of a step use: services, limits, and the check that each request passes right before it is sent. */
import * as SendGuard from "@effect-invent/client/SendGuard"
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChatReader } from "../ChatReader.ts"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as CrashPoint from "../Ledger/CrashPoint.ts"
import * as Episode from "../Decide/Episode.ts"
import type { Erasure } from "../Privacy/Erasure.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Ledger } from "../Ledger.ts"
import * as Ownership from "../Ledger/Database/Ownership.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import type { ChatReview } from "../ChatReview.ts"
import type { PolicyVersions } from "../Policies/PolicyVersions.ts"
import type { Policy } from "../Policy.ts"
import type { Timer } from "../Timer.ts"
import type * as LastRead from "./LastRead.ts"
import type { StateUpdates } from "./StateUpdates.ts"
import type * as Transitions from "./Transitions.ts"
import type { Turns } from "./Turns.ts"

/** The services that an action uses. One for all actions of a dispatcher. */
export interface ActionContext {
  readonly policies: PolicyVersions["Type"]
  readonly invent: InventClient["Type"]
  readonly stateUpdates: StateUpdates
  readonly reader: ChatReader["Type"]
  readonly ledger: Ledger["Type"]
  readonly erasure: Erasure["Type"]
  readonly chatReview: ChatReview["Type"]
  readonly timer: Timer["Type"]
  readonly transitions: ReturnType<typeof Transitions.make>
  readonly lastLook: ReturnType<typeof LastRead.make>
  readonly turns: Turns
}

/** How often the result of a request is looked for before it counts as absent. */
export const maxConfirmChecks = 3
/** How often a follow-up is armed in all, where earlier requests seem never to have been applied. */
export const maxAttempts = 3

/**
 * Maximum age of a chat snapshot that a request may act on: a third of `arm_lead`. A request that was not sent by then
 * is held back, and the chat is read again (decision 0011).
 */
export const snapshotMaxAge = ({ arm_lead }: Policy) => Duration.millis(Math.ceil(Duration.toMillis(arm_lead) / 3))

/**
 * Whether the ledger answered within 2 seconds. A later answer may be from before the process was frozen: the ledger is
 * asked again.
 */
const isPrompt = ([took]: readonly [Duration.Duration, boolean]) => Duration.lessThan(took, "2 seconds")

/** A snapshot that a request acts on, and when its messages were requested and received. */
export interface Look {
  readonly chat: ChatSnapshot
  readonly asked_at: MonotonicClock.Moment
  readonly answered_at: MonotonicClock.Moment
}

/** The look that this snapshot is; as of now, where it has no time at which its messages were listed. */
export const lookOf = (chat: ChatSnapshot): Effect.Effect<Look> =>
  Effect.map(MonotonicClock.moment, (now) => ({ chat, ...(chat.listed ?? { asked_at: now, answered_at: now }) }))

/**
 * The limits of a request that begins something: the instant before which it must be sent, and the maximum age of its
 * snapshot.
 */
export interface Beginning {
  readonly until?: DateTime.Utc
  readonly look: Look
  readonly freshFor: Duration.Duration
}

/**
 * Whether a request may still be sent: before `until`, and while the snapshot is fresh enough. The age counts from the
 * answer. Counted from the request it may be twice as much: what came meanwhile may be missing from the answer, and a
 * service that takes seconds to answer is still followed up on.
 */
const isInTime = ({ freshFor, look, until }: Beginning) =>
  Effect.map(
    MonotonicClock.moment,
    (now) =>
      (until === undefined || now.wall < until.epochMillis) &&
      MonotonicClock.age(look.answered_at, now) < Duration.toMillis(freshFor) &&
      MonotonicClock.age(look.asked_at, now) < 2 * Duration.toMillis(freshFor)
  )

/**
 * Checks a request last of all before it is sent, after it has waited for its permit. It is held back where
 * - another process has changed the row since it was read, or the ledger does not answer promptly;
 * - with a `beginning`: the policy's version is held, the contact was erased or has opted out, the messages of another
 *   of their chats have to be listed first, or the request is too late.
 *
 * Without a `beginning` the request takes something back, and only the row's owner counts. `onLeave` runs when the
 * request may be sent. The request has the lane `verify`, which goes before what begins.
 */
export const ifStillOwned =
  (
    { erasure, ledger, turns }: ActionContext,
    followUp: FollowUp,
    beginning: Beginning | undefined,
    onLeave: Effect.Effect<void> = Effect.void
  ) =>
  <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const isHeld = Effect.gen(function* () {
      if (beginning === undefined) return false
      yield* Effect.flatMap(Ownership.Ownership, ({ check }) => check)
      yield* ledger.isUsable
      const { chat } = beginning.look
      if ((yield* ledger.heldOnceArmed)(followUp.policy) || (yield* erasure.check(chat)).isErased) return true
      if ((yield* ledger.notReadWhole(chat)).length > 0) return true
      return (yield* ledger.recallConsent(chat)).consent?.isWithdrawn === true
    })
    const isOurs = Effect.zipWith(ledger.isCurrent(followUp), isHeld, (isCurrent, isHeld) => isCurrent && !isHeld).pipe(
      Effect.timed,
      Effect.repeat({ until: isPrompt, times: 2 }),
      Effect.map((answer) => isPrompt(answer) && answer[1])
    )
    const isWanted = Effect.gen(function* () {
      const mayLeave = yield* Effect.orElseSucceed(isOurs, () => false)
      yield* CrashPoint.reach("before request")
      if (!mayLeave || beginning === undefined) return mayLeave
      return yield* Effect.tap(isInTime(beginning), turns.learn)
    })
    return request.pipe(
      RateLimit.withLane("verify"),
      SendGuard.withGuard(Effect.tap(isWanted, (yes) => (yes ? onLeave : Effect.void))),
      Effect.ensuring(CrashPoint.reach("after request"))
    )
  }

/**
 * Adds to a snapshot what is on record: whether the contact was erased, consent, sends in other conversations, and when
 * the last message was first whole. Marks our own messages as the assistant's.
 */
export const readAttributed = (
  { erasure, ledger }: Pick<ActionContext, "erasure" | "ledger">,
  policy: Policy,
  { conversation_id }: FollowUp,
  chat: ChatSnapshot
) =>
  Effect.zipWith(
    erasure
      .check(chat)
      .pipe(
        Effect.flatMap(ledger.recallConsent),
        Effect.flatMap(ledger.recallSends),
        Effect.flatMap(ledger.recallWhole)
      ),
    ledger.taken(conversation_id),
    (known, taken) => Episode.attributeOwnMessages(known, taken, policy)
  )
