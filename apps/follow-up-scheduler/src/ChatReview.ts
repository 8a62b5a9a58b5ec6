/** Reads a chat, decides, and records what follows: a decision for every chat, a plan and a timer for some. */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import type { InventError, RepeatableError } from "@effect-invent/domain/InventError"
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
import * as Consent from "./Decide/Consent.ts"
import * as Episode from "./Decide/Episode.ts"
import * as FirstDue from "./Decide/FirstDue.ts"
import * as Variant from "./Decide/Variant.ts"
import { Erasure } from "./Privacy/Erasure.ts"
import type { NotListed } from "./ChatReader/NotListed.ts"
import { Ledger } from "./Ledger.ts"
import { CircuitBreaker } from "./ChatReader/CircuitBreaker.ts"
import * as Orgs from "./Policy/Orgs.ts"
import * as Plan from "./Plan.ts"
import type { FollowUp } from "./Plan/FollowUp.ts"
import type { Policy } from "./Policy.ts"
import { PolicyVersions, type VersionAndHistory } from "./Policies/PolicyVersions.ts"
import * as ArmedState from "./Plan/ArmedState.ts"
import * as ListedContacts from "./ChatReview/ListedContacts.ts"
import * as ReviewByRow from "./ChatReview/ReviewByRow.ts"
import * as WholeContact from "./ChatReview/WholeContact.ts"
import * as Telemetry from "./Telemetry.ts"
import { Timer } from "./Timer.ts"

/**
 * Reads a chat, decides, and records the decision together with the plan that follows from it, in one transaction.
 * Chats of erased contacts get no record.
 */
export class ChatReview extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReview")<
  ChatReview,
  {
    /**
     * Decides by the row of the chat where nothing can be due. Else reads the chat, and those of its contacts that were
     * decided by their row; then as {@link review}. Where it cannot be read, records that (`Failed`, or `Skip` with
     * `not_listed`), and fails with the error of the request.
     */
    readonly reviewById: (chat_id: ChatId) => Effect.Effect<Decide.Decision, RepeatableError | SqlError>
    /** Decides about a chat that was just read, and sets the timer of what is planned. */
    readonly review: (chat: ChatSnapshot) => Effect.Effect<Decide.Decision, SqlError>
    /**
     * Reviews the newer chat in which a conversation goes on. From now on, {@link reviewById} of the old one reviews
     * the newer one; this is kept in memory only.
     */
    readonly followToNewestChat: (chat_id: ChatId, newest: ChatId) => Effect.Effect<void, SqlError>
    /**
     * Lists the messages of the other chats of the same contacts that were decided by their row alone, and gives the
     * number of these chats: 0 where nothing was left to read. Fails with the error of a request.
     */
    readonly readContact: (chat: ChatSnapshot) => Effect.Effect<number, RepeatableError | SqlError>
    /** Has the armed follow-ups of these contacts looked at again at once, because they may have opted out. */
    readonly bringForwardOf: (contacts: ReadonlySet<ContactId>) => Effect.Effect<void, SqlError>
  }
>() {}

/** Builds the review from the services of the context. */
export const make = Effect.gen(function* () {
  const policies = yield* PolicyVersions
  const reader = yield* ChatReader
  const ledger = yield* Ledger
  const timer = yield* Timer
  const erasure = yield* Erasure
  const outage = yield* CircuitBreaker
  const orgs = yield* Orgs.Orgs
  const services = { erasure, ledger, orgs, outage, policies, reader }
  const byRow = ReviewByRow.make(services)
  const { readOthers, readWith } = yield* WholeContact.make(services)

  /** The plan that follows from a decision. It has a variant only where one is on record for the contact. */
  const next = (
    { isOpen, policy, variant }: VersionAndHistory,
    chat: ChatSnapshot,
    decision: Decide.Decision,
    now: DateTime.Utc
  ) => {
    const of = isOpen || variant === undefined ? {} : { variant }
    if (decision._tag === "Stop" || decision._tag === "Skip") return undefined
    if (decision._tag === "Wait" && decision.reason === "in_progress") return undefined
    const due = decision._tag === "Wait" ? decision.until : now
    const detail = {
      policy: policy.id,
      ...of,
      step: decision.step,
      anchor: decision.anchor_id,
      look_at: due,
      zones: Decide.zonesOf(policy, chat, now),
      country: chat.country
    }
    return { plan: Plan.make(policy, chat, { ...decision, ...of }, due), event: { name: "planned", detail } as const }
  }

  /** Whether this chat shows that the armed follow-up must not come, or that it needs another look. */
  const mustBeSeen = (armed: FollowUp, chat: ChatSnapshot, policy: Policy) => {
    if (armed.chat_id === chat.chat_id)
      return ["Invalidated", "Replaced"].includes(ArmedState.read(armed, chat, policy)._tag)
    // The conversation goes on in this chat, where somebody wrote in it since the follow-up was armed.
    const last = chat.messages.at(-1)
    const armed_at = (armed.follow_up_at?.epochMillis ?? 0) - Duration.toMillis(policy.arm_lead)
    return last !== undefined && last.at.epochMillis >= armed_at
  }

  /**
   * Makes armed follow-ups of the conversation due now that the chat shows as invalidated or replaced, so that they are
   * taken back before their regular check.
   */
  const bringForward = Effect.fn("ChatReview.bringForward")(function* (chat: ChatSnapshot, now: DateTime.Utc) {
    for (const armed of yield* ledger.armed(chat.conversation_id)) {
      const isToCome = armed.follow_up_at !== null && DateTime.lessThan(now, armed.follow_up_at)
      if (!isToCome) continue
      const policy = Variant.policyOf(yield* policies.version(armed.policy), armed.variant)
      if (!mustBeSeen(armed, chat, policy)) continue
      const changed = yield* ledger.advance(armed, { due_at: now }, { name: "brought_forward" })
      yield* Effect.forEach(Option.toArray(changed), timer.schedule, { discard: true })
    }
  })

  const review: ChatReview["Type"]["review"] = Effect.fn("ChatReview.review")(function* (seen) {
    // Recalled before `mark` records this contact: the chat may have belonged to another one, who was merged into them.
    yield* ledger.followMerge(seen)
    const marked = yield* erasure.mark(yield* ledger.recallSends(yield* ledger.recallConsent(seen)))
    // A follow-up that was under way when the contact was erased may have ended since.
    if (marked.isErased) return yield* Effect.as(erasure.forget(marked), ReviewByRow.erased)
    const chat = yield* ledger.rememberWhole(marked)
    const known = yield* policies.versionAndHistory(chat)
    const { first_in_force, group, isOpen, policy, taken, variant } = known
    const consent = Consent.latest(chat.consent, Consent.saidIn(chat.messages, policy))
    if (consent !== undefined) yield* ledger.rememberConsent(chat, consent)
    yield* ledger.rememberReply(Episode.attributeOwnMessages(chat, taken, policy), policy)
    const question = { chat, taken, now: yield* DateTime.now, first_in_force }
    const { now } = question
    const decision = isOpen
      ? FirstDue.decide({ ...question, group }, Variant.policiesOf(known.version))
      : Decide.decide({ ...question, policy, group })
    const latest = {
      chat_id: chat.chat_id,
      conversation_id: chat.conversation_id,
      org_id: chat.org_id,
      decision: decision._tag,
      reason: decision._tag === "Act" ? null : decision.reason,
      until: decision._tag === "Wait" ? decision.until : null
    }
    yield* bringForward(chat, now)
    const planned = yield* ledger.decided(latest, next(known, chat, decision, now))
    if (yield* erasure.forget(chat)) return ReviewByRow.erased
    yield* Telemetry.decided(latest.decision, latest.reason, {
      policy: policy.id,
      variant: isOpen ? undefined : variant,
      org: Orgs.areSeveral(orgs) ? chat.org_id : undefined
    })
    yield* Effect.forEach(Option.toArray(planned), timer.schedule, { discard: true })
    return decision
  })

  const isOfService = (error: InventError | NotListed | SqlError): error is InventError =>
    error._tag !== "NotListed" && error._tag !== "SqlError"

  const failed = (chat_id: ChatId, error: InventError) =>
    ledger.decided({
      chat_id,
      conversation_id: chat_id,
      decision: "Failed",
      reason: error._tag === "NotFound" ? "chat_gone" : "unreachable",
      until: null
    })

  const notListed = (chat_id: ChatId) =>
    Effect.as(
      ledger.decided({ chat_id, conversation_id: chat_id, decision: "Skip", reason: "not_listed", until: null }),
      Decide.Decision.Skip({ reason: "not_listed" })
    )

  /** The newer chat of each chat whose conversation goes on elsewhere, as far as this process has found it. */
  const newer = new Map<ChatId, ChatId>()

  const reviewById: ChatReview["Type"]["reviewById"] = (named) => {
    const chat_id = newer.get(named) ?? named
    const whole = readWith(chat_id, outage.learn(reader.read(chat_id))).pipe(
      Effect.tap(readOthers),
      Effect.tapError((error) => (isOfService(error) ? failed(chat_id, error) : Effect.void)),
      Effect.flatMap(review),
      Effect.catchTag("NotListed", () => notListed(chat_id))
    )
    const read = byRow(chat_id).pipe(
      // A decision by a row in memory does not show that the service answers.
      Effect.catchAllCause((cause) => outage.learn(Effect.failCause(cause))),
      Effect.tapError((error) => (isOfService(error) ? failed(chat_id, error) : Effect.void)),
      Effect.flatMap(Option.match({ onNone: () => whole, onSome: Effect.succeed }))
    )
    return Effect.flatMap(erasure.among([chat_id]), ({ size }) =>
      size > 0 ? Effect.succeed(ReviewByRow.erased) : ledger.reviewing(named, read)
    )
  }

  return {
    review,
    reviewById,
    readContact: readOthers,
    bringForwardOf: ListedContacts.bringForward(ledger, timer),
    followToNewestChat: (chat_id, newest) => {
      newer.set(chat_id, newest)
      return Effect.catchIf(
        reviewById(newest),
        (error) => error._tag !== "SqlError",
        (error) => Effect.logWarning(`chat ${newest}, in which ${chat_id} goes on, could not be read: ${error.message}`)
      )
    }
  } satisfies ChatReview["Type"]
})

/** The review, as a layer. */
export const layer = Layer.scoped(ChatReview, make)
