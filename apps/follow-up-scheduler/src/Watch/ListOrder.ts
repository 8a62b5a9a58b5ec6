/**
 * What the order of an inbox tells. Where its chats come in the order of their changes, the newest first, a chat that
 * changed is on the first pages, and one that is further on did not change. No page of the vendor's says so. So each
 * reading checks it, and from a list in another order nothing follows.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import * as Duration from "effect/Duration"

/** How far back the pages of a reading go, by the service's `updated_at`, in epoch milliseconds. */
export interface Reach {
  /** The number of chats so far. */
  readonly count: number
  /** When the tenth chat changed, or the last one so far: a few chats may be dated in the future. */
  readonly mark: number
  /** When the last chat so far changed. */
  readonly oldest: number
}

/** The reach of a reading without any page. */
export const none: Reach = { count: 0, mark: Number.POSITIVE_INFINITY, oldest: Number.POSITIVE_INFINITY }

/** The place of the chat that is the mark. */
const markedPlace = 10

/** `updated_at` may be cut to whole seconds, so it may be this much older than the last message. */
const cutMillis = 1000

/**
 * When the chat changed, in epoch milliseconds; undefined where it has no date, or one that its last message did not
 * move.
 */
export const changedAt = ({ last_message, updated_at }: Chat): number | undefined => {
  if (!updated_at) return undefined
  const writtenAt = last_message?.created_at?.epochMillis ?? Number.NEGATIVE_INFINITY
  return updated_at.epochMillis + cutMillis > writtenAt ? updated_at.epochMillis : undefined
}

/**
 * The reach after a further page. Undefined where one of the pages shows that the list has another order. Pinned chats
 * may stand anywhere, and do not count.
 */
export const extend = (reach: Reach | undefined, chats: ReadonlyArray<Chat>): Reach | undefined => {
  if (reach === undefined) return undefined
  let { count, mark, oldest } = reach
  for (const chat of chats) {
    if (chat.pinned === true) continue
    const at = changedAt(chat)
    if (at === undefined || at > oldest) return undefined
    oldest = at
    if (++count <= markedPlace) mark = at
  }
  return { count, mark, oldest }
}

/** The pages of one reading so far: when it began, in `MonotonicClock.elapsed`, and how far back they go. */
export interface Pages {
  readonly begun_at: number
  readonly reach: Reach | undefined
}

/** How much further back than to the mark of the last reading a reading has to go: a change may be listed late. */
const overlapMillis = Duration.toMillis("5 seconds")

/** Which changes of one inbox the readings have shown. */
export interface Coverage {
  /**
   * Takes in the pages of a reading so far. Whether they show every change since the last reading of which that is
   * true.
   */
  readonly pages: (pages: Pages) => boolean
  /** Takes in a reading that came to the end of the list. Only such a reading shows that the list has this order. */
  readonly whole: (pages: Pages) => void
  /**
   * The instant of `MonotonicClock.elapsed` up to which a row that was requested at `asked_at` is known to be
   * unchanged; undefined where the order tells nothing of it.
   */
  readonly unchangedUntil: (asked_at: number) => number | undefined
  /**
   * The instant of `MonotonicClock.elapsed` up to which every change is known; undefined where no reading has shown
   * that the list has this order.
   */
  readonly knownUntil: () => number | undefined
}

/** The coverage of an inbox that was not read yet. */
export const make = (): Coverage => {
  /** All changes between the two instants are known. What changes later is dated after `mark` by the service. */
  let covered: { readonly from: number; readonly until: number; readonly mark: number } | undefined
  return {
    pages: ({ begun_at, reach }) => {
      if (reach === undefined) covered = undefined
      if (reach === undefined || covered === undefined || reach.oldest >= covered.mark - overlapMillis) return false
      const { from, mark, until } = covered
      covered = { from, until: Math.max(until, begun_at), mark: Math.max(mark, reach.mark) }
      return true
    },
    whole: ({ begun_at, reach }) => {
      covered = reach && { from: begun_at, until: begun_at, mark: reach.mark }
    },
    unchangedUntil: (asked_at) =>
      covered !== undefined && asked_at >= covered.from ? Math.max(asked_at, covered.until) : undefined,
    knownUntil: () => covered?.until
  }
}
