/** What `inbox.events` emits: a chat of the inbox is new or has changed, and how that became known. */
import type { Chat } from "@effect-invent/domain/Chat"
import type { InboxEvent } from "@effect-invent/domain/Chat/InboxEvent"
import * as Data from "effect/Data"

/** A chat of the inbox is new or has changed; the tag states how that became known. */
export type InboxChange = Data.TaggedEnum<{
  /** The server pushed it in a frame. */
  Pushed: { readonly chat: Chat; readonly type: InboxEvent["type"] }
  /** The list shows it: at the start, after a connection was lost, or because a frame did not come. */
  Listed: { readonly chat: Chat }
  /** A frame that is no event, or a chat of the list that is not as documented: each of these once. */
  Unreadable: { readonly excerpt: string; readonly issue: string }
}>
/** Makes a change, matches on its tag (`$match`), and tests for it (`$is`). */
export const InboxChange = Data.taggedEnum<InboxChange>()
