/** Which requests a fault fires on. It counts, and draws its chances in the order of the requests. */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import { PCGRandom } from "effect/Utils"
import type { Fault } from "./Fault.ts"

/** The properties by which a fault matches requests. */
export interface Request {
  readonly endpoint: string | null
  readonly contact_id: ContactId | null
  readonly chat_id: ChatId | null
  readonly key: string | null
  readonly at: DateTime.Utc
}

/** A fault that befalls a request, with the chances it draws there: from 0 to 1, without 1. */
export interface Fired extends Fault {
  readonly random: () => number
}

const concerns = ({ when }: Fault, request: Request) =>
  (when.endpoint === undefined || when.endpoint === request.endpoint) &&
  (when.contact === undefined || when.contact === request.contact_id) &&
  (when.chat === undefined || when.chat === request.chat_id) &&
  (when.key === undefined || when.key === request.key) &&
  (when.from === undefined || DateTime.greaterThanOrEqualTo(request.at, when.from)) &&
  (when.until === undefined || DateTime.lessThan(request.at, when.until))

/** Makes the counter of one fault. The same seed gives the same chances. */
export const make = (fault: Fault, seed: number) => {
  const random = new PCGRandom(seed)
  const { calls, probability = 1, times = Infinity } = fault.when
  let seen = 0
  let fired = 0
  return {
    fault,
    fired: () => fired,
    /** Counts the request and returns whether the fault applies to it. */
    wants: (request: Request): boolean => {
      if (!concerns(fault, request)) return false
      seen += 1
      const isChosen = random.number() < probability
      return isChosen && fired < times && (calls === undefined || calls.includes(seen))
    },
    fire: (): Fired => {
      fired += 1
      return { ...fault, random: () => random.number() }
    }
  }
}
/** A fault with the count of the requests that it has seen, and of those that it befell. */
export type Match = ReturnType<typeof make>
