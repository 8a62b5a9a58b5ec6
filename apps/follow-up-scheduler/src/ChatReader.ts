/**
 * Reads one chat by GET. Its row in the lists has its state, its members and its last message. Its messages are listed,
 * unless this process has listed them already and the row shows nothing new. A chat that fills more than a page is
 * listed whole once, and from its last known message on after that. No published endpoint reads a single chat.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import * as Paging from "@effect-invent/domain/api/Paging"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "./Decide/ChatSnapshot.ts"
import * as ChatOrg from "./ChatReader/ChatOrg.ts"
import * as NewestChat from "./ChatReader/NewestChat.ts"
import * as MessageListing from "./ChatReader/MessageListing.ts"
import { fewPages, needOf, type Purpose } from "./ChatReader/Purpose.ts"
import * as OptOuts from "./ChatReader/OptOuts.ts"
import { NotListed } from "./ChatReader/NotListed.ts"
import { Ledger } from "./Ledger.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import * as Orgs from "./Policy/Orgs.ts"
import * as Policies from "./Policies.ts"
import * as ChatRows from "./Watch/ChatRows.ts"
import * as BoundedMap from "./Watch/BoundedMap.ts"

/**
 * Reads one chat by GET. The layer decides what is read beside the chat (opt-outs, segments), and whether its state is
 * read at all. Fails with the error of the request, or with `NotListed` where the state cannot be found.
 */
export class ChatReader extends Context.Tag("@effect-invent/follow-up-scheduler/ChatReader")<
  ChatReader,
  {
    /**
     * Reads the chat as freshly as the purpose needs; `plan` where none is given. `maxAge`: how old the row of a chat
     * may be that a step is taken by, where 2 seconds are too much.
     */
    readonly read: (
      chat_id: ChatId,
      purpose?: Purpose,
      maxAge?: Duration.Duration
    ) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError | NotListed>
    /**
     * Reads the row of the chat only, requested during this call: the state, and as messages the last one alone. Lists
     * all messages where the first pages do not show the chat. One request, which all readers of rows share; segments
     * cost one more. One more, too, where a row in memory shows that the conversation may go on in another chat: the
     * snapshot then says in which.
     */
    readonly glance: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError | NotListed>
    /**
     * The row of a chat as it is planned by, with the last message alone. No request where the row is a minute old at
     * most, and no segments or opt-outs. None where no list shows the chat, where its state is not read at all, and
     * where all messages are in memory, as the row shows.
     */
    readonly row: (chat_id: ChatId) => Effect.Effect<Option.Option<ChatSnapshot.ChatSnapshot>, RepeatableError>
    /**
     * Lists all messages of a chat, with the newest row in memory, however old; without a row, the state counts as
     * open. One request a page. Adds no segments or opt-outs.
     */
    readonly list: (chat_id: ChatId) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
    /**
     * The newest snapshot with all messages that this process has in memory; none after a restart. No request for the
     * chat; segments cost one.
     */
    readonly remembered: (chat_id: ChatId) => Effect.Effect<Option.Option<ChatSnapshot.ChatSnapshot>, RepeatableError>
    /**
     * An earlier snapshot with the newest row in memory: see `ChatSnapshot.withRow`. None where no row is in memory, or
     * where it does not show that the contact has not written since. No request.
     */
    readonly withKnownRow: (
      before: ChatSnapshot.ChatSnapshot
    ) => Effect.Effect<Option.Option<ChatSnapshot.ChatSnapshot>>
    /**
     * Lists the messages since the last one of an earlier snapshot; the state stays that of the snapshot. One request.
     */
    readonly readNew: (before: ChatSnapshot.ChatSnapshot) => Effect.Effect<ChatSnapshot.ChatSnapshot, RepeatableError>
  }
>() {}

/** Maximum number of chats whose messages are kept in memory. The messages of other chats are listed again. */
const remembered = 1000

/** The row that a chat is planned by, else the newest one in memory, however old; none where there is none. */
const planRow = Effect.fnUntraced(function* (rows: ChatRows.ChatRows["Type"], chat_id: ChatId, org: Orgs.Org) {
  const fresh = yield* rows.find(chat_id, { ...needOf("plan", yield* MonotonicClock.elapsed), org })
  return Option.isSome(fresh) ? fresh : yield* rows.known(chat_id)
})

const reading = (
  invent: InventClient["Type"],
  rows: ChatRows.ChatRows["Type"],
  ledger: Ledger["Type"],
  orgs: Orgs.Orgs["Type"]
): ChatReader["Type"] => {
  const { list, news } = MessageListing.make(invent)
  const orgOf = ChatOrg.make(orgs, rows, ledger)
  const newestBeside = NewestChat.beside(invent, rows)
  const known = BoundedMap.make<ChatId, ChatSnapshot.ChatSnapshot>(remembered)
  const remember = (chat: ChatSnapshot.ChatSnapshot) => Effect.sync(() => known.keep(chat.chat_id, chat))

  /**
   * The last resort for a chat that no list shows: a state update with an empty body is answered with the whole chat.
   * It is made once per episode (decision 0015); after that the read fails with `NotListed`.
   */
  const byUpdate = Effect.fnUntraced(function* (chat_id: ChatId) {
    const { direction, listed } = yield* list(chat_id)
    const { messages } = ChatSnapshot.make(chat_id, undefined, listed, direction)
    const after = messages.findLast(({ author }) => author === "contact")?.id ?? null
    const mayRead = yield* Effect.catchAll(ledger.mayReadByUpdate(chat_id, after), (error) =>
      Effect.as(
        Effect.logWarning(
          `chat ${chat_id} is in no list, and is not read by an update: that cannot be recorded`,
          error.message
        ),
        false
      )
    )
    if (!mayRead) return yield* new NotListed({ chat_id })
    yield* Effect.logWarning(`chat ${chat_id} is in no list: it is read by an update that changes nothing`)
    const asked_at = yield* MonotonicClock.elapsed
    const chat = yield* MessageListing.onceMore(invent.state.update({ path: { chat_id }, payload: {} }))
    yield* rows.keep([chat], asked_at)
    return { chat, asked_at, known_at: asked_at, page: undefined } satisfies ChatRows.Row
  })

  /** The row, and whether it is as fresh as it has to be. */
  const rowFor = Effect.fnUntraced(function* (chat_id: ChatId, anyNeed: ChatRows.Need) {
    const need = { ...anyNeed, org: yield* orgOf(chat_id) }
    // Nothing more is sent in an organization that is no longer named.
    if (!ChatOrg.isNamed(orgs, need.org)) return yield* new NotListed({ chat_id })
    const fresh = yield* rows.find(chat_id, need)
    if (Option.isSome(fresh)) return { row: fresh.value, isOld: false }
    const older = yield* rows.known(chat_id)
    if (Option.isSome(older)) return { row: older.value, isOld: true }
    // The chat may have been created since the lists were read.
    const shown = yield* rows.find(chat_id, { since: yield* MonotonicClock.elapsed, org: need.org })
    return { row: Option.isSome(shown) ? shown.value : yield* byUpdate(chat_id), isOld: false }
  })

  /** Lists all messages; of a long chat that is in memory, those since the last known one. */
  const listed = (chat_id: ChatId, { chat }: ChatRows.Row) =>
    Effect.gen(function* () {
      const before = known.get(chat_id)
      const isLong = before !== undefined && before.messages.length >= Paging.maxTake && !before.hasUnreadable
      const { asked_at, result } = yield* MessageListing.sinceItLeft(isLong ? news(before) : list(chat_id))
      const answered_at = yield* MonotonicClock.moment
      return {
        chat: isLong
          ? ChatSnapshot.refresh(ChatSnapshot.withListed(before, result.listed, result.direction), chat)
          : ChatSnapshot.make(chat_id, chat, result.listed, result.direction),
        listed: { asked_at, answered_at }
      }
    })

  /** The times of a row, as if it had been answered when it was requested. */
  const timesOf = ({ asked_at }: ChatRows.Row) =>
    Effect.zipWith(MonotonicClock.moment, MonotonicClock.elapsed, (now, elapsed) => {
      const at = MonotonicClock.before(now, elapsed - (asked_at ?? elapsed))
      return { asked_at: at, answered_at: at }
    })

  const withElsewhere = (chat: ChatSnapshot.ChatSnapshot) =>
    Effect.map(rows.lastOfContacts(chat.contact_ids, chat.chat_id), (last) => ChatSnapshot.withElsewhere(chat, last))

  /** The snapshot that is in memory with the state of this row, where the row shows that no message is missing. */
  const unchanged = (chat_id: ChatId, row: ChatRows.Row) =>
    Effect.suspend(() => {
      const before = known.get(chat_id)
      if (before === undefined || !ChatSnapshot.endsAs(before, ChatSnapshot.make(chat_id, row.chat, [])))
        return Effect.succeedNone
      return Effect.map(timesOf(row), (listed) => Option.some({ chat: ChatSnapshot.refresh(before, row.chat), listed }))
    })

  return {
    read: (chat_id, purpose = "plan", maxAge) =>
      Effect.gen(function* () {
        const { isOld, row } = yield* rowFor(chat_id, needOf(purpose, yield* MonotonicClock.elapsed, maxAge))
        const same = isOld || purpose === "act" ? Option.none() : yield* unchanged(chat_id, row)
        const read = Option.isSome(same) ? same.value : yield* listed(chat_id, row)
        const chat = { ...read.chat, org_id: yield* orgOf(chat_id) }
        yield* remember(chat)
        // The row that a chat is planned by can be older than this read.
        return yield* withElsewhere({ ...chat, isStateOld: isOld, ...(purpose !== "plan" && { listed: read.listed }) })
      }),
    row: (chat_id) =>
      Effect.gen(function* () {
        const org = yield* orgOf(chat_id)
        if (!ChatOrg.isNamed(orgs, org)) return Option.none()
        const row = yield* planRow(rows, chat_id, org)
        if (Option.isNone(row) || Option.isSome(yield* unchanged(chat_id, row.value))) return Option.none()
        return Option.some({ ...ChatSnapshot.make(chat_id, row.value.chat, []), org_id: yield* orgOf(chat_id) })
      }),
    list: (chat_id) =>
      Effect.gen(function* () {
        const row = yield* rows.known(chat_id)
        const { direction, listed } = yield* list(chat_id)
        const chat = Option.isSome(row) ? row.value.chat : undefined
        const whole = { ...ChatSnapshot.make(chat_id, chat, listed, direction), org_id: yield* orgOf(chat_id) }
        if (Option.isSome(row)) yield* remember(whole)
        return whole
      }),
    glance: (chat_id) =>
      Effect.gen(function* () {
        const { isOld, row } = yield* rowFor(chat_id, { since: yield* MonotonicClock.elapsed, pages: fewPages })
        const newest = yield* newestBeside(row.chat)
        const read = isOld
          ? yield* listed(chat_id, row)
          : { chat: ChatSnapshot.make(chat_id, row.chat, []), listed: yield* timesOf(row) }
        const goesOn = newest === undefined ? {} : { goesOnIn: newest }
        const org_id = yield* orgOf(chat_id)
        return yield* withElsewhere({ ...read.chat, ...goesOn, org_id, isStateOld: isOld, listed: read.listed })
      }),
    remembered: (chat_id) => Effect.sync(() => Option.fromNullable(known.get(chat_id))),
    withKnownRow: (before) =>
      Effect.map(
        rows.known(before.chat_id),
        Option.flatMapNullable(({ chat }) => ChatSnapshot.withRow(before, chat))
      ),
    readNew: (before) =>
      Effect.gen(function* () {
        const { asked_at, result } = yield* MessageListing.sinceItLeft(news(before))
        const same = known.get(before.chat_id)
        const isSame = same !== undefined && same.messages.at(-1)?.id === before.messages.at(-1)?.id
        if (isSame) yield* remember(ChatSnapshot.withListed(same, result.listed, result.direction))
        const answered_at = yield* MonotonicClock.moment
        return {
          ...ChatSnapshot.withListed(before, result.listed, result.direction),
          listed: { asked_at, answered_at }
        }
      })
  }
}

const readingOnly = (
  invent: InventClient["Type"],
  rows: ChatRows.ChatRows["Type"],
  ledger: Ledger["Type"],
  orgs: Orgs.Orgs["Type"]
): ChatReader["Type"] => {
  const { list, news } = MessageListing.make(invent)
  const orgOf = ChatOrg.makeSearching(orgs, rows, ledger)
  const read = (chat_id: ChatId) =>
    Effect.gen(function* () {
      const org = yield* orgOf(chat_id)
      const row = yield* planRow(rows, chat_id, org)
      const { direction, listed } = yield* list(chat_id)
      const chat = Option.isSome(row) ? row.value.chat : undefined
      return { ...ChatSnapshot.make(chat_id, chat, listed, direction), org_id: yield* orgOf(chat_id) }
    })
  const readNew: ChatReader["Type"]["readNew"] = (before) =>
    Effect.map(news(before), ({ direction, listed }) => ChatSnapshot.withListed(before, listed, direction))
  const nothing = () => Effect.succeedNone
  return { read, glance: read, list: read, readNew, row: nothing, remembered: nothing, withKnownRow: nothing }
}

/**
 * Adds the contact's segments to the snapshot, where a policy matches by them that is or was in force since the process
 * began: one more request for each chat.
 */
const withSegments = (
  { glance, read, remembered, ...base }: ChatReader["Type"],
  invent: InventClient["Type"],
  policies: Policies.Policies["Type"]
): ChatReader["Type"] => {
  const areNeeded = Effect.map(policies.known, (all) => all.some(({ match }) => match.segments !== undefined))
  const listed = (chat: ChatSnapshot.ChatSnapshot) =>
    chat.contact_id === undefined
      ? Effect.succeed(chat)
      : invent.contacts.streamSegments({ path: { ...Orgs.pathOf(chat.org_id), contact_id: chat.contact_id } }).pipe(
          Stream.filter(isDecoded),
          Stream.map(({ id }) => id),
          Stream.runCollect,
          Effect.map((segments) => ({ ...chat, segments: Chunk.toReadonlyArray(segments) }))
        )
  const segmentsOf = (chat: ChatSnapshot.ChatSnapshot) =>
    Effect.flatMap(areNeeded, (needed) => (needed ? listed(chat) : Effect.succeed(chat)))
  return {
    ...base,
    glance: (chat_id) => Effect.flatMap(glance(chat_id), segmentsOf),
    remembered: (chat_id) => Effect.flatMap(remembered(chat_id), Effect.transposeMapOption(segmentsOf)),
    read: (...look) => Effect.flatMap(read(...look), segmentsOf)
  }
}

/**
 * Adds what the contact list and the activities show of the chat's contacts. The header of `OptOuts` states the cost.
 * Of several organizations, the refusal of one chat becomes an error that can pass: see `Orgs.ofChat`.
 */
const withOptOuts = (
  { glance, list, read, readNew, remembered, row, withKnownRow }: ChatReader["Type"],
  optOuts: OptOuts.OptOuts["Type"],
  orgs: Orgs.Orgs["Type"]
): ChatReader["Type"] => {
  const passing = Orgs.ofChat(orgs)
  const marked = (chat: ChatSnapshot.ChatSnapshot) =>
    Effect.map(optOuts.of(chat.contact_ids, chat.org_id, chat.contactsShown), (optOut) =>
      ChatSnapshot.withOptOut(chat, optOut)
    )
  return {
    glance: (chat_id) => passing(Effect.flatMap(glance(chat_id), marked)),
    list: (chat_id) => passing(list(chat_id)),
    readNew: (before) => passing(readNew(before)),
    remembered: (chat_id) => passing(Effect.flatMap(remembered(chat_id), Effect.transposeMapOption(marked))),
    row: (chat_id) => passing(row(chat_id)),
    withKnownRow,
    read: (...look) => passing(Effect.flatMap(read(...look), marked))
  }
}

/** Reads the whole chat: its row in the lists, and its messages where the row shows something that was not read yet. */
export const layer = Layer.effect(
  ChatReader,
  Effect.all([InventClient, ChatRows.ChatRows, Ledger, Orgs.Orgs]).pipe(Effect.map((parts) => reading(...parts)))
).pipe(Layer.provideMerge(ChatRows.layer))

/** Adds to a reader the segments, where a policy in force matches by them, and the opt-outs. */
const complete = <E, R>(base: Layer.Layer<ChatReader, E, R>) =>
  Layer.effect(
    ChatReader,
    Effect.all([ChatReader, InventClient, Policies.Policies, OptOuts.OptOuts, Orgs.Orgs]).pipe(
      Effect.map(([reader, invent, policies, optOuts, orgs]) =>
        withOptOuts(withSegments(reader, invent, policies), optOuts, orgs)
      )
    )
  ).pipe(Layer.provide([base, Policies.layer]), Layer.provideMerge(OptOuts.layer))

/**
 * The reader of a running scheduler: state, messages, opt-outs, and segments where a policy in force matches by them.
 */
export const layerMatching = Layer.provideMerge(complete(layer), ChatRows.layer)

/**
 * The reader of previews and dry runs, which only reads: messages, opt-outs, segments, and the row of the chat where it
 * is in memory or among the first 500 chats of the inbox. Without a row, the state counts as open.
 */
export const layerReadOnly = complete(
  Layer.effect(
    ChatReader,
    Effect.all([InventClient, ChatRows.ChatRows, Ledger, Orgs.Orgs]).pipe(Effect.map((parts) => readingOnly(...parts)))
  )
).pipe(Layer.provideMerge(ChatRows.layer))
