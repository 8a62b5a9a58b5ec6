/**
 * One quota for several processes: the rule of `Quota.ts` over a state that they pass around, with who has how many
 * requests in flight and whose turn it is. Pure state: the time is a parameter.
 *
 * Each process reports how many it has in flight, in full and not what changed, so that an answer that got lost on its
 * way to a process leaves nothing behind. A process without a report for a lease is gone: what it had in flight counts
 * as received then. Should it not be gone after all, it reports again what it has in flight, and that counts twice
 * rather than not at all.
 *
 * Processes that wait take turns. Each reply has the time of the next turn; a process that is late by more than a
 * little is overtaken, and keeps its turn.
 */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as QuotaModel from "./QuotaModel.ts"

/** What all processes of a quota must agree on. */
export interface Terms {
  readonly limit: number
  /** Milliseconds. */
  readonly window: number
  /** Milliseconds after which a silent process is gone. */
  readonly lease: number
}

/** What a process reports to the shared quota and requests from it. */
export interface Request {
  /** The permits that came back since the last request that was answered, … */
  readonly returned: ReadonlyArray<Returned>
  /** … and all that are still out. */
  readonly inFlight: number
  /** A 429 came; nobody is to send for this many milliseconds. */
  readonly pause: number | undefined
  /** How many calls wait. */
  readonly wanted: number
}

/** A permit that came back. */
export interface Returned {
  readonly permit: QuotaModel.Permit
  /** How many milliseconds ago the answer came; nothing when the request never left. */
  readonly age: number | undefined
}

/** What a process is given. */
export interface Reply {
  readonly permits: ReadonlyArray<QuotaModel.Permit>
  /** The milliseconds until it is worth asking for more. */
  readonly wait: number
}

/** What is written there is not for us: of another limit, or nothing that we wrote. */
export class Unfit extends Data.TaggedError("Unfit")<{ readonly reason: string }> {}

const Holder = Schema.Struct({
  inFlight: Schema.Number,
  /** When its lease ends. */
  until: Schema.Number,
  /** Of those that wait, the smallest is next; 0 waits for nothing. */
  turn: Schema.Number,
  /** When it has to come back, by the last reply. */
  due: Schema.Number,
  wanted: Schema.Number
})
type Holder = typeof Holder.Type

const State = Schema.Struct({
  limit: Schema.Number,
  window: Schema.Number,
  /** The common clock, and what the store's clock showed then. */
  at: Schema.Number,
  clock: Schema.Number,
  nextTurn: Schema.Number,
  quota: Schema.Struct({
    newest: Schema.Number,
    received: Schema.String,
    base: Schema.Number,
    since: Schema.Number,
    evenly: Schema.Number,
    closedUntil: Schema.Number,
    probedUntil: Schema.Number,
    isProbeDue: Schema.Boolean,
    refusedInARow: Schema.Number
  }),
  holders: OpenRecord.record(Holder)
})
type State = typeof State.Type

const decode = Schema.decodeUnknownEither(Schema.parseJson(State))

/** No process stays away for longer than this share of a window: what others give back is not announced. */
const patience = 1 / 60

/** How late the next in turn may be, in milliseconds: a pause between two requests, within these bounds. */
const grace = { least: 20, most: 200 } as const

/** Clocks may show whole milliseconds. */
const resolution = 1

/** The rule of a shared quota, as a function of the state that is stored. */
export interface SharedQuota {
  /** The state of a quota that nobody has used. */
  readonly unused: string
  /**
   * A request to what the state is now: the reply, and the state that has to be written before anybody may rely on it.
   */
  readonly answer: (
    state: string,
    clock: number,
    monotone: number,
    request: Request
  ) => Either.Either<readonly [Reply, string], Unfit>
  /** As {@link QuotaModel.Quota.expected}, of what was seen last, if the others that wait go in turn. */
  readonly expected: (monotone: number, permits: number) => number
}

/** `self` is a name for this process that no other has. */
export const make = (terms: Terms, self: string): SharedQuota => {
  const quota = QuotaModel.make(terms.limit, terms.window)
  const unused: State = {
    limit: terms.limit,
    window: terms.window,
    at: 0,
    clock: 0,
    nextTurn: 1,
    quota: quota.save(),
    holders: {}
  }
  const farthest = Math.max(1, patience * terms.window)
  const lateness = Math.min(grace.most, Math.max(grace.least, terms.window / terms.limit))
  let seen: { readonly at: number; readonly monotone: number; readonly others: ReadonlyArray<Holder> } | undefined

  /** What the common clock is ahead of ours, at least. */
  let ahead = Number.POSITIVE_INFINITY

  /**
   * Follows the store's clock, but neither backwards nor faster than ours: a clock that is set by hand frees no
   * permits.
   */
  const timeOf = (state: State, clock: number, monotone: number) => {
    const byStore = state.at + Math.max(0, clock - state.clock)
    const now = Math.max(state.at, Math.min(byStore, monotone + ahead + 2 * resolution))
    // Others may know that more time has passed: ours stands still while its machine sleeps.
    if (state.at - monotone > ahead + 2 * resolution) ahead = state.at - monotone
    ahead = Math.min(ahead, now - monotone)
    return now
  }

  /** The row of a quota with other terms that nobody uses now: as if all of ours had been received just now. */
  const takeOver = (state: State, now: number): Either.Either<State, Unfit> => {
    if (state.limit === terms.limit && state.window === terms.window) return Either.right(state)
    const isUsed = Object.entries(state.holders).some(([id, holder]) => id !== self && holder.until > now)
    if (isUsed || seen !== undefined) {
      return Either.left(
        new Unfit({ reason: `others share this quota as ${state.limit} requests in ${state.window} ms` })
      )
    }
    quota.restore(unused.quota, terms.limit)
    for (let i = 0; i < terms.limit; i++) quota.received({ isProbe: false }, now)
    return Either.right({ ...unused, quota: quota.save() })
  }

  const settle = (state: State, now: number, request: Request) => {
    const all = Object.entries(state.holders).filter(([id]) => id !== self)
    const gone = all.filter(([, { until }]) => until <= now).map(([, { inFlight }]) => inFlight)
    const others = all.filter(([, { until }]) => until > now)
    const lost = gone.reduce((sum, inFlight) => sum + inFlight, 0)
    const elsewhere = others.reduce((sum, [, { inFlight }]) => sum + inFlight, 0)
    quota.restore(state.quota, elsewhere + lost + request.inFlight + request.returned.length)
    for (let i = 0; i < lost; i++) quota.received({ isProbe: false }, now)
    for (const { age, permit } of request.returned) {
      if (age === undefined) quota.unused(permit)
      // It came after what was seen last, whatever a clock that was set back makes of it.
      else quota.received(permit, now, Math.max(0, Math.min(age - resolution, seen === undefined ? 0 : now - seen.at)))
    }
    if (request.pause !== undefined) quota.refused(now, request.pause)
    return others
  }

  /** How many of the permits that there are now are for us, while others may be at the door. */
  const portion = (available: number, now: number, turn: number, waiting: ReadonlyArray<Holder>, wanted: number) => {
    const before = waiting.filter((holder) => holder.turn < turn && Math.abs(now - holder.due) <= lateness)
    if (available <= before.length) return 0
    return Math.min(wanted, Math.max(1, Math.floor(available / (waiting.length + 1))))
  }

  const take = (now: number, count: number): ReadonlyArray<QuotaModel.Permit> => {
    const permits: Array<QuotaModel.Permit> = []
    while (permits.length < count) {
      const taken = quota.take(now)
      if ("wait" in taken) break
      permits.push(taken)
    }
    return permits
  }

  /** Until it is our turn, when so many others go before. */
  const waitFor = (now: number, before: number) => {
    if (quota.available(now) > 0) return before === 0 ? 1 : lateness / 4
    const next = quota.take(now)
    return Math.max("wait" in next ? next.wait : 0, quota.expected(now, before + 1))
  }

  return {
    unused: JSON.stringify(unused),

    answer: (text, clock, monotone, request) =>
      Either.gen(function* () {
        const found = yield* Either.mapLeft(
          decode(text),
          () => new Unfit({ reason: "the state of the quota is not readable" })
        )
        const now = timeOf(found, clock, monotone)
        const state = yield* takeOver(found, now)
        const others = settle(state, now, request)
        const waiting = others.flatMap(([, holder]) => (holder.turn > 0 ? [holder] : []))
        let turn = request.wanted === 0 ? 0 : state.holders[self]?.turn || state.nextTurn
        const permits = take(
          now,
          request.wanted === 0 ? 0 : portion(quota.available(now), now, turn, waiting, request.wanted)
        )
        const wanted = request.wanted - permits.length
        if (wanted === 0) turn = 0
        else if (permits.length > 0) turn = state.nextTurn + 1
        const before = waiting.filter((holder) => holder.turn < turn).length
        const wait = turn === 0 ? Number.POSITIVE_INFINITY : Math.min(farthest, Math.max(1, waitFor(now, before)))
        const inFlight = request.inFlight + permits.length
        const holder = { inFlight, until: now + terms.lease, turn, due: turn === 0 ? 0 : now + wait, wanted }
        seen = { at: now, monotone, others: waiting }
        const next: State = {
          ...state,
          at: now,
          clock,
          nextTurn: state.nextTurn + 2,
          quota: quota.save(),
          holders: Object.fromEntries(inFlight > 0 || wanted > 0 ? [...others, [self, holder]] : others)
        }
        return [{ permits, wait }, JSON.stringify(next)] as const
      }),

    expected: (monotone, permits) => {
      if (seen === undefined) return 0
      const before = seen.others.reduce((sum, { wanted }) => sum + Math.min(wanted, permits), 0)
      return quota.expected(seen.at + monotone - seen.monotone, before + permits)
    }
  }
}
