/**
 * Which contacts of an organization must not be written to. No page prints `unsubscribed` on a contact inside a chat,
 * so it is read from the contact list by its documented filters, and for a single contact from its activities.
 *
 * Cost. The three lists of an organization take a request for every hundred contacts on them. While follow-ups fall
 * due or chats are looked at, they are read again every 90 seconds, or so seldom that each process spends 3 % of the
 * documented quota on them at most (`ReadingShare.optOuts`). That of the blocked comes every fifth time only, as long
 * as the chats themselves show that their contacts are not blocked. No chat is judged by a list of the unsubscribed
 * that is older than two minutes: each contact is then looked up, for two requests. That is so with more than about
 * 3,000 contacts on all lists together, and while a list cannot be read. A contact on a list of the unsubscribed that
 * is older than the read of the chat may have resubscribed since: one or two more requests find that out. A list that
 * names a contact of whom the chat shows the opposite is read again, where its reading is older than that of the chat.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import type { ContactId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import { isUndecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { ContactsShown, OptOut } from "../Decide/OptOut.ts"
import type { Reason } from "../Decide/Reason.ts"
import { skew } from "../Decide/UnaskedMessages.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as ContactList from "./OptOuts/ContactList.ts"

/** The reasons that one of the lists gives. */
export const listedReasons = ["unsubscribed", "blocked", "contact_ai_disabled"] as const satisfies ReadonlyArray<Reason>
/** One of {@link listedReasons}. */
export type ListedReason = (typeof listedReasons)[number]

const { limit, window } = RateLimit.defaults

/** How often the lists are read. Only the demo, where time is compressed, uses other values than the default. */
export class OptOutPace extends Context.Reference<OptOutPace>()("@effect-invent/follow-up-scheduler/OptOutPace", {
  defaultValue: (): ContactList.Pace => ({ every: Duration.seconds(90), maxAge: Duration.minutes(2), limit, window })
}) {}

/** Readings that wait for who reacts to them. An older one is dropped: the list is read again. */
const mostReadings = 100

/**
 * Whether contacts unsubscribed, are blocked, or have the assistant switched off. Three contact lists are read in the
 * background and kept in memory.
 */
export class OptOuts extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader/OptOuts")<
  OptOuts,
  {
    /**
     * What holds for any of these contacts of an organization. Requests what is unknown or too old. Where it fails, it
     * is not known whether the contacts may be written to, and nothing may be sent; so it does where several
     * organizations are named, and none is given. A list that says otherwise than the chat shows is read again, unless
     * its reading began after this call.
     */
    readonly of: (
      contact_ids: ReadonlyArray<ContactId>,
      org?: Orgs.Org,
      shown?: ContactsShown
    ) => Effect.Effect<OptOut, RepeatableError>
    /**
     * The contacts of an organization whom this reason keeps from follow-ups, by a list that is two minutes old at
     * most: it is read where none is in memory. Fails where it cannot be read.
     */
    readonly listed: (reason: ListedReason, org: Orgs.Org) => Effect.Effect<ReadonlySet<ContactId>, RepeatableError>
    /** The contacts on a list, each time that one was read whole. */
    readonly readings: Stream.Stream<ReadonlySet<ContactId>>
    /**
     * Reads the lists again and again while `isWanted` is true, so that reads of chats do not wait for them. Never
     * ends.
     */
    readonly keepCurrent: <R>(isWanted: Effect.Effect<boolean, never, R>) => Effect.Effect<never, never, R>
  }
>() {}

/** Every how many pauses the list of the blocked is read, while the chats themselves show who is not. */
const pausesWhereShown = 5

type Moment = Pick<ContactActivity, "created_at"> | undefined

/** What is read of one organization, and its lists. */
const makeOf = (around: ContactList.Around) => {
  const { invent, org, pace } = around
  const unsubscribed = ContactList.make("UNSUBSCRIBED", around)
  const blocked = ContactList.make("BLOCKED", around)
  const withoutAi = ContactList.make("AI_REPLIES_DISABLED", around)
  const lists = [unsubscribed, blocked, withoutAi]
  const beginAll = ({ areUnblocked }: Pick<ContactsShown, "areUnblocked">) =>
    Effect.all([unsubscribed.begin(1), blocked.begin(areUnblocked ? pausesWhereShown : 1), withoutAi.begin(1)], {
      discard: true
    })

  /** The latest entry of this kind among a contact's activities, which the service lists from the newest. */
  const latestOf = (contact_id: ContactId, type: "contact_unsubscribed" | "contact_resubscribed") =>
    invent.contacts.listActivities({ path: { ...Orgs.pathOf(org), contact_id }, urlParams: { type, take: 1 } }).pipe(
      Effect.flatMap(([entry]): Effect.Effect<Moment, RepeatableError> => {
        if (entry === undefined) return Effect.succeed(undefined)
        return isUndecodable(entry) || entry.type !== type
          ? Effect.fail(ContactList.unreadable("contacts.listActivities", `the first entry is not a ${type}`))
          : Effect.succeed(entry)
      }),
      // The contact may have been merged into another: a 404 here does not mean that the chat is gone.
      Effect.catchTag("NotFound", () =>
        Effect.fail(ContactList.unreadable("contacts.listActivities", "the contact is not known"))
      )
    )

  /**
   * Whether a contact has unsubscribed, by their activities: two requests. Where these do not show which came last, the
   * contact has.
   */
  const lookUp = (contact_id: ContactId) =>
    Effect.gen(function* () {
      const left = yield* latestOf(contact_id, "contact_unsubscribed")
      if (left === undefined) return false
      const back = yield* latestOf(contact_id, "contact_resubscribed")
      if (!left.created_at || !back?.created_at) return true
      return DateTime.greaterThanOrEqualTo(left.created_at, back.created_at)
      // The snapshot that waits for it gets older.
    }).pipe(RateLimit.withLane("verify"))

  /**
   * Whether a contact on the list has resubscribed since it was read. False where that cannot be read, so that the list
   * counts: a contact can be on it without any activity that shows it.
   */
  const hasReturnedSince = (contact_id: ContactId, listed_at: number) =>
    Effect.gen(function* () {
      const back = yield* latestOf(contact_id, "contact_resubscribed")
      if (!back?.created_at || back.created_at.epochMillis < listed_at - Duration.toMillis(skew)) return false
      const left = yield* latestOf(contact_id, "contact_unsubscribed")
      return Boolean(left?.created_at && DateTime.lessThan(left.created_at, back.created_at))
    }).pipe(Effect.orElseSucceed(() => false))

  const isFresh = (listed: ContactList.Listed | undefined, now: MonotonicClock.Moment): listed is ContactList.Listed =>
    listed !== undefined && MonotonicClock.age(listed.at, now) <= Duration.toMillis(pace.maxAge)

  /** The latest reading of a list. Where it is older than `maxAge`, waits for the reading under way. */
  const current = Effect.fnUntraced(function* ({ latest, settled }: ContactList.ContactList) {
    if (!isFresh(latest(), yield* MonotonicClock.moment)) yield* settled
    return latest()
  })

  const hasUnsubscribed = Effect.fnUntraced(function* (contact_ids: ReadonlyArray<ContactId>) {
    const now = yield* MonotonicClock.moment
    const listed = yield* current(unsubscribed)
    if (!isFresh(listed, now)) return yield* Effect.exists(contact_ids, lookUp)
    const named = contact_ids.filter((id) => listed.ids.has(id))
    return MonotonicClock.age(listed.at, now) > 0
      ? yield* Effect.exists(named, (id) => Effect.negate(hasReturnedSince(id, listed.at.wall)))
      : named.length > 0
  })

  /**
   * Whether one of the contacts is on the list as it was read last. One who left it since is still on that reading:
   * where the chat shows that none of them belongs there, the list is read once more.
   */
  const isOn = Effect.fnUntraced(function* (
    { latest, readAgain }: ContactList.ContactList,
    contact_ids: ReadonlyArray<ContactId>,
    areShownOff: boolean,
    now: MonotonicClock.Moment
  ) {
    const isNamed = () => contact_ids.some((id) => latest()?.ids.has(id) === true)
    const listed = latest()
    if (areShownOff && isNamed() && listed !== undefined && MonotonicClock.age(listed.at, now) > 0) yield* readAgain
    return isNamed()
  })

  /**
   * Whether the assistant is switched off for one of the contacts. No activity shows this, so it fails as long as no
   * list was read.
   */
  const areWithoutAi = Effect.fnUntraced(function* (
    contact_ids: ReadonlyArray<ContactId>,
    { areWithAi }: ContactsShown,
    now: MonotonicClock.Moment
  ) {
    if ((yield* current(withoutAi)) === undefined) yield* withoutAi.whole
    if (withoutAi.latest() === undefined)
      return yield* withoutAi.failure() ?? ContactList.unreadable("contacts.list", "it was not read")
    return yield* isOn(withoutAi, contact_ids, areWithAi, now)
  })

  const of = Effect.fn("OptOuts.of")(function* (contact_ids: ReadonlyArray<ContactId>, shown: ContactsShown) {
    const now = yield* MonotonicClock.moment
    yield* beginAll(shown)
    const isUnsubscribed = yield* hasUnsubscribed(contact_ids)
    // The chat shows who is blocked, too, so one who is missing on an old list is no danger.
    if (!shown.areUnblocked) yield* current(blocked)
    return {
      isUnsubscribed,
      isBlocked: yield* isOn(blocked, contact_ids, shown.areUnblocked, now),
      isWithoutAi: yield* areWithoutAi(contact_ids, shown, now)
    }
  })

  const byReason = { unsubscribed, blocked, contact_ai_disabled: withoutAi }

  const listed = Effect.fnUntraced(function* (reason: ListedReason) {
    const { begin, failure, latest, whole } = byReason[reason]
    if (!isFresh(latest(), yield* MonotonicClock.moment)) yield* Effect.zipRight(begin(0), whole)
    const found = latest()
    if (isFresh(found, yield* MonotonicClock.moment)) return found.ids
    return yield* failure() ?? ContactList.unreadable("contacts.list", "it was not read")
  })

  return { org, lists, beginAll, of, listed }
}

const nothingShown: ContactsShown = { areUnblocked: false, areWithAi: false }

/** Builds the service. The lists are read by fibers of the surrounding scope; nothing is read before the first call. */
export const make = Effect.gen(function* () {
  const invent = yield* InventClient
  const orgs = yield* Orgs.Orgs
  const scope = yield* Effect.scope
  const pace = yield* OptOutPace
  /** The time between two readings, so that all lists together take `ReadingShare.optOuts` of the quota at most. */
  const pause = (): Duration.Duration =>
    Duration.max(
      pace.every,
      ContactList.timeOf(
        lists.reduce((sum, { pages }) => sum + pages(), 0),
        pace
      )
    )
  const readings = yield* PubSub.sliding<ReadonlySet<ContactId>>(mostReadings)
  const onRead = (ids: ReadonlySet<ContactId>) => PubSub.publish(readings, ids)
  const each = Orgs.listed(orgs).map((org) => makeOf({ invent, onRead, org, scope, pace, pause }))
  const lists = each.flatMap((one) => one.lists)
  const beginAll = Effect.forEach(each, (one) => one.beginAll({ areUnblocked: true }), { discard: true })
  const [only] = each.length === 1 ? each : []

  const within = <A>(org: Orgs.Org, use: (own: (typeof each)[number]) => Effect.Effect<A, RepeatableError>) => {
    const own = only ?? each.find((one) => one.org === org)
    return own === undefined
      ? Effect.fail(ContactList.unreadable("contacts.list", "the organization of the contact is not known"))
      : Effect.mapError(use(own), Orgs.ofOne(orgs, own.org))
  }

  return {
    of: (contact_ids, org, shown = nothingShown) =>
      contact_ids.length === 0
        ? Effect.succeed({ isUnsubscribed: false, isBlocked: false, isWithoutAi: false })
        : within(org, (own) => own.of(contact_ids, shown)),
    readings: Stream.fromPubSub(readings),
    listed: (reason, org) => within(org, (own) => own.listed(reason)),
    keepCurrent: (isWanted) =>
      Effect.zipRight(
        beginAll,
        Effect.forEach(lists, ({ whole }) => whole, { discard: true })
      ).pipe(Effect.whenEffect(isWanted), Effect.zipRight(Effect.suspend(() => Effect.sleep(pause()))), Effect.forever)
  } satisfies OptOuts["Type"]
})

/** Reads the lists for as long as the layer lives. */
export const layer = Layer.scoped(OptOuts, make)
