/**
 * Puts the messages of a chat in the order in which they were written. The vendor does not document how a list is
 * ordered, dates may be whole seconds, and both dates of a message may be null: so the date of a message alone does not
 * give its place. Pure.
 */
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"

/** Who wrote a message: the contact, the assistant, or a human agent. */
export type Author = "contact" | "assistant" | "human"

/**
 * A message that the contact can have seen. Notes, events, results of tools and the assistant's failed messages are
 * left out.
 */
export interface Message {
  readonly id: MessageId
  readonly author: Author
  /** When it was written. Of a message without a date: when the message before it in the list was. */
  readonly at: DateTime.Utc
  /** Whether the service gives the message any date. */
  readonly isDated: boolean
  /**
   * When the silence after the message begins: when it was written, or, where that is known, when it was first whole.
   * Undefined where the service gives no date and nothing else is known.
   */
  readonly whole_at: DateTime.Utc | undefined
  /** The service's `updated_at`: a correction, a receipt or the end of the assistant's run moves it. */
  readonly changed_at: DateTime.Utc | undefined
  /** The assistant is still writing it. */
  readonly isRunning: boolean
  /** Sent by a broadcast, to many contacts at once. */
  readonly isBroadcast: boolean
  /** Written by the assistant right after a tool's result. */
  readonly isToolResult: boolean
  readonly text: string
}

/** How a list is ordered by time. */
export type Direction = "ascending" | "descending"

const authorOf = (message: ChatMessage): Author | undefined => {
  const role = typeof message.role === "string" ? message.role : undefined
  if (role === "note" || role === "event" || role === "system" || role === "tool") return undefined
  // The member decides who wrote; the roles inside and outside a message can differ.
  if (message.member?.contact_channel) return "contact"
  // A broadcast does not mean that the human agent who sent it handles each chat that it reaches.
  if (message.is_broadcast_message === true) return "assistant"
  if (message.member?.user) return "human"
  if (message.member?.session) return "contact"
  return role === "user" ? "contact" : role === "assistant" ? "assistant" : undefined
}

type Part = NonNullable<NonNullable<NonNullable<ChatMessage["messages"]>[number]["parts"]>[number]>

/** What a person reads of a part: its text, or the label of the option that the contact chose. */
const wordsOf = ({ label, text, type, value }: Part): ReadonlyArray<string> => {
  const option = type === "option_selected" ? (label ?? (typeof value === "string" ? value : undefined)) : undefined
  const words = text ?? option
  return words === undefined || words === null ? [] : [words]
}

const textOf = ({ messages }: ChatMessage): string =>
  (messages ?? []).flatMap(({ parts }) => (parts ?? []).flatMap(wordsOf)).join("\n")

const timeOf = ({ created_at, updated_at }: ChatMessage): DateTime.Utc | undefined =>
  created_at ?? updated_at ?? undefined

/** `at`: the time of a message that has no date. `before`: the message before it in the list. */
const toMessage = (message: ChatMessage, at: DateTime.Utc, before: ChatMessage | undefined): ReadonlyArray<Message> => {
  const author = authorOf(message)
  if (author === undefined) return []
  // A failed run concerns the assistant's answer; a message of the contact or a human agent was sent all the same.
  if (author === "assistant" && (message.status === "FAILED" || message.status === "CANCELED")) return []
  return [
    {
      id: message.id,
      author,
      at,
      isDated: timeOf(message) !== undefined,
      whole_at: timeOf(message) === undefined ? undefined : at,
      changed_at: message.updated_at ?? undefined,
      isRunning: author === "assistant" && message.status === "RUNNING",
      isBroadcast: author === "assistant" && message.is_broadcast_message === true,
      isToolResult: author === "assistant" && before?.role === "tool",
      text: textOf(message)
    }
  ]
}

const byTime = Order.mapInput(Order.number, ({ at }: Message) => at.epochMillis)

const toContactLast = Order.mapInput(Order.boolean, ({ author }: Message) => author === "contact")

/** The first of each id. */
export const oncePerId = <A extends { readonly id: MessageId }>(messages: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...new Map(messages.toReversed().map((message) => [message.id, message])).values()].reverse()

/** The direction by those neighbours that differ; undefined where none do, or where some rise and some fall. */
const directionOfNumbers = (numbers: ReadonlyArray<number>): Direction | undefined => {
  const steps = numbers.slice(1).map((number, index) => Math.sign(number - numbers[index]!))
  const [rises, falls] = [steps.includes(1), steps.includes(-1)]
  if (rises === falls) return undefined
  return rises ? "ascending" : "descending"
}

/** The direction of a list by its dates; undefined where they are all the same, or some rise and some fall. */
export const directionOf = (listed: ReadonlyArray<ChatMessage>): Direction | undefined =>
  directionOfNumbers(listed.flatMap((message) => timeOf(message)?.epochMillis ?? []))

/** The direction of a list by the place of the chat's last message in it. */
export const directionTo = (
  listed: ReadonlyArray<ChatMessage>,
  last: ChatMessage | null | undefined
): Direction | undefined => {
  if (!last || listed.length < 2) return undefined
  if (listed[0]?.id === last.id) return "descending"
  return listed.at(-1)?.id === last.id ? "ascending" : undefined
}

/** The direction of a list by the places of messages whose order is known. */
export const directionAmong = (
  known: ReadonlyArray<Message>,
  listed: ReadonlyArray<ChatMessage>
): Direction | undefined => {
  const places = new Map(known.map(({ id }, place) => [id, place]))
  return directionOfNumbers(listed.flatMap(({ id }) => places.get(id) ?? []))
}

const earliest = DateTime.unsafeMake(0)

/** In the list's order, each message without a date at the time of the one before it, or else of the one after it. */
const dated = (listed: ReadonlyArray<ChatMessage>, before: DateTime.Utc | undefined): ReadonlyArray<Message> => {
  const first = before ?? listed.map(timeOf).find((time) => time !== undefined) ?? earliest
  const times = Arr.scan(listed, first, (time, message) => timeOf(message) ?? time).slice(1)
  return listed.flatMap((message, index) => toMessage(message, times[index] ?? first, listed[index - 1]))
}

/**
 * The messages of a list in order of time; messages of one time stay in the order in which they were written. Where
 * neither the list nor `direction` gives that order, the contact's come last, so that a contact who may be waiting for
 * an answer gets no follow-up.
 */
export const ofList = (
  listed: ReadonlyArray<ChatMessage>,
  direction: Direction | undefined,
  before?: DateTime.Utc
): ReadonlyArray<Message> => {
  const once = oncePerId(listed)
  const found = directionOf(once) ?? direction
  const messages = dated(found === "descending" ? once.toReversed() : once, before)
  return Arr.sort(messages, found === undefined ? Order.combine(byTime, toContactLast) : byTime)
}

/**
 * The known messages, replaced by their newer form in the list, and the list's other messages after those of the same
 * time.
 */
export const merge = (known: ReadonlyArray<Message>, listed: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const now = new Map(listed.map((message) => [message.id, message]))
  const before = new Set(known.map(({ id }) => id))
  const others = listed.filter(({ id }) => !before.has(id))
  const newest = (message: Message): Message => {
    const again = now.get(message.id)
    // A list that begins with a message does not show what came before it.
    return again === undefined ? message : { ...again, isToolResult: again.isToolResult || message.isToolResult }
  }
  return Arr.sort([...known.map(newest), ...others], byTime)
}
