/** Which chats are excluded, whatever was written in them. Pure. */
import type { Policy } from "../Policy.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"
import type { StopReason } from "./Reason.ts"

type Chat = Pick<ChatSnapshot, "channel" | "isAdmin" | "isTemporary">

/**
 * Why the chat is excluded: internal channel, admin, or temporary. Undefined where it is not. A policy whose `match`
 * names the internal channel, or admins, includes those.
 */
export const exclusion = (
  { match }: Pick<Policy, "match">,
  { channel, isAdmin, isTemporary }: Chat
): StopReason | undefined => {
  if (channel === "internal" && match.channels?.includes("internal") !== true) return "internal_channel"
  if (isAdmin && match.admins === undefined) return "admin_contact"
  return isTemporary ? "temporary_chat" : undefined
}
