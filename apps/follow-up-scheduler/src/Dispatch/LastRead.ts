/**
 * The snapshot of each follow-up that this process armed, as it was when armed. The read before the instant has found
 * that nothing changed, so the read after it only has to list the messages. A snapshot is taken out when it is used:
 * after that, the follow-up ends or the whole chat is read.
 */
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import type { FollowUpKey } from "../Plan.ts"
import * as BoundedMap from "../Watch/BoundedMap.ts"

/** More than can be under way at the documented quota. Where a snapshot was dropped, the whole chat is read. */
const atMost = 1000

/** Keeps at most 1,000 snapshots, in memory. The one that was kept longest ago is dropped first. */
export const make = () => BoundedMap.make<FollowUpKey, ChatSnapshot>(atMost)
