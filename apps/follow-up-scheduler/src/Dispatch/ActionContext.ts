/** What an action is carried out with. */
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

export interface ActionContext {
  readonly policies: PolicyVersions["Type"]
  readonly invent: InventClient["Type"]
  readonly stateUpdates: StateUpdates
  readonly reader: ChatReader["Type"]
  readonly ledger: Ledger["Type"]
  readonly erasure: Erasure["Type"]
  readonly observe: ChatReview["Type"]
  readonly timer: Timer["Type"]
  readonly transitions: ReturnType<typeof Transitions.make>
  readonly lastLook: ReturnType<typeof LastRead.make>
}

/** How often the result of a request is looked for before its absence is believed. */
export const maxLooks = 3
/** How often a request is made again when an earlier one seems never to have been applied. */
export const maxArms = 3

/**
 * A look at the chat is good for so long: what has not left by then, because it waited for its turn or has to be repeated,
 * waits for another look.
 */
export const snapshotMaxAge = ({ arm_lead }: Policy) => Duration.millis(Math.ceil(Duration.toMillis(arm_lead) / 3))

/** What the ledger says after longer than this may be from before the process was frozen: it is asked again. */
const isPrompt = ([took]: readonly [Duration.Duration, boolean]) => Duration.lessThan(took, "2 seconds")

/** A chat that was read for a request, and when that was. */
export interface Look {
  readonly chat: ChatSnapshot
  readonly at: MonotonicClock.Moment
}

/** A request that begins something: until when it may leave, and how old the look may be that it rests on. */
export interface Beginning {
  readonly until?: DateTime.Utc
  readonly look: Look
  readonly freshFor: Duration.Duration
}

/** Whether a request may still leave: before its instant, and while the look is fresh. */
const isInTime = ({ freshFor, look, until }: Beginning) =>
  Effect.map(MonotonicClock.moment, (now) =>
    (until === undefined || now.wall < until.epochMillis) && MonotonicClock.age(look.at, now) < Duration.toMillis(freshFor)
  )

/**
 * A request for a row that asks the ledger last of all before it leaves: one whose row was taken by another meanwhile, or
 * that comes too late to be what the row says, or while its policy's
 * version is held, or to a contact who was erased meanwhile, is held back.
 * Without a `beginning` it takes something back, and only the row's owner counts. What is begun goes before what begins.
 */
export const ifStillOwned =
  ({ erasure, ledger }: ActionContext, followUp: FollowUp, beginning: Beginning | undefined, onLeave: Effect.Effect<void> = Effect.void) =>
  <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const isHeld = Effect.gen(function* () {
      if (beginning === undefined) return false
      yield* Effect.flatMap(Ownership.Ownership, ({ check }) => check)
      const { chat } = beginning.look
      if ((yield* ledger.held)(followUp.policy) || (yield* erasure.check(chat)).isErased) return true
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
      return mayLeave && (beginning === undefined || (yield* isInTime(beginning)))
    })
    return request.pipe(
      RateLimit.withLane("verify"),
      SendGuard.withGuard(Effect.tap(isWanted, (yes) => (yes ? onLeave : Effect.void))),
      Effect.ensuring(CrashPoint.reach("after request"))
    )
  }

/**
 * The chat that was read, with our own messages under our own name, whether its contact was erased, and when its last message
 * was first whole.
 */
export const readAttributed = (
  { erasure, ledger }: Pick<ActionContext, "erasure" | "ledger">,
  policy: Policy,
  { conversation_id }: FollowUp,
  chat: ChatSnapshot
) =>
  Effect.zipWith(
    erasure.check(chat).pipe(
      Effect.flatMap(ledger.recallConsent),
      Effect.flatMap(ledger.recallSends),
      Effect.flatMap(ledger.recallWhole)
    ),
    ledger.taken(conversation_id),
    (known, taken) => Episode.attributeOwnMessages(known, taken, policy)
  )
