/**
 * The chat of each follow-up that this process armed, as it was then. The look before its instant has seen that nothing
 * changed, so that the look after it has to list the messages and nothing else. Taken once: what it is used for ends the
 * follow-up, or reads everything.
 */
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import type { FollowUpKey } from "../Plan.ts"
import * as BoundedMap from "../Watch/BoundedMap.ts"

/** More than can be under way at the documented quota; of one that was forgotten, everything is read. */
const atMost = 1000

export const make = () => BoundedMap.make<FollowUpKey, ChatSnapshot>(atMost)
