/**
 * Plays a conversation again, from event to event, with the Decide and Plan that run in production. Vendor and ledger
 * are as small as possible: a chat that changes, and a record with one entry for each key. Pure.
 */
import { ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { ChatSnapshot, Message } from "../Decide/ChatSnapshot.ts"
import * as Decide from "../Decide.ts"
import type * as Episode from "../Decide/Episode.ts"
import type * as RecordedConversation from "./RecordedConversation.ts"
import * as Plan from "../Plan.ts"
import type { Policy, Step } from "../Policy.ts"
import * as Template from "../Policy/Template.ts"

/** An event of the conversation, or of the scheduler. */
export interface Event extends RecordedConversation.Event {
  /** The scheduler's process ends, or starts. */
  readonly scheduler?: "down" | "up" | undefined
}

/** How the scheduler that is simulated works. */
export interface Options {
  /** How often the chat is decided about without a reason. Never unless given. */
  readonly sweepEvery?: Duration.Duration
  /** Whether each event leads to a decision at once. */
  readonly isWatched: boolean
  /** How many schedulers act on the same decision. Default: 1. */
  readonly workers?: number
  /** Whether wake-ups are lost. Default: false. */
  readonly withoutTimers?: boolean
}

/** A step that was taken. */
export interface Done {
  readonly at: DateTime.Utc
  readonly step: number
  readonly action: Step["action"]
  /** When the step's silence was over. */
  readonly ideal: DateTime.Utc
}

/** A decision that was made. */
export interface Look {
  readonly at: DateTime.Utc
  readonly decision: Decide.Decision
  /** When the last message was written; undefined where there was none. */
  readonly since: DateTime.Utc | undefined
}

/** The result of a replay: `last` is the last decision, `chat` the chat at the end. */
export interface Played {
  readonly done: ReadonlyArray<Done>
  readonly looks: ReadonlyArray<Look>
  readonly last: Decide.Decision
  readonly chat: ChatSnapshot
}

interface Entry extends Episode.PastFollowUp {
  readonly key: Plan.FollowUpKey
  readonly ideal: DateTime.Utc
}

const unset = <A>(value: A | null | undefined): A | undefined => value ?? undefined

const applied = (
  chat: ChatSnapshot,
  { follow_up_at, muted_until, ...facts }: RecordedConversation.Facts
): ChatSnapshot => ({
  ...chat,
  ...facts,
  ...(follow_up_at === undefined ? {} : { follow_up_at: unset(follow_up_at) }),
  ...(muted_until === undefined ? {} : { muted_until: unset(muted_until) })
})

/** Who the conversation is with, as it began: their id decides about the variant, as in production. */
export const memberOf = (
  conversation: Pick<RecordedConversation.Conversation, "chat" | "chat_id" | "conversation_id" | "names">
): Pick<ChatSnapshot, "contact_id" | "conversation_id"> => begun(conversation)

const begun = ({
  chat,
  chat_id,
  conversation_id,
  names
}: Pick<RecordedConversation.Conversation, "chat" | "chat_id" | "conversation_id" | "names">) =>
  applied(
    {
      chat_id,
      conversation_id: conversation_id ?? ConversationId.make(chat_id),
      isWhole: true,
      isStateOld: false,
      state: "OPEN",
      ai_enabled: true,
      isAssigned: false,
      isBlocked: false,
      contactsShown: { areUnblocked: false, areWithAi: false },
      isAdmin: false,
      isTemporary: false,
      isErased: false,
      isUnsubscribed: false,
      consent: undefined,
      sentElsewhere: [],
      switchedOff: [],
      isContactUnknown: false,
      hasUnreadable: false,
      muted_until: undefined,
      follow_up_at: undefined,
      zone: undefined,
      last_contact_message_at: undefined,
      channel: undefined,
      contact_id: undefined,
      contact_ids: [],
      assistant_id: undefined,
      country: undefined,
      language: undefined,
      referral: undefined,
      segments: undefined,
      values: {
        "assistant.name": names?.["assistant.name"],
        "chat.title": names?.["chat.title"],
        "contact.name": names?.["contact.name"]
      },
      messages: []
    },
    chat
  )

const written = (id: string, author: Message["author"], at: DateTime.Utc, text = ""): Message => ({
  id: MessageId.make(id),
  author,
  at,
  isDated: true,
  whole_at: at,
  changed_at: undefined,
  isRunning: false,
  isBroadcast: false,
  isToolResult: false,
  text
})

/** The vendor, the ledger and the scheduler of one chat. */
const makeRun = (
  conversation: Omit<RecordedConversation.Conversation, "events" | "until">,
  policy: Policy,
  workers: number
) => {
  let chat = begun(conversation)
  let record: ReadonlyArray<Entry> = []
  const done: Array<Done> = []

  const write = (message: Message) => {
    const last_contact_message_at = message.author === "contact" ? message.at : chat.last_contact_message_at
    chat = { ...chat, last_contact_message_at, messages: [...chat.messages, message] }
  }
  const update = (key: Plan.FollowUpKey, change: Partial<Entry>) =>
    (record = record.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)))

  /** The vendor's assistant writes at `follow_up_at`, whether or not the scheduler is up. */
  const assistant = (now: DateTime.Utc) => {
    const due = chat.follow_up_at
    if (due === undefined || DateTime.lessThan(now, due)) return
    const message = written(`follow-up ${chat.messages.length}`, "assistant", now)
    write(message)
    chat = { ...chat, follow_up_at: undefined }
    const entry = record.find(
      ({ follow_up_at, status }) => status === "under_way" && follow_up_at.epochMillis === due.epochMillis
    )
    if (entry === undefined) return
    done.push({ at: now, step: entry.step, action: "schedule_follow_up", ideal: entry.ideal })
    // In production the ledger records this after the next read of the chat.
    update(entry.key, { status: "done", message_id: message.id })
  }

  const act = ({ anchor_id, at, step: number }: Extract<Decide.Decision, { _tag: "Act" }>, seen: ChatSnapshot) => {
    const { key } = Plan.make(policy, seen, { step: number, anchor_id }, at)
    // The ledger's key is unique: only the first scheduler acts.
    if (record.some((entry) => entry.key === key)) return
    const step = policy.steps[number - 1]!
    const ideal = DateTime.addDuration(seen.messages.at(-1)!.at, step.after)
    const taken = {
      policy: policy.id,
      anchor_id,
      step: number,
      message_id: undefined,
      follow_up_at: at,
      isExited: false
    }
    record = [...record, { ...taken, key, ideal, status: "under_way" }]
    if (step.action === "schedule_follow_up") {
      chat = { ...chat, follow_up_at: at }
      return
    }
    done.push({ at, step: number, action: step.action, ideal })
    const id = MessageId.make(`message ${chat.messages.length}`)
    // The service lists what the API key wrote as a human's.
    if (step.action === "send_message") write(written(id, "human", at, Template.render(step.message, chat.values)))
    if (step.action === "close") chat = { ...chat, state: "CLOSED" }
    if (step.action === "snooze") chat = { ...chat, state: "SNOOZED" }
    if (step.action === "assign") chat = { ...chat, isAssigned: true }
    update(key, step.action === "send_message" ? { status: "done", message_id: id } : { status: "state_changed" })
  }

  /** Takes back an armed follow-up that would not be decided again. */
  const verify = (now: DateTime.Utc) => {
    const underWay = record.find(({ status }) => status === "under_way")
    if (underWay === undefined) return
    const others = record.filter((entry) => entry !== underWay)
    const again = Decide.decide({ policy, chat: { ...chat, follow_up_at: undefined }, taken: others, now })
    const stands =
      (again._tag === "Act" || again._tag === "Wait") &&
      again.step === underWay.step &&
      again.anchor_id === underWay.anchor_id
    if (stands) return
    chat = { ...chat, follow_up_at: undefined }
    record = others
  }

  const look = (now: DateTime.Utc): Decide.Decision => {
    verify(now)
    const seen = chat
    const decision = Decide.decide({ policy, chat: seen, taken: record, now })
    for (let worker = 0; worker < workers; worker++) {
      if (decision._tag === "Act") act(decision, seen)
    }
    return decision
  }

  const happen = ({ at, becomes, isFollowUp, text, writes }: RecordedConversation.Event, index: number) => {
    if (writes !== undefined && isFollowUp !== true) write(written(`event ${index}`, writes, at, text))
    if (becomes !== undefined) chat = applied(chat, becomes)
  }

  return { done, chat: () => chat, assistant, look, happen }
}

/** When to decide again although nothing happened, in epoch milliseconds; infinity for never. */
const wakeAfter = (decision: Decide.Decision, chat: ChatSnapshot, policy: Policy, now: DateTime.Utc): number => {
  const wake = decision._tag === "Wait" ? decision.until.epochMillis : Infinity
  if (chat.follow_up_at === undefined) {
    // A step without an opening now may have one as the days go on.
    return decision._tag === "Skip" && decision.reason === "no_opening"
      ? now.epochMillis + Duration.toMillis(Duration.days(1))
      : wake
  }
  // The last read of the chat before the assistant writes.
  const lastLook = DateTime.subtractDuration(chat.follow_up_at, Duration.times(policy.arm_lead, 1 / 3)).epochMillis
  return Math.min(lastLook > now.epochMillis ? lastLook : Infinity, wake)
}

/**
 * Plays a conversation until `until`. Decides after each event while it is watched and the scheduler is up, at each
 * wake-up and at each sweep. Recorded follow-ups are not replayed.
 */
export const play = (
  conversation: Omit<RecordedConversation.Conversation, "events"> & { readonly events: ReadonlyArray<Event> },
  policy: Policy,
  { isWatched, sweepEvery, withoutTimers = false, workers = 1 }: Options
): Played => {
  const run = makeRun(conversation, policy, workers)
  const looks: Array<Look> = []
  const { events } = conversation
  let last: Decide.Decision = Decide.Decision.Stop({ reason: "empty" })
  let isUp = true
  let wakeAt = Infinity

  const look = (now: DateTime.Utc) => {
    const since = run.chat().messages.at(-1)?.at
    last = run.look(now)
    looks.push({ at: now, decision: last, since })
    // A step that is taken at once changes the chat: a further decision follows.
    const again =
      isWatched && last._tag === "Act" && run.chat().follow_up_at === undefined ? now.epochMillis + 1 : Infinity
    wakeAt = withoutTimers ? Infinity : Math.min(wakeAfter(last, run.chat(), policy, now), again)
  }

  const end = conversation.until.epochMillis
  let sweepAt = sweepEvery === undefined ? Infinity : (events[0]?.at.epochMillis ?? Infinity)
  let next = 0
  for (;;) {
    const eventAt = events[next]?.at.epochMillis ?? Infinity
    const writesAt = run.chat().follow_up_at?.epochMillis ?? Infinity
    const millis = Math.min(eventAt, writesAt, wakeAt, sweepAt)
    if (millis > end || millis === Infinity) break
    const now = DateTime.unsafeMake(millis)
    if (eventAt === millis) {
      const event = events[next++]!
      run.happen(event, next)
      if (event.scheduler !== undefined) isUp = event.scheduler === "up"
      const isMore = events[next]?.at.epochMillis === millis
      if (event.scheduler === "up" || (isWatched && isUp && !isMore)) look(now)
      continue
    }
    if (writesAt === millis) run.assistant(now)
    const isLook = wakeAt === millis || sweepAt === millis || (isWatched && writesAt === millis)
    if (wakeAt === millis) wakeAt = Infinity
    if (sweepEvery !== undefined && sweepAt === millis) sweepAt += Duration.toMillis(sweepEvery)
    if (isLook && isUp) look(now)
  }
  return { done: run.done, looks, last, chat: run.chat() }
}
