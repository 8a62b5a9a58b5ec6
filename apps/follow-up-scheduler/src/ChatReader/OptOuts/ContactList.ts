/**
 * One list of contacts that must not be written to: the ids of its last whole reading, and the reading under way. It is
 * read in the background, a request for every hundred contacts.
 */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Contact } from "@effect-invent/domain/Contact"
import { ContactId } from "@effect-invent/domain/Ids"
import { type RepeatableError, UnexpectedResponse } from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as MonotonicClock from "../../MonotonicClock.ts"
import * as Orgs from "../../Policy/Orgs.ts"
import * as ReadingShare from "../../Watch/ReadingShare.ts"

/** How often lists are read, and by which quota. */
export interface Pace {
  /** Minimum time between two readings of a list. */
  readonly every: Duration.Duration
  /** Maximum age of a list of the unsubscribed that a chat is judged by. */
  readonly maxAge: Duration.Duration
  /** The quota: this many requests per window. */
  readonly limit: number
  readonly window: Duration.Duration
}

/** Pages of a list that are read at once. After them, each page waits for its share of the quota. */
const pagesAtOnce = 10

/** For how long this many requests use up the share of these lists. */
export const timeOf = (requests: number, { limit, window }: Pace): Duration.Duration =>
  Duration.times(window, requests / limit / ReadingShare.optOuts)

/** An answer of this endpoint that does not tell whether somebody may be written to. */
export const unreadable = (endpoint: string, issue: string) =>
  new UnexpectedResponse({ endpoint, attempts: 1, status: 200, excerpt: "", issue })

/** The id of an entry; of one that cannot be decoded, the id alone. Fails where there is no id. */
const idOf = (entry: Contact | Undecodable): Effect.Effect<ContactId, RepeatableError> => {
  if (!isUndecodable(entry)) return Effect.succeed(entry.id)
  const { raw } = entry
  return Predicate.hasProperty(raw, "id") && Predicate.isString(raw.id)
    ? Effect.succeed(ContactId.make(raw.id))
    : Effect.fail(unreadable("contacts.list", "an entry has no id"))
}

/**
 * The filters of the contact list, and whether an entry contradicts its filter. An entry without the field belongs to
 * the list.
 */
const contradicts = {
  UNSUBSCRIBED: (contact: Contact) => contact.unsubscribed === false,
  BLOCKED: (contact: Contact) => contact.blocked === false,
  AI_REPLIES_DISABLED: () => false
} as const

type Status = keyof typeof contradicts

/** The contacts on a list, as one reading showed them. */
export interface Listed {
  readonly ids: ReadonlySet<ContactId>
  /** When its reading began. */
  readonly at: MonotonicClock.Moment
}

interface Reading {
  readonly fiber: Fiber.RuntimeFiber<void>
  /** Opens when it takes more pages than are read at once. */
  readonly isLong: Effect.Latch
}

/** What a list is read with. */
export interface Around {
  readonly invent: InventClient["Type"]
  readonly org: Orgs.Org
  readonly scope: Scope.Scope
  readonly pace: Pace
  /** Called with the contacts on a list that was read whole. */
  readonly onRead: (ids: ReadonlySet<ContactId>) => Effect.Effect<unknown>
  /** How long to wait between two readings, or a multiple of it. */
  readonly pause: () => Duration.Duration
}

/** The list with this filter. Nothing is read before the first `begin`. */
export const make = (status: Status, { invent, onRead, org, pace, pause, scope }: Around) => {
  let latest: Listed | undefined
  let failure: RepeatableError | undefined
  let triedAt: MonotonicClock.Moment | undefined
  let pages = 1
  let reading: Reading | undefined

  const read = Effect.fnUntraced(function* (isLong: Effect.Latch) {
    const ids = new Set<ContactId>()
    const at = yield* MonotonicClock.moment
    let count = 0
    const turn = Effect.suspend(() =>
      ++count <= pagesAtOnce ? Effect.void : Effect.zipRight(isLong.open, Effect.sleep(timeOf(1, pace)))
    )
    const add = (entry: Contact | Undecodable) =>
      Effect.map(idOf(entry), (id) => {
        if (isUndecodable(entry) || !contradicts[status](entry)) ids.add(id)
      })
    yield* invent.contacts.stream({ path: Orgs.pathOf(org), urlParams: { status } }).pipe(
      Stream.chunks,
      Stream.tap(() => turn),
      Stream.runForEach((page) => Effect.forEach(page, add, { discard: true })),
      // Reads of chats wait for it, those of a backlog too.
      RateLimit.withLane("verify")
    )
    pages = Math.max(count, 1)
    return { ids, at }
  })

  const keep = (result: Either.Either<Listed, RepeatableError>) =>
    Effect.suspend(() => {
      failure = Either.isLeft(result) ? result.left : undefined
      if (Either.isLeft(result)) return Effect.void
      latest = result.right
      return Effect.asVoid(onRead(latest.ids))
    })

  /** Begins a reading in the background, unless one is under way or began within so many pauses. */
  const begin = Effect.fnUntraced(function* (pauses: number) {
    const now = yield* MonotonicClock.moment
    const isTried = triedAt !== undefined && MonotonicClock.age(triedAt, now) < pauses * Duration.toMillis(pause())
    if (reading !== undefined || isTried) return
    triedAt = now
    const isLong = Effect.unsafeMakeLatch(false)
    const whole = Effect.either(read(isLong)).pipe(
      Effect.flatMap(keep),
      Effect.ensuring(Effect.sync(() => void (reading = undefined)))
    )
    reading = { isLong, fiber: yield* Effect.forkIn(whole, scope) }
  })

  const settled = Effect.suspend(() =>
    reading === undefined ? Effect.void : Effect.raceFirst(Fiber.join(reading.fiber), reading.isLong.await)
  )

  return {
    begin,
    /** Waits until the reading under way ends, or has taken more than {@link pagesAtOnce} pages. */
    settled,
    /** Reads the list once more, and waits as `settled` does. The reading under way may have begun too early for it. */
    readAgain: settled.pipe(Effect.zipRight(begin(0)), Effect.zipRight(settled)),
    whole: Effect.suspend(() => (reading === undefined ? Effect.void : Fiber.join(reading.fiber))),
    latest: () => latest,
    failure: () => failure,
    pages: () => pages
  }
}

/** One such list. */
export type ContactList = ReturnType<typeof make>
