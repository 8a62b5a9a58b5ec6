/** Several organizations in one process: whose lists are read, in which order, and what the failure of one is. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Socket from "@effect/platform/Socket"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import * as OptOuts from "../src/ChatReader/OptOuts.ts"
import * as Ledger from "../src/Ledger.ts"
import * as MonotonicClock from "../src/MonotonicClock.ts"
import * as Alerts from "../src/Operations/Alerts.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as Orgs from "../src/Policy/Orgs.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as ChatRows from "../src/Watch/ChatRows.ts"
import * as FileWatch from "../src/Watch/FileWatch.ts"
import * as InboxWatch from "../src/Watch/InboxWatch.ts"
import { Watch } from "../src/Watch.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const [org_a, org_b] = [OrgId.make("org_a"), OrgId.make("org_b")]
const rowOf = (id: string, fields: Partial<Chat> = {}): Chat => ({
  id: ChatId.make(id),
  updated_at: Build.after(0),
  ...fields
})
const answer = { endpoint: "inbox.list", attempts: 1, excerpt: "" }
const forbidden = new InventError.Forbidden({ ...answer, status: 403 })
const unauthorized = new InventError.Unauthorized({ ...answer, status: 401 })

type Page = ReadonlyArray<Chat>
type Listed = ReadonlyArray<Page> | InventError.RepeatableError

/** The inboxes by organization, each as its pages or the error that refuses it; and the requests, in their order. */
const vendor = (inboxes: Record<string, Listed>, unsubscribed: Readonly<Record<string, string>> = {}) => {
  const requests: Array<string> = []
  const asked = (what: string) => Effect.sync(() => void requests.push(what))
  const pagesOf = (org: string): Stream.Stream<Chat, InventError.RepeatableError> => {
    const pages = inboxes[org] ?? []
    if ("_tag" in pages) return Stream.execute(asked(`${org} inbox`)).pipe(Stream.concat(Stream.fail(pages)))
    return Stream.fromIterable(pages).pipe(
      Stream.mapEffect((page) => Effect.as(asked(`${org} inbox`), Chunk.fromIterable(page))),
      Stream.flattenChunks
    )
  }
  const client = InventClient.layerMock({
    inbox: { stream: (request) => pagesOf(request?.path?.org_id ?? "own"), events: () => Stream.never },
    chats: {
      stream: (request) => Stream.drain(Stream.fromEffect(asked(`${request?.path?.org_id ?? "own"} chats`)))
    },
    contacts: {
      stream: (request) => {
        const org = request?.path?.org_id ?? "own"
        const id = unsubscribed[org]
        const isWanted = id !== undefined && request?.urlParams?.status === "UNSUBSCRIBED"
        return Stream.fromIterable(isWanted ? [{ id: ContactId.make(id) }] : [])
      },
      streamSegments: ({ path }) =>
        Stream.drain(Stream.fromEffect(asked(`${path.org_id ?? "own"} segments of ${path.contact_id}`)))
    },
    messages: {
      stream: () => Stream.make(Build.wireMessage("contact", -Build.minute), Build.wireMessage("assistant", 0))
    }
  })
  return { client, inboxes, requests }
}

const named = (...orgs: ReadonlyArray<OrgId>) => Layer.succeed(Orgs.Orgs, orgs)
const both = named(org_a, org_b)
const database = Databases.sqlite
const ledger = Layer.provideMerge(Ledger.layer, database)
const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("no test opens a socket")
})

const rowsIn = (client: Layer.Layer<InventClient.InventClient>, orgs = both) =>
  ChatRows.layer.pipe(Layer.provide(client), Layer.provide(orgs))

const find = (id: string, need: Partial<ChatRows.Need> = {}) =>
  Effect.gen(function* () {
    const rows = yield* ChatRows.ChatRows
    return yield* rows.find(ChatId.make(id), { since: yield* MonotonicClock.elapsed, ...need })
  })
const isFound = Effect.map(
  Effect.either(find("chat_b")),
  (found) => found._tag === "Right" && Option.isSome(found.right)
)

describe("the row of a chat", () => {
  it.effect("is searched in one organization after the other, and then in the lists of its own alone", () => {
    const { client, requests } = vendor({ org_a: [[rowOf("chat_a")]], org_b: [[rowOf("chat_b")]] })
    return Effect.gen(function* () {
      const rows = yield* ChatRows.ChatRows
      expect(yield* isFound).toBe(true)
      expect(requests).toEqual(["org_a inbox", "org_a chats", "org_b inbox"])
      expect(yield* rows.orgOf(ChatId.make("chat_b"))).toBe("org_b")
      requests.length = 0
      yield* rows.forget(ChatId.make("chat_b"))
      expect(yield* isFound).toBe(true)
      expect(requests).toEqual(["org_b inbox"])
    }).pipe(Effect.provide(rowsIn(client)))
  })

  it.effect("is searched where the ledger has it, without a list of another organization", () => {
    const { client, requests } = vendor({ org_b: [[rowOf("chat_b")]] })
    return Effect.gen(function* () {
      expect(Option.isSome(yield* find("chat_b", { org: org_b }))).toBe(true)
      expect(requests).toEqual(["org_b inbox"])
    }).pipe(Effect.provide(rowsIn(client)))
  })

  it.effect("belongs to the organization that it names itself, where another's list shows it, too", () => {
    const shown = rowOf("chat_b", { org_id: org_b })
    const { client } = vendor({ org_a: [[shown]], org_b: [[shown]] })
    return Effect.gen(function* () {
      const rows = yield* ChatRows.ChatRows
      yield* find("chat_b")
      expect(yield* rows.orgOf(shown.id)).toBe("org_b")
    }).pipe(Effect.provide(rowsIn(client)))
  })

  for (const error of [forbidden, unauthorized, new InventError.NotFound({ ...answer, status: 404 })])
    it.effect(`is found in an organization beside one whose lists are refused with ${error.status}`, () => {
      const { client } = vendor({ org_a: error, org_b: [[rowOf("chat_b")]] })
      return Effect.gen(function* () {
        expect(yield* isFound).toBe(true)
        // It ends no follow-up, and stops no other read: it is neither the key nor the chat that is refused.
        const refused = yield* Effect.flip(find("chat_a", { org: org_a }))
        expect(refused).toMatchObject({ _tag: "UnexpectedResponse", status: error.status })
        expect(refused.message).toContain("the service refuses the lists of organization org_a")
      }).pipe(Effect.provide(rowsIn(client)))
    })

  it.effect("of the client's own organization is read without one in the path", () => {
    const { client, requests } = vendor({ own: [[rowOf("chat_b")]] })
    return Effect.gen(function* () {
      expect(yield* isFound).toBe(true)
      expect(requests).toEqual(["own inbox"])
    }).pipe(Effect.provide(rowsIn(client, named())))
  })
})

const watching = (client: Layer.Layer<InventClient.InventClient>, orgs = both) =>
  InboxWatch.layer(Duration.minutes(1)).pipe(
    Layer.provideMerge(Layer.merge(Erasure.layer, ChatRows.layer)),
    Layer.provideMerge(ledger),
    Layer.provide([client, noSocket, Layer.succeed(ActivePolicy, Build.policy())]),
    Layer.provide(orgs)
  )

const news = Effect.flatMap(Watch, ({ news }) => news ?? Effect.dieMessage("the inbox names its chats"))

describe("the inboxes", () => {
  it.effect("are listed in turns, so that a huge one does not hold up the others", () => {
    const { client, requests } = vendor({
      org_a: ["a1", "a2", "a3"].map((id) => [rowOf(id)]),
      org_b: [[rowOf("b1")]]
    })
    return Effect.gen(function* () {
      expect(yield* news).toEqual(["a1", "b1", "a2", "a3"])
      expect(requests).toEqual(["org_a inbox", "org_b inbox", "org_a inbox", "org_a inbox"])
    }).pipe(Effect.provide(watching(client)), Effect.scoped)
  })

  it.effect("go on being listed where one is refused, and are refused where all are", () => {
    const { client, inboxes } = vendor({ org_a: forbidden, org_b: [[rowOf("b1")]] })
    return Effect.gen(function* () {
      expect(yield* news).toEqual(["b1"])
      inboxes["org_b"] = unauthorized
      expect(yield* Effect.flip(news)).toBe(forbidden)
    }).pipe(Effect.provide(watching(client)), Effect.scoped)
  })

  it.effect("of which one cannot be read to its end end no other", () => {
    const fault = new InventError.ServerFault({ ...answer, attempts: 3, status: 500 })
    const { client } = vendor({ org_a: fault, org_b: [[rowOf("b1")], [rowOf("b2")]] })
    return Effect.map(news, (found) => expect(found).toEqual(["b1", "b2"])).pipe(
      Effect.provide(watching(client)),
      Effect.scoped
    )
  })
})

describe("a file of ids", () => {
  const files = FileSystem.layerNoop({ readFileString: () => Effect.succeed("chat_b\nchat_a\n") })
  const byFile = (client: Layer.Layer<InventClient.InventClient>) =>
    FileWatch.layer("ids.txt", Duration.minutes(1)).pipe(
      Layer.provideMerge(Layer.merge(Erasure.layer, ChatRows.layer)),
      Layer.provideMerge(ledger),
      Layer.provide([client, files, Layer.succeed(ActivePolicy, Build.policy())]),
      Layer.provide(both)
    )

  it.effect("may name chats of any organization", () => {
    const { client } = vendor({ org_a: [[rowOf("chat_a")]], org_b: [[rowOf("chat_b")]] })
    return Effect.gen(function* () {
      expect(yield* news).toEqual(["chat_b", "chat_a"])
      const { orgOf } = yield* ChatRows.ChatRows
      expect(yield* orgOf(ChatId.make("chat_a"))).toBe("org_a")
      expect(yield* orgOf(ChatId.make("chat_b"))).toBe("org_b")
    }).pipe(Effect.provide(byFile(client)), Effect.scoped)
  })

  it.effect("goes on naming the chats of the others where one organization is refused", () => {
    const { client, inboxes } = vendor({ org_a: [[rowOf("chat_a")]], org_b: [[rowOf("chat_b")]] })
    return Effect.gen(function* () {
      yield* news
      inboxes["org_a"] = forbidden
      inboxes["org_b"] = [[rowOf("chat_b", { updated_at: Build.after(Build.minute) })]]
      yield* TestClock.adjust("1 minute")
      expect(yield* news).toEqual(["chat_b", "chat_a"])
    }).pipe(Effect.provide(byFile(client)), Effect.scoped)
  })
})

describe("the opt-outs", () => {
  const id = ContactId.make("contact_1")

  it.effect("of an organization count for its own contacts; the same id in another is another matter", () => {
    const { client } = vendor({}, { org_b: id })
    return Effect.gen(function* () {
      const optOuts = yield* OptOuts.OptOuts
      expect(yield* optOuts.of([id], org_b)).toMatchObject({ isUnsubscribed: true })
      expect(yield* optOuts.of([id], org_a)).toMatchObject({ isUnsubscribed: false })
    }).pipe(Effect.provide(OptOuts.layer.pipe(Layer.provide(client), Layer.provide(both))))
  })

  it.effect("of a chat whose organization is not known are not known", () => {
    const { client } = vendor({})
    return Effect.gen(function* () {
      const optOuts = yield* OptOuts.OptOuts
      expect((yield* Effect.flip(optOuts.of([id]))).message).toContain("the organization of the contact is not known")
    }).pipe(Effect.provide(OptOuts.layer.pipe(Layer.provide(client), Layer.provide(both))))
  })
})

const record = (chat_id: string, org_id?: OrgId) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.decided({
      chat_id: ChatId.make(chat_id),
      conversation_id: ChatId.make(chat_id) as never,
      decision: "Stop",
      reason: "replied",
      until: null,
      org_id
    })
  )

const orgOf = (chat_id: string) => Effect.flatMap(Ledger.Ledger, (ledger) => ledger.orgOf(chat_id))

describe("the ledger", () => {
  it.effect("has the organization of each chat, and keeps it where a later decision does not know it", () =>
    Effect.gen(function* () {
      yield* record("chat_a", org_a)
      yield* record("chat_a")
      yield* record("chat_old")
      expect([yield* orgOf("chat_a"), yield* orgOf("chat_old"), yield* orgOf("chat_never")]).toEqual([
        "org_a",
        undefined,
        undefined
      ])
      yield* record("chat_a", org_b)
      const { chatsByOrg, orgLabelOf } = yield* Ledger.Ledger
      expect(yield* chatsByOrg).toEqual([{ org_id: "org_b", chats: 1 }])
      // A label is for those who have several.
      expect(yield* orgLabelOf("chat_a")).toBeUndefined()
      expect(yield* Effect.provide(orgLabelOf("chat_a"), both)).toBe("org_b")
    }).pipe(Effect.provide(ledger))
  )
})

describe("a read of a chat", () => {
  const matching = Build.policy({ match: { segments: ["vip"] } as never })
  const contact = Build.members.contact()
  const row = rowOf("chat_b", { members: [contact] })
  const reader = (client: Layer.Layer<InventClient.InventClient>, orgs: ReturnType<typeof named>) =>
    ChatReader.layerMatching.pipe(
      Layer.provideMerge(ledger),
      Layer.provide([client, Layer.succeed(ActivePolicy, matching)]),
      Layer.provide(orgs)
    )
  const read = Effect.flatMap(ChatReader.ChatReader, ({ read }) => read(row.id))

  it.effect("has its organization, and asks there for the contact's segments", () => {
    const { client, requests } = vendor({ org_b: [[row]] })
    return Effect.gen(function* () {
      expect(yield* read).toMatchObject({ org_id: "org_b" })
      expect(requests.at(-1)).toBe(`org_b segments of ${contact.contact_channel?.contact?.id}`)
    }).pipe(Effect.provide(reader(client, both)))
  })

  it.effect("of an organization that is no longer named sends no request, and comes to nothing", () => {
    const { client, requests } = vendor({ org_a: [[]], org_b: [[row]] })
    return Effect.gen(function* () {
      yield* record("chat_b", org_b)
      expect(yield* Effect.flip(read)).toMatchObject({ _tag: "NotListed" })
      expect(requests).toEqual([])
    }).pipe(Effect.provide(reader(client, named(org_a))))
  })

  it.effect("that only previews searches the lists for the organization of a chat of a file", () => {
    const { client } = vendor({ org_a: [[]], org_b: [[row]] })
    return Effect.gen(function* () {
      expect(yield* read).toMatchObject({ org_id: "org_b", isWhole: true })
    }).pipe(
      Effect.provide(
        ChatReader.layerReadOnly.pipe(
          Layer.provideMerge(ledger),
          Layer.provide([client, Layer.succeed(ActivePolicy, matching)]),
          Layer.provide(both)
        )
      )
    )
  })
})

describe("the health", () => {
  const health = Layer.unwrapEffect(
    Effect.map(Thresholds.settings, (settings) => Health.layer(settings, Duration.seconds(1)))
  ).pipe(Layer.provideMerge(ledger), Layer.provide(both))
  const troubles = Effect.flatMap(Health.Health, (health) => health.troubles)
  const { client, inboxes } = vendor({})
  const read = Effect.ignore(news)

  it.effect("names each organization that refuses its inbox, and the key where all of them do", () =>
    Effect.gen(function* () {
      inboxes["org_a"] = [[]]
      inboxes["org_b"] = forbidden
      yield* read
      expect(yield* troubles).toMatchObject([
        { kind: "org_refused", found: "the service refuses the inbox of organization org_b (403)" }
      ])
      inboxes["org_a"] = inboxes["org_b"] = unauthorized
      yield* read
      expect((yield* troubles).map(({ kind }) => kind)).toEqual(["key_refused"])
    }).pipe(Effect.provide(Layer.provideMerge(watching(client), health)), Effect.scoped)
  )

  it("sends an alert for each of them, and one when each is over", () => {
    const newsOf = Alerts.makeNews(Duration.hours(6))
    const trouble = (subject: string) =>
      ({ kind: "org_refused", subject, since: Build.after(0), found: `no inbox of ${subject}` }) as const
    const texts = (at: number, ...subjects: ReadonlyArray<string>) =>
      newsOf(subjects.map(trouble), Build.after(at)).map(({ text }) => text.split(",")[0])
    expect(texts(0, "org_a")).toEqual(["No inbox of org_a"])
    expect(texts(1, "org_a", "org_b")).toEqual(["No inbox of org_b"])
    expect(texts(2, "org_b")).toEqual(["No longer: no inbox of org_a"])
  })
})
