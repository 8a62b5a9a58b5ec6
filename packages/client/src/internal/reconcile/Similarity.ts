/**
 * Whether a listed message or chat is the one that a request asked for, judged by author, content and time. Where a
 * page leaves open what a server keeps of a request (blanks, dates, authors), the answer is `Doubtful` and never a
 * guess.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMember } from "@effect-invent/domain/Chat/ChatMember"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { UploadFile } from "@effect-invent/domain/api/Upload"
import type { File } from "@effect-invent/domain/File"
import type { AssistantId, ChannelId, ContactId, ToolCallId } from "@effect-invent/domain/Ids"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"

/** Whether an entry is what was sent: it is, it may be, or it is not. */
export type Similarity = "Equal" | "Doubtful" | "Different"

/** Who acts: the channel, where the request names it, else the contact. */
export interface Author {
  readonly contact_id: ContactId
  readonly channel_id: ChannelId | undefined
}

/** The likeness of a whole: different where any part is, and doubtful where any part leaves it open. */
export const all = (...likenesses: ReadonlyArray<Similarity>): Similarity =>
  likenesses.includes("Different") ? "Different" : likenesses.includes("Doubtful") ? "Doubtful" : "Equal"

const ofMember = (member: ChatMember, author: Author): Similarity => {
  const channel = member.contact_channel
  if (channel === null || channel === undefined) return member.user || member.session ? "Different" : "Doubtful"
  if (author.channel_id !== undefined) return ifStated(author.channel_id, channel.id)
  return ifStated(author.contact_id, channel.contact?.id)
}

/** Whether a message was written by this contact, on this channel where one is named. */
export const ofAuthor = ({ member, role }: ChatMessage, author: Author): Similarity => {
  if (member) return ofMember(member, author)
  return role === "assistant" || role === "system" || role === "event" || role === "note" ? "Different" : "Doubtful"
}

/** The key acts as the staff; as which user, no page says. */
export const ofStaff = ({ member, role }: ChatMessage): Similarity => {
  if (member?.contact_channel || member?.session) return "Different"
  if (member?.user) return "Equal"
  return role === "system" || role === "event" || role === "note" ? "Different" : "Doubtful"
}

/**
 * The letters and digits of a text: a server may keep it with other capitals, blanks, punctuation or code points. A
 * text without any, such as an emoji, stays as it is.
 */
const loose = (text: string) => {
  const composed = text.normalize("NFKC").toLowerCase()
  return composed.replaceAll(/[\s\p{P}\p{S}]+/gu, "") || composed.trim()
}

/** The same of a message, which a server may show in HTML, or with other addresses in its links. */
const looseWords = (text: string) => {
  const plain = text.replaceAll(/<\/?[a-z][^>]*>|&#?\w+;|https?:\/\/\S+/gi, " ")
  return loose(plain.trim() === "" ? text : plain)
}

/** Whether the words are the same, or the same but for a text added behind them, or for an end that was cut off. */
const areSameWords = (sent: string, listed: string) => {
  const [words, shown] = [looseWords(sent), looseWords(listed)]
  return shown.startsWith(words) || (/(…|\.\.\.)\s*$/.test(listed) && words.startsWith(shown))
}

/**
 * Equal: the same parts with the same text. Doubtful: the same words, cut into other parts or in another form, or a
 * message that does not show all of its text.
 */
export const ofContent = (message: ChatMessage, sent: UserMessage): Similarity => {
  const inner = message.messages ?? []
  const listed = inner.flatMap(({ parts }) => parts ?? [])
  const isWhole = listed.length === sent.length && listed.every((part, index) => part.text === sent[index]?.text)
  if (isWhole) return "Equal"
  const isShown = inner.length > 0 && inner.every(({ parts }) => parts?.length) && listed.every(({ text }) => text)
  const [words, shown] = [sent, listed].map((parts) => parts.map(({ text }) => text).join(" "))
  return !isShown || areSameWords(words!, shown!) ? "Doubtful" : "Different"
}

const millisPerDay = 86_400_000

/**
 * Whether it is of `since` or later. Midnight to the millisecond is how a bare date reads, which stands for any hour of
 * that day.
 */
export const ofTime = (at: DateTime.Utc | null | undefined, since: DateTime.Utc): Similarity => {
  if (at === null || at === undefined) return "Doubtful"
  if (DateTime.greaterThanOrEqualTo(at, since)) return "Equal"
  const isBareDate = at.epochMillis % millisPerDay === 0
  return isBareDate && at.epochMillis + millisPerDay > since.epochMillis ? "Doubtful" : "Different"
}

/** Whether a message is the one that was sent: by its author, its parts, and the time since which it can be there. */
export const ofMessage = (
  listed: ChatMessage,
  sent: Author & { readonly message: UserMessage },
  since: DateTime.Utc
): Similarity => all(ofAuthor(listed, sent), ofContent(listed, sent.message), ofTime(listed.created_at, since))

/** What a creation asked for, as far as a list shows it. */
export interface NewChat {
  readonly channel_id: ChannelId
  readonly assistant_id: AssistantId | undefined
  readonly title: string | undefined
}

/**
 * Equal where nothing was wanted or what is stated is what was wanted. Doubtful where nothing is stated, or the same
 * text in another form: no page says in which form a name, an address or a number is kept.
 */
export const ifStated = <A>(wanted: A | undefined, stated: A | null | undefined): Similarity => {
  if (wanted === undefined || stated === wanted) return "Equal"
  if (stated === null || stated === undefined) return "Doubtful"
  const areAlike = typeof stated === "string" && typeof wanted === "string" && loose(stated) === loose(wanted)
  return areAlike ? "Doubtful" : "Different"
}

const isShownAs = (wanted: unknown, shown: unknown): boolean => {
  if (wanted === undefined || shown === null || shown === undefined) return true
  if (DateTime.isDateTime(wanted)) return DateTime.isDateTime(shown) && Equal.equals(wanted, shown)
  if (Array.isArray(wanted))
    return (
      Array.isArray(shown) && shown.length === wanted.length && wanted.every((each, at) => isShownAs(each, shown[at]))
    )
  if (Predicate.isRecord(wanted))
    return Predicate.isRecord(shown) && Object.entries(wanted).every(([key, each]) => isShownAs(each, shown[key]))
  return wanted === shown || (typeof wanted === "string" && typeof shown === "string" && loose(wanted) === loose(shown))
}

/**
 * Whether an entry shows what was asked for, as far as it has the same keys. One that shows something else may be of
 * another request of this program, or what the server made of this one.
 */
export const ofShown = (wanted: object, entry: object): Similarity => (isShownAs(wanted, entry) ? "Equal" : "Doubtful")

/**
 * A file by its name and size. Of one that was sent without a name, or by its address, neither is known. A name that
 * differs is doubtful: a server may rename a file.
 */
export const ofFile = (
  { file_filename, file_size }: Pick<File, "file_filename" | "file_size">,
  sent: UploadFile["file"]
): Similarity => {
  if (sent === undefined) return "Doubtful"
  if (sent instanceof Uint8Array) return all(ifStated(sent.length, file_size), "Doubtful")
  return all(file_filename === sent.name ? "Equal" : "Doubtful", ifStated(sent.data.length, file_size))
}

/** The likeness of whatever is most alike: of these, one is enough. Doubtful where there are none to compare. */
export const any = (likenesses: ReadonlyArray<Similarity>): Similarity => {
  if (likenesses.includes("Equal")) return "Equal"
  return likenesses.length === 0 || likenesses.includes("Doubtful") ? "Doubtful" : "Different"
}

const ofChannelMember = (member: ChatMember, { channel_id }: NewChat): Similarity => {
  const { contact_channel, session, user } = member
  return contact_channel ? ifStated(channel_id, contact_channel.id) : user || session ? "Different" : "Doubtful"
}

/** The contact's channel is the sole member that a new chat begins with; others may have joined since. */
export const ofChat = (listed: Chat, wanted: NewChat, since: DateTime.Utc): Similarity =>
  all(
    any((listed.members ?? []).map((member) => ofChannelMember(member, wanted))),
    ifStated(wanted.assistant_id, listed.state?.assistant_id),
    ifStated(wanted.title, listed.title),
    ofTime(listed.created_at, since)
  )

type Mention = Readonly<Record<string, unknown>>

/** Whether what names a tool call says that it waits for a person: no page prints the word for that. */
export const isWaiting = ({ status }: Mention): boolean =>
  typeof status === "string" && /pending|await|waiting/i.test(status)

/** Whether one of these says that the tool call waits, and none has another status or a result of it. */
export const isOnlyWaiting = (mentions: ReadonlyArray<Mention>): boolean =>
  mentions.some(isWaiting) &&
  mentions.every(
    (mention) => isWaiting(mention) || !["status", "content", "output", "result"].some((key) => key in mention)
  )

/** The objects in a message that name a tool call, however deep: where its id stands is not published. */
export const mentions = (
  message: ChatMessage,
  tool_call_id: ToolCallId
): ReadonlyArray<Readonly<Record<string, unknown>>> => {
  const found: Array<Record<string, unknown>> = []
  const open: Array<unknown> = [message.messages]
  while (open.length > 0) {
    const next = open.pop()
    if (!Predicate.isObject(next)) continue
    const values: ReadonlyArray<unknown> = Object.values(next)
    if (values.includes(tool_call_id) && Predicate.isRecord(next)) found.push({ ...next })
    for (const value of values) open.push(value)
  }
  return found
}
