/** What `inbox.events` tells: a chat of the inbox is new or has changed, and how that became known. */
import type { Chat } from "@effect-invent/domain/Chat"
import type { InboxEvent } from "@effect-invent/domain/InboxEvent"
import * as Data from "effect/Data"

/** A chat of the inbox is new or has changed; the tag says how that became known. */
export type InboxChange = Data.TaggedEnum<{
  /** The server said so. */
  Pushed: { readonly chat: Chat; readonly type: InboxEvent["type"] }
  /** The list says so: at the start, after a connection was lost, or because a frame did not come. */
  Listed: { readonly chat: Chat }
  /** A frame that is no event; what it may mean, no page says. */
  Unreadable: { readonly excerpt: string; readonly issue: string }
}>
/** Makes a change, matches on its tag (`$match`), and asks for it (`$is`). */
export const InboxChange = Data.taggedEnum<InboxChange>()
