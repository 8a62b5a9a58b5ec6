/** What a chat is read for, and how fresh the row has to be for that. */
import * as Duration from "effect/Duration"
import type * as ChatRows from "../Watch/ChatRows.ts"

/**
 * Maximum age of the row that a chat is planned by. What happened since is found by the watch, or by the read before
 * the step.
 */
const planMaxAge = Duration.minutes(1)
/** Maximum age of the row that a step is taken by. */
const actMaxAge = Duration.seconds(2)
/**
 * Maximum number of inbox pages read for a row, where the answer to an update will give the state: 5 pages are 500
 * chats.
 */
export const fewPages = 5

/**
 * What a chat is read for. It decides how fresh the row has to be:
 * - `plan`: to decide what is to come. A minute old at most.
 * - `schedule`: to have the assistant write. 2 seconds; where the first 500 chats of the inbox do not show the chat,
 *   any known row, because the answer to the update gives the state again. As for `plan`, the order of the inbox may
 *   show that a row is still the newest.
 * - `act`: to send a message, or to snooze, close or assign. 2 seconds; the whole lists are read for it, and the
 *   messages are always listed.
 * - `check`: to see what became of a step. Requested during this read.
 */
export type Purpose = "plan" | "schedule" | "act" | "check"

/** How fresh the row has to be for this purpose, and how far it is searched for. `now`: elapsed milliseconds. */
export const needOf = (purpose: Purpose, now: number, maxAge = actMaxAge): ChatRows.Need => {
  const since = now - Duration.toMillis(Duration.min(maxAge, actMaxAge))
  switch (purpose) {
    case "plan":
      return { since: now - Duration.toMillis(planMaxAge), pages: fewPages, orByEvent: true, orByOrder: true }
    case "schedule":
      return { since, pages: fewPages, orByOrder: true }
    case "act":
      return { since }
    case "check":
      return { since: now }
  }
}
