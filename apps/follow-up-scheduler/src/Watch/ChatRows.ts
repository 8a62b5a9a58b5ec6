/**
 * The newest row of each chat, as the lists of the inbox and of the organization's chats show it: its state, its
 * members and its last message. Reading one is a GET and changes nothing in the chat.
 *
 * Cost. A list shows 100 chats a request. Readers that need a row at the same time share one reading of the list,
 * which goes on until each of them has its row; a row that is fresh enough costs nothing. In the order of changes a
 * row far down costs a page or two (decision 0026). Of several organizations, only the lists of the chat's own are
 * read; where that is unknown, one after the other until one shows the chat.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import * as BoundedMap from "./BoundedMap.ts"
import * as OrgLists from "./ChatRows/OrgLists.ts"
import { idsOfUndecodable, isFresh, type Need, type Page, type Row, type Rows, type Source } from "./ChatRows/Row.ts"
import * as ListOrder from "./ListOrder.ts"
import { ContactNames } from "./ContactNames.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Orgs from "../Policy/Orgs.ts"

export { type Need, type Page, pagesOf, type Row, type Source } from "./ChatRows/Row.ts"

/**
 * Maximum number of rows kept in memory: at about 3 kB each, 60 MB. The rows of other chats are read from the lists
 * again.
 */
const atMost = 20_000

/** Maximum number of chats whose organization is kept in memory: at about 200 bytes each, 20 MB. */
const atMostOwners = 100_000

/** The newest row of each chat, kept in memory. Concurrent readers share one reading of the lists. */
export class ChatRows extends Context.Tag("@effect-invent/follow-up-scheduler/Watch/ChatRows")<
  ChatRows,
  {
    /**
     * Keeps rows that were requested at this instant; undefined for those that an event delivered. An older row never
     * replaces a newer one.
     */
    readonly keep: (chats: ReadonlyArray<Chat>, asked_at: number | undefined, from?: Source) => Effect.Effect<void>
    /** Keeps the rows of a page of an organization's inbox, of a reading that began with the first page. */
    readonly keepPage: (org: Orgs.Org, page: Page) => Effect.Effect<void>
    /** Takes note that a reading of an organization's inbox came to its end, with these pages. */
    readonly readWhole: (org: Orgs.Org, pages: ListOrder.Pages) => Effect.Effect<void>
    /**
     * Drops the row of a chat that was changed in a way that no answer shows. The next read of it reads the lists anew.
     */
    readonly forget: (chat_id: ChatId) => Effect.Effect<void>
    /** The newest row in memory, however old; none where the chat was never seen. */
    readonly known: (chat_id: ChatId) => Effect.Effect<Option.Option<Row>>
    /** Another chat of the same conversation with a later last message, by the rows in memory; none where none is. */
    readonly laterChat: (chat: Chat) => Effect.Effect<Option.Option<ChatId>>
    /**
     * The last messages of the other chats that are in memory, where one of these contacts wrote them.
     */
    readonly lastOfContacts: (
      contact_ids: ReadonlyArray<ContactId>,
      but: ChatId
    ) => Effect.Effect<ReadonlyArray<ChatMessage>>
    /** The organization, of those that are named, whose list showed the chat; undefined where none has. */
    readonly orgOf: (chat_id: ChatId) => Effect.Effect<Orgs.Org>
    /**
     * A row that is fresh enough. Reads the lists where none is in memory; none where no page that may be read shows
     * the chat, and without a request where a later page showed it last. Fails with `UnexpectedResponse` where the
     * chat's row cannot be decoded or the lists of its organization, one of several, are refused, and with the error of
     * the request.
     */
    readonly find: (chat_id: ChatId, need: Need) => Effect.Effect<Option.Option<Row>, RepeatableError>
    /** The pages of the inboxes that are read for {@link find} from the first page on, with their organizations. */
    readonly pagesRead: Stream.Stream<readonly [Orgs.Org, Page]>
  }
>() {}

const updatedAt = ({ updated_at }: Chat) => updated_at?.epochMillis ?? 0

/** When the last message was written; minus infinity where there is none, or it has no date. */
const lastWrittenAt = ({ last_message }: Chat) => last_message?.created_at?.epochMillis ?? Number.NEGATIVE_INFINITY

/** The rows in memory, and the organization of each chat. */
const makeRows = (orgs: Orgs.Orgs["Type"], names: ContactNames["Type"]) => {
  const rows = BoundedMap.make<ChatId, Row>(atMost)
  const owners = BoundedMap.make<ChatId, OrgId>(atMostOwners)

  /** Where two answers crossed each other, the one with the later `updated_at` is kept. */
  const keepOne = (chat: Chat, asked_at: number | undefined, known_at: number, page: number | undefined) => {
    const before = rows.get(chat.id)
    const earlier = before?.asked_at ?? Number.NEGATIVE_INFINITY
    const hasCrossed = before !== undefined && (asked_at === undefined || before.known_at > asked_at)
    const isOlder =
      hasCrossed && (updatedAt(before.chat) > updatedAt(chat) || earlier > (asked_at ?? Number.POSITIVE_INFINITY))
    if (isOlder && asked_at === undefined) return
    rows.keep(chat.id, {
      chat: isOlder ? before.chat : chat,
      asked_at: asked_at && Math.max(asked_at, earlier),
      known_at,
      page
    })
  }

  /** The list of one organization may show the chats of another, too; the chat itself then says whose it is. */
  const keepOwner = ({ id, org_id }: Chat, org: Orgs.Org) => {
    const owner = orgs.find((each) => each === org_id) ?? org
    if (owner !== undefined) owners.keep(id, owner)
  }

  const keep: Rows["keep"] = (chats, asked_at, { org, page } = {}) =>
    Effect.flatMap(MonotonicClock.elapsed, (now) => {
      for (const chat of chats) {
        keepOne(chat, asked_at, now, page)
        keepOwner(chat, org)
      }
      return names.keep(chats.map(ChatSnapshot.contactsOfRow))
    })

  const keepPage: Rows["keepPage"] = ({ asked_at, entries }, from) =>
    Effect.suspend(() => {
      for (const id of idsOfUndecodable(entries)) {
        const row = rows.get(id)
        if (row !== undefined) rows.keep(id, { ...row, asked_at: undefined })
      }
      return keep(Undecodable.omit(entries), asked_at, from)
    })

  const placeOf: Rows["placeOf"] = (chat_id, org) => {
    const row = rows.get(chat_id)
    const changed_at = row && ListOrder.changedAt(row.chat)
    if (changed_at === undefined || rows.isFull()) return undefined
    let place = 0
    for (const [id, { chat }] of rows.all()) {
      const isBefore = chat.pinned === true || (ListOrder.changedAt(chat) ?? 0) > changed_at
      if (isBefore && id !== chat_id && owners.get(id) === org) place++
    }
    return place
  }

  const laterChat = (chat: Chat): ChatId | undefined => {
    const conversation = chat.state?.conversation_id
    if (conversation === undefined) return undefined
    const after = lastWrittenAt(chat)
    for (const [id, { chat: other }] of rows.all())
      if (id !== chat.id && other.state?.conversation_id === conversation && lastWrittenAt(other) > after) return id
    return undefined
  }

  const lastOfContacts = (contact_ids: ReadonlyArray<ContactId>, but: ChatId) => {
    const found: Array<ChatMessage> = []
    if (contact_ids.length === 0) return found
    for (const [id, { chat }] of rows.all()) {
      const contact = chat.last_message?.member?.contact_channel?.contact?.id
      if (contact && id !== but && contact_ids.includes(contact)) found.push(chat.last_message!)
    }
    return found
  }

  return {
    keep,
    keepPage,
    lastOfContacts,
    placeOf,
    laterChat,
    get: rows.get,
    drop: (chat_id: ChatId) => void rows.take(chat_id),
    ownerOf: (chat_id: ChatId): Orgs.Org => owners.get(chat_id)
  }
}

const make = Effect.gen(function* () {
  const invent = yield* InventClient
  const orgs = yield* Orgs.Orgs
  const rows = makeRows(orgs, yield* ContactNames)
  const read = yield* PubSub.unbounded<readonly [Orgs.Org, Page]>()
  const onPage = (org: Orgs.Org, page: Page) => PubSub.publish(read, [org, page])
  const around = { invent, onPage, orgs, rows, scope: yield* Effect.scope }
  const lists = Orgs.listed(orgs).map((org) => ({ org, ...OrgLists.make(org, around) }))
  const [first] = lists

  /** Searches one organization after the other. One that refuses its lists hides no chat of the others. */
  const findInAny = Effect.fnUntraced(function* (chat_id: ChatId, need: Need) {
    let answers = 0
    let refusal: RepeatableError | undefined
    for (const { find, org } of lists) {
      const found = yield* Effect.either(find(chat_id, need))
      if (found._tag === "Right" && Option.isSome(found.right)) return found.right
      if (found._tag === "Right") answers++
      else if (Orgs.isRefusal(found.left)) refusal = Orgs.ofOne(orgs, org)(found.left)
      else return yield* found.left
    }
    return refusal !== undefined && answers === 0 ? yield* refusal : Option.none<Row>()
  })

  const find: ChatRows["Type"]["find"] = (chat_id, need) =>
    Effect.suspend(() => {
      if (first !== undefined && lists.length === 1) return first.find(chat_id, need)
      const row = rows.get(chat_id)
      if (row !== undefined && isFresh(row, need)) return Effect.succeedSome(row)
      const org = rows.ownerOf(chat_id) ?? need.org
      const own = lists.find((each) => each.org === org)
      return own === undefined
        ? findInAny(chat_id, need)
        : Effect.mapError(own.find(chat_id, need), Orgs.ofOne(orgs, org))
    })

  return {
    keep: rows.keep,
    keepPage: (org, page) =>
      Effect.suspend(() => {
        const coverage = lists.find((each) => each.org === org)?.coverage
        return Effect.tap(rows.keepPage(page, { org, page: page.number }), () => coverage?.pages(page))
      }),
    readWhole: (org, pages) => Effect.sync(() => lists.find((each) => each.org === org)?.coverage.whole(pages)),
    pagesRead: Stream.fromPubSub(read),
    find,
    forget: (chat_id) =>
      Effect.sync(() => {
        rows.drop(chat_id)
        lists.forEach(({ expire }) => expire())
      }),
    known: (chat_id) => Effect.sync(() => Option.fromNullable(rows.get(chat_id))),
    laterChat: (chat) => Effect.sync(() => Option.fromNullable(rows.laterChat(chat))),
    lastOfContacts: (contact_ids, but) => Effect.sync(() => rows.lastOfContacts(contact_ids, but)),
    orgOf: (chat_id) => Effect.sync(() => rows.ownerOf(chat_id))
  } satisfies ChatRows["Type"]
})

/** Reads the lists in fibers of the layer's scope; nothing is read before the first {@link ChatRows.find}. */
export const layer = Layer.scoped(ChatRows, make)
