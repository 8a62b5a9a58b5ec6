/**
 * The chat of each follow-up that this process armed, as it was then. The look before its instant has seen that nothing
 * changed, so that the look after it has to list the messages and nothing else.
 */
import type { ChatSnapshot } from "../ChatSnapshot.ts"
import type { FollowUpKey } from "../Plan.ts"

/** More than can be under way at the documented quota; of one that was forgotten, everything is read. */
const atMost = 1000

export const make = () => {
  const chats = new Map<FollowUpKey, ChatSnapshot>()
  return {
    keep: (key: FollowUpKey, chat: ChatSnapshot) => {
      chats.delete(key)
      chats.set(key, chat)
      const [eldest] = chats.keys()
      if (chats.size > atMost && eldest !== undefined) chats.delete(eldest)
    },
    /** Given once: what it is used for ends the follow-up, or reads everything. */
    take: (key: FollowUpKey): ChatSnapshot | undefined => {
      const chat = chats.get(key)
      chats.delete(key)
      return chat
    }
  }
}
