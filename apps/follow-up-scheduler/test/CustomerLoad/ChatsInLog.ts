/**
 * What the service's log says of the chats by now. Each entry is read once, so asking again costs only what is new. The
 * service runs in the same process, and its answers wait for whatever takes processor time here.
 */
import type { Entry, Log } from "@effect-invent/emulator/Log"
import * as Effect from "effect/Effect"
import * as Races from "./Races.ts"

type Asked = Extract<Entry, { readonly kind: "request" }>

/** A list that shows the rows of all chats. */
const isListing = ({ endpoint, key, status }: Asked) =>
  key === "scheduler" && status === 200 && (endpoint === "inbox.list" || endpoint === "chats.list")

/** A message that the service sent because `follow_up_at` had come. */
export const isFollowUp = (entry: Entry) => entry.kind === "message" && entry.cause === "follow_up"

/** What the log says by now. */
export interface ChatsInLog {
  /** The latest `follow_up_at` of each chat whose state was ever set, in milliseconds; null where it holds none. */
  readonly followUpAt: ReadonlyMap<string, number | null>
  /** How often the scheduler has read each chat since anything happened in it. */
  readonly looks: ReadonlyMap<string, number>
  /** How many follow-ups went out. */
  readonly followUps: number
}

/** Reads what has come since the last time. */
export const make = (log: Log["Type"]): Effect.Effect<ChatsInLog> => {
  const followUpAt = new Map<string, number | null>()
  const looks = new Map<string, number>()
  const found = { followUpAt, looks, followUps: 0 }
  let read = 0
  const add = (entry: Entry) => {
    if (entry.kind === "state") followUpAt.set(entry.chat_id, entry.follow_up_at?.epochMillis ?? null)
    if (isFollowUp(entry)) found.followUps += 1
    if (entry.kind === "request" && isListing(entry))
      for (const [chat_id, count] of looks) looks.set(chat_id, count + 1)
    if (!("chat_id" in entry)) return
    if (entry.kind !== "request") looks.set(entry.chat_id, 0)
    else if (Races.isLook(entry) && entry.chat_id !== null)
      looks.set(entry.chat_id, (looks.get(entry.chat_id) ?? 0) + 1)
  }
  return Effect.map(log.entries, (entries) => {
    for (; read < entries.length; read++) add(entries[read]!)
    return found
  })
}
