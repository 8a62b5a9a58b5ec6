/**
 * One chat of a vendor that exists in memory only: a state, messages, and an assistant that writes when `follow_up_at`
 * falls due. Faults and crashes are put between the program and this chat, never into it.
 */
import * as SendGuard from "@effect-invent/client/SendGuard"
import * as InventClient from "@effect-invent/client/InventClient"
import type { UpdateState } from "@effect-invent/domain/api/State"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatState } from "@effect-invent/domain/Chat/ChatState"
import { ChannelId, type ChatId, ContactId, SegmentId, UserId } from "@effect-invent/domain/Ids"
import { OutcomeUnknown, type RepeatableError, type UnsafeError } from "@effect-invent/domain/InventError"
import type { Segment } from "@effect-invent/domain/Segment"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Author } from "../src/Decide/ChatSnapshot.ts"
import * as Build from "./Build.ts"

/**
 * What a request is about: reading the chat's row in the inbox, listing its messages, setting a follow-up, taking it
 * back, changing the state, assigning, sending a message, reading the newest chat; an update that changes nothing.
 */
export type Kind = "read" | "list" | "set" | "clear" | "state" | "assign" | "send" | "newest" | "empty"

/** Stands before the guard, as the client's rate limit does: what fails here never left. */
export type Gate = (kind: Kind) => Effect.Effect<void, RepeatableError>

/** Stands between the program and the chat; `apply` is the request as the chat would answer it. */
export type Between = <A>(kind: Kind, apply: Effect.Effect<A>) => Effect.Effect<A, RepeatableError>

export interface Options {
  /** How long after its instant the assistant writes; "never": it clears the value and stays silent. */
  readonly late?: number | "never"
}

export const make = ({ late = 0 }: Options = {}) => {
  let state: Partial<ChatState> = {}
  let messages: ReadonlyArray<ChatMessage> = [
    Build.wireMessage("contact", -Build.minute),
    Build.wireMessage("assistant", 0)
  ]
  const followUps: Array<ChatMessage> = []
  const requests: Array<Kind> = []
  let gate: Gate = () => Effect.void
  let between: Between = (_, apply) => apply
  let contact = Build.members.contact()
  let newest = Build.chat_id
  let sends = 0
  let isUnsubscribed = false
  let isListed = true
  let untilContacts: Effect.Effect<void> = Effect.void
  let segments: ReadonlyArray<Segment> = []
  let elsewhereText = ""

  /** What the assistant has done by now. */
  const settle = Effect.map(DateTime.now, (now) => {
    if (!state.follow_up_at) return
    const writesAt = state.follow_up_at.epochMillis + (late === "never" ? 0 : late)
    if (writesAt > now.epochMillis) return
    state = { ...state, follow_up_at: null }
    if (late === "never") return
    const written = Build.wireMessage("assistant", writesAt - Build.start.epochMillis, {
      id: Build.messageId(`follow-up ${followUps.length + 1}`)
    })
    followUps.push(written)
    messages = [...messages, written]
  })

  const wire = () => Build.wireChat(state, { members: [contact], last_message: messages.at(-1)! })

  const lastElsewhere = () =>
    Build.wireMessage("contact", Build.hour, {
      messages: [{ role: "user", parts: [{ type: "text", text: elsewhereText }] }]
    })

  /** Another chat of the conversation, in which the contact has written. */
  const elsewhere = (id: ChatId) => Build.wireChat({}, { id, members: [contact], last_message: lastElsewhere() })

  /** An instant as the service keeps it: in whole units of so many milliseconds. */
  let unit = 1
  const rounded = (instant: DateTime.Utc | null) =>
    instant && DateTime.unsafeMake(Math.ceil(instant.epochMillis / unit) * unit)

  const kindOf = ({ follow_up_at, state }: UpdateState): Kind => {
    if (state !== undefined) return "state"
    if (follow_up_at === undefined) return "empty"
    return follow_up_at === null ? "clear" : "set"
  }

  /** Like the client, it runs the provided `SendGuard` before each request. */
  const answer = <A>(kind: Kind, result: () => A) =>
    Effect.flatMap(Effect.zipRight(gate(kind), Effect.flatten(SendGuard.CurrentGuard)), (isWanted) => {
      if (!isWanted) return Effect.fail(SendGuard.withheld(kind))
      requests.push(kind)
      return between(kind, Effect.map(settle, result))
    })

  const setBlocked = (blocked: boolean) =>
    Effect.map(settle, () => {
      contact = Build.members.contact({
        id: ChannelId.make("channel_1"),
        contact: { id: ContactId.make("contact_1"), blocked }
      })
    })

  return {
    /** Instants at which the assistant followed up. */
    followUps: Effect.map(settle, () => followUps.map((written) => DateTime.formatIso(written.created_at!))),
    /** From now on the service keeps an instant in whole units of so many milliseconds, rounded up. */
    roundsUpTo: (millis: number) => Effect.sync(() => void (unit = millis)),
    followUpAt: Effect.map(settle, () => state.follow_up_at ?? undefined),
    requests,
    /** Somebody writes, now. */
    writes: (author: Author, fields: Partial<ChatMessage> = {}) =>
      Effect.map(Effect.zipRight(settle, DateTime.now), (now) => {
        messages = [...messages, Build.wireMessage(author, now.epochMillis - Build.start.epochMillis, fields)]
      }),
    /** A message is not any more as it was: a correction, a receipt, the end of the assistant's run. */
    changes: (id: string, fields: Partial<ChatMessage>) =>
      Effect.map(settle, () => {
        messages = messages.map((message) => (message.id === id ? { ...message, ...fields } : message))
      }),
    /** Somebody changes the state of the chat, now. */
    becomes: (change: Partial<ChatState>) => Effect.map(settle, () => void (state = { ...state, ...change })),
    /** Somebody blocks the contact, now. */
    blocks: setBlocked(true),
    /** Somebody unblocks the contact, now. */
    unblocks: setBlocked(false),
    /** The contact unsubscribes, now: only the contact list shows it. */
    unsubscribes: Effect.map(settle, () => void (isUnsubscribed = true)),
    /** Somebody merges the contact into another one, now. */
    mergesInto: (id: ContactId) =>
      Effect.map(settle, () => {
        contact = Build.members.contact({ id: ChannelId.make("channel_1"), contact: { id } })
      }),
    /** The next list of contacts comes after this. */
    delaysContacts: (by: Effect.Effect<void>) => Effect.sync(() => void (untilContacts = by)),
    /** From now on no list shows the chat. */
    leavesLists: Effect.sync(() => void (isListed = false)),
    /** The conversation goes on in another chat. */
    movesTo: (chat_id: ChatId) => Effect.sync(() => void (newest = chat_id)),
    /** What the contact wrote in their other chats. */
    saysElsewhere: (text: string) => Effect.sync(() => void (elsewhereText = text)),
    /** The contact gets a name, and is put into these segments. */
    is: (name: string, ...ids: ReadonlyArray<string>) =>
      Effect.sync(() => {
        contact = Build.members.contact({
          id: ChannelId.make("channel_1"),
          contact: { id: ContactId.make("contact_1"), name }
        })
        segments = ids.map((id) => ({ id: SegmentId.make(id) }))
      }),
    /** The texts sent by the API key. */
    sent: Effect.sync(() =>
      messages.filter(({ id }) => id.startsWith("sent ")).map((message) => message.messages?.[0]?.parts?.[0]?.text)
    ),
    /** What the chat's state now is. */
    state: Effect.sync(() => state),
    /** From now on every request passes `other` first. */
    passes: (other: Gate) => Effect.sync(() => void (gate = other)),
    /** From now on `other` stands in between. */
    put: (other: Between) => Effect.sync(() => void (between = other)),
    /** Stands in between at the next request of this kind, and steps aside. */
    once: (wanted: Kind, fault: Between) =>
      Effect.sync(() => {
        const before = between
        between = (kind, apply) => {
          if (kind !== wanted) return before(kind, apply)
          between = before
          return fault(kind, apply)
        }
      }),
    layer: InventClient.layerMock({
      inbox: {
        stream: () => {
          const chats = () => [...(isListed ? [wire()] : []), ...(newest === Build.chat_id ? [] : [elsewhere(newest)])]
          return Stream.unwrap(answer("read", () => Stream.fromIterable(chats())))
        }
      },
      chats: { stream: () => Stream.empty },
      state: {
        update: ({ path, payload }) =>
          answer(kindOf(payload), () => {
            if (path.chat_id !== Build.chat_id) return elsewhere(path.chat_id)
            const { ai_enabled, csat_score, follow_up_at, muted_until, state: inbox } = payload
            state = {
              ...state,
              ...(ai_enabled === undefined ? {} : { ai_enabled }),
              ...(csat_score === undefined ? {} : { csat_score }),
              ...(follow_up_at === undefined ? {} : { follow_up_at: rounded(follow_up_at) }),
              ...(muted_until === undefined ? {} : { muted_until }),
              ...(inbox === undefined ? {} : { state: inbox })
            }
            return wire()
          }),
        assign: ({ payload }) =>
          answer("assign", () => {
            state = {
              ...state,
              assigned_user: payload.member_id === null ? null : { id: UserId.make(payload.member_id) }
            }
            return { id: "state_1", ...state }
          }),
        newestChat: () => answer("newest", () => newest)
      },
      messages: {
        create: ({ payload }) =>
          Effect.zipRight(
            settle,
            Effect.flatMap(DateTime.now, (now) =>
              answer("send", () => {
                const sent = Build.wireMessage("human", now.epochMillis - Build.start.epochMillis, {
                  id: Build.messageId(`sent ${++sends}`),
                  role: "user",
                  messages: [{ role: "user", parts: payload.message.map(({ text, type }) => ({ text, type })) }]
                })
                messages = [...messages, sent]
                return sent
              })
            )
          ).pipe(Effect.mapError(asUnsafe)),
        stream: ({ path }) =>
          Stream.unwrap(
            answer("list", () =>
              Stream.fromIterable(path.chat_id === Build.chat_id ? messages : [elsewhere(path.chat_id).last_message!])
            )
          )
      },
      contacts: {
        stream: () => {
          const waiting = untilContacts
          untilContacts = Effect.void
          return Stream.unwrap(
            Effect.map(waiting, () => Stream.fromIterable(isUnsubscribed ? [{ id: ContactId.make("contact_1") }] : []))
          )
        },
        streamSegments: () => Stream.fromIterable(segments)
      }
    })
  }
}

/** What the client makes of a fault after which the message may have been sent. */
const asUnsafe = (error: RepeatableError): UnsafeError =>
  error._tag === "ServerFault" || error._tag === "ConnectionLost"
    ? new OutcomeUnknown({
        endpoint: error.endpoint,
        attempts: 1,
        fingerprint: "",
        sentAt: Build.start,
        reason: error._tag,
        reconcile: "list the messages"
      })
    : error

export type FakeChat = ReturnType<typeof make>

/** The request never arrives. */
export const unsent =
  (error: RepeatableError): Between =>
  () =>
    Effect.fail(error)

/** The request is applied, and its answer is lost. */
export const unanswered =
  (error: RepeatableError): Between =>
  (_, apply) =>
    Effect.zipRight(apply, Effect.fail(error))

/** The process ends before the request leaves, or after it was applied. */
export const crash =
  (when: "before" | "after"): Between =>
  (_, apply) =>
    when === "before" ? Effect.die("crash") : Effect.zipRight(apply, Effect.die("crash"))
