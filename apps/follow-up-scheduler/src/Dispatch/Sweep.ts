/**
 * Takes up what is due: by a timer, or by a sweep that searches the ledger for it. An armed follow-up is taken further
 * at once. Planned ones are begun a few at a time, in the order in which they are due.
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChatReview } from "../ChatReview.ts"
import type { Ledger } from "../Ledger.ts"
import type { FollowUpKey } from "../Plan.ts"
import * as ArmedState from "../Plan/ArmedState.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { PolicyVersions } from "../Policies/PolicyVersions.ts"
import * as Delay from "./Delay.ts"
import * as CountText from "../Policy/CountText.ts"
import type * as Turns from "./Turns.ts"

const sweepConcurrency = 4

/** What taking up needs of the dispatcher. */
export interface Parts {
  readonly ledger: Ledger["Type"]
  readonly policies: PolicyVersions["Type"]
  readonly chatReview: ChatReview["Type"]
  /** Whether a planned follow-up may be begun: the service answers, and the clocks agree. */
  readonly mayBegin: Effect.Effect<boolean, SqlError>
  /** Takes a follow-up one step further. */
  readonly advance: (followUp: FollowUp) => Effect.Effect<void, SqlError>
  readonly turns: Turns.Turns
}

/** Runs this in a turn; none where it gets no turn. */
type Turn = Turns.Turns["ifFree"]

/** Whether the row waits for a look at its chat before its instant. */
const waitsForLook = ({ due_at, follow_up_at, status }: FollowUp) =>
  status === "armed" && follow_up_at !== null && DateTime.lessThan(due_at, follow_up_at)

/** Builds `wake`, `sweep`, `pass` and `lastLooks` of the dispatcher. */
export const make = ({ chatReview, ledger, mayBegin, policies, turns, ...parts }: Parts) => {
  /** The follow-ups that this process takes further right now. */
  const underWay = new Set<FollowUpKey>()
  const advance: Parts["advance"] = (followUp) =>
    Effect.suspend(() => {
      underWay.add(followUp.key)
      return parts.advance(followUp)
    }).pipe(Effect.ensuring(Effect.sync(() => underWay.delete(followUp.key))))

  /** Rows that wait for longer than they may, because the clock was fast when they were written. */
  const heldTooLong = (now: DateTime.Utc) =>
    Effect.flatMap(ledger.waitingAgain(DateTime.addDuration(now, Delay.skew)), (rows) =>
      Effect.filter(rows, (row) =>
        Effect.map(policies.version(row.policy), (policy) => Delay.isTooLong(row, policy, now))
      )
    )

  /**
   * Decides about a chat whose follow-up ended in a process that then ended, too. A chat that cannot be read is left to
   * the watch.
   */
  const catchUp = (chat_id: ChatId) =>
    Effect.catchIf(
      chatReview.reviewById(chat_id),
      (error) => error._tag !== "SqlError",
      (error) => Effect.logWarning(`chat ${chat_id} could not be read`, error.message)
    )

  /**
   * An armed follow-up is taken further at once. A planned one waits for its turn, and is left alone where its row
   * has changed when the turn comes.
   */
  const inTurn = (followUp: FollowUp) => {
    if (followUp.status !== "planned") return advance(followUp)
    const isWanted = Effect.flatMap(ledger.isCurrent(followUp), (yes) => (yes ? mayBegin : Effect.succeed(false)))
    return turns.inTurn(Effect.whenEffect(advance(followUp), isWanted))
  }

  /**
   * Marks a row as taken up, which makes its timer stale, and takes it further. A planned one is left to the next sweep
   * where it gets no turn. Gives whether it was taken up.
   */
  const takeUp = (followUp: FollowUp, now: DateTime.Utc, turn: Turn) => {
    const due = DateTime.greaterThan(followUp.due_at, now) ? { due_at: now } : {}
    const taking = Effect.flatMap(
      ledger.advance(followUp, due, { name: "resumed_by_sweep", detail: { was_due: followUp.due_at } }),
      Option.match({ onNone: () => Effect.succeed(false), onSome: (taken) => Effect.as(advance(taken), true) })
    )
    if (followUp.status !== "planned") return taking
    const inTurn = turn(Effect.whenEffect(taking, mayBegin))
    return Effect.map(inTurn, (taken) => Option.getOrElse(Option.flatten(taken), () => false))
  }

  /** Looks at a follow-up at once that must not come, so that it is taken back. */
  const bringForward = (followUp: FollowUp, now: DateTime.Utc) =>
    Effect.flatMap(
      ledger.advance(followUp, { due_at: now }, { name: "brought_forward" }),
      Option.match({ onNone: () => Effect.void, onSome: advance })
    )

  const sweep = Effect.fn("Dispatch.sweep")(function* (slack: Duration.Duration, turn: Turn) {
    const now = yield* DateTime.now
    const overdue = [...(yield* ledger.overdue(DateTime.subtractDuration(now, slack))), ...(yield* heldTooLong(now))]
    const unwanted = yield* ledger.toTakeBack(DateTime.add(now, { millis: ArmedState.earlyMillis }))
    yield* Effect.forEach(
      unwanted.filter(({ due_at, key }) => !underWay.has(key) && DateTime.greaterThan(due_at, now)),
      (row) => bringForward(row, now),
      { concurrency: sweepConcurrency, discard: true }
    )
    const isPaused = Option.isSome(yield* ledger.paused)
    const isHeld = yield* ledger.held
    // One that waits for the quota is overdue, too. Taken up again, it would have to begin anew.
    const left = overdue.filter(({ key }) => !underWay.has(key))
    const wanted = left.filter(({ policy, status }) => status === "armed" || !isHeld(policy))
    const taken = yield* Effect.filter(wanted, (row) => takeUp(row, now, turn), { concurrency: sweepConcurrency })
    yield* Effect.forEach(isPaused ? [] : yield* ledger.unobserved, catchUp, {
      concurrency: sweepConcurrency,
      discard: true
    })
    return taken.length
  })

  const wake = (key: FollowUpKey, revision: number) =>
    Effect.flatMap(
      ledger.find(key),
      Option.match({
        onNone: () => Effect.void,
        onSome: (followUp) => (followUp.revision === revision ? inTurn(followUp) : Effect.void)
      })
    )

  /** Looks at the chat when it is due. A look that failed is followed by another, as long as that comes in time. */
  const lookInTime = ({ due_at, key, revision }: FollowUp): Effect.Effect<void, SqlError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      yield* Effect.sleep(Duration.millis(Math.max(0, due_at.epochMillis - now.epochMillis)))
      yield* wake(key, revision)
      const row = yield* ledger.find(key)
      const again = Option.filter(row, (changed) => changed.revision !== revision && waitsForLook(changed))
      yield* Effect.forEach(Option.toArray(again), lookInTime, { discard: true })
    })

  const lastLooks = Effect.gen(function* () {
    const armed = yield* ledger.armedAfter(yield* DateTime.now)
    const waiting = armed.map(({ followUp }) => followUp).filter(waitsForLook)
    const last = waiting.reduce((latest, { due_at }) => Math.max(latest, due_at.epochMillis), 0)
    if (waiting.length > 0)
      yield* Effect.logInfo(
        `waits until ${DateTime.formatIso(DateTime.unsafeMake(last))} for the last look at ` +
          `${CountText.count(waiting.length, "follow-up")} before the assistant writes`
      )
    yield* Effect.forEach(waiting, lookInTime, { concurrency: "unbounded", discard: true })
  })

  return {
    wake,
    lastLooks,
    sweep: (slack: Duration.Duration) => sweep(slack, turns.ifFree),
    pass: sweep(Duration.zero, (self) => Effect.asSome(turns.inTurn(self)))
  }
}
