/**
 * A vendor of Node's own `http`, which shares no code with ours: its answers have the keys that the vendor's pages
 * print, and no other. The contact inside a chat has `id`, `name`, `blocked` and `is_admin`; who unsubscribed is in the
 * contact list and by the activities only. Every update of a chat's state moves `updated_at`, also one that changes
 * nothing.
 */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

type Json = Readonly<Record<string, unknown>>

export interface Written {
  readonly by: "contact" | "assistant" | "staff" | "broadcast"
  readonly at: string
  readonly text?: string
}

/** One chat, its contact, and what differs from a chat in which nothing holds against a follow-up. */
export interface Fixture {
  /** Keys of the chat's state. Chats of the same `conversation_id` are one conversation. */
  readonly state?: Json
  /** Keys of the chat. */
  readonly chat?: Json
  /** What was or will be written, in place of a question and its answer. No list shows the chat before. */
  readonly messages?: ReadonlyArray<Written>
  /** The contact's own name, where it is another's, too. */
  readonly person?: string
  /** Keys of the contact inside the chat. */
  readonly contact?: Json
  /** Filters of the contact list that name the contact. */
  readonly listed?: ReadonlyArray<string>
  /** The organization whose lists alone show the chat. Without one, those of every organization do. */
  readonly org?: string
  /** Whether no list shows the chat. */
  readonly isUnlisted?: boolean
  /** The contact's activities, the newest first. */
  readonly activities?: ReadonlyArray<Json>
}

export interface Options {
  readonly chats: Readonly<Record<string, Fixture>>
  /** When the contact asked and the assistant answered. */
  readonly since: string
  /** The time, where it is not given by `at`. */
  readonly now?: () => string
  /** The `Date` of each answer, in place of the service's time. */
  readonly date?: () => string
  /** Answers that are not what the pages print, by the request line. */
  readonly broken?: (line: string) => { readonly status: number; readonly body: string } | undefined
  /** Whether the connection is cut instead of an answer, before or after the request is carried out: by its line. */
  readonly cut?: (line: string) => "before" | "after" | undefined
  /** What an answer waits for, by the request line. */
  readonly held?: (line: string) => Promise<void> | undefined
  /** Whether the service sets `follow_up_at` to null when the contact writes before that instant. */
  readonly isTakenBackByReply?: boolean
  /** What happens while an answer is on its way, by the request line: the answer was made before it. */
  readonly meanwhile?: (line: string, vendor: Pick<Vendor, "writes">) => void
}

export interface Vendor {
  /** The address that it listens at. */
  readonly url: string
  /** The request lines, in their order. */
  readonly requests: Array<string>
  /** Its time, for a test that moves the program's clock. */
  at: string
  /** How many messages the chat has got from the program. */
  readonly sentTo: (chat: string) => number
  /** The contact of the chat or the assistant writes now. */
  readonly writes: (chat: string, by: "contact" | "assistant") => void
}

interface Message {
  readonly id: string
  readonly role: string
  readonly text: string
  readonly at: string
  readonly member: Json | undefined
  readonly isBroadcast?: boolean
}

const part = (text: string) => ({ type: "text", text, start_timestamp: 0, end_timestamp: 0 })

const isOfContact = (member: Json | undefined) => member !== undefined && "contact_channel" in member

const message = ({ at, id, isBroadcast, member, role, text }: Message) => ({
  id,
  role,
  model: "gpt",
  status: "COMPLETED",
  created_at: at,
  updated_at: at,
  messages: [{ role, parts: [part(text)] }],
  tools: [],
  features: {},
  ...(member === undefined ? {} : { member }),
  ...(isBroadcast === true ? { broadcast_id: "broadcast_1", is_broadcast_message: true } : {})
})

const staff = { id: "member_staff", role: "ADMIN", user: { id: "user_1", name: "Key", avatar: null } }

/** The contact inside a chat: see S1 to S4. */
const memberOf = (name: string, { contact, person = name }: Fixture) => ({
  id: `member_${name}`,
  role: "MEMBER",
  contact_channel: {
    id: `channel_${name}`,
    type: "custom",
    user_id: `user_${name}`,
    name,
    contact: { id: `contact_${person}`, name: person, blocked: false, is_admin: false, ...contact }
  }
})

const stateOf = (name: string, { state }: Fixture, last_contact_message_at: string | null) => ({
  id: `state_${name}`,
  state: "OPEN",
  integration_id: "custom",
  assistant_id: "ast_1",
  conversation_id: `conversation_${name}`,
  ai_enabled: true,
  admin_unseen_count: 0,
  user_unseen_count: 0,
  assistant: { id: "ast_1", name: "Ada", enabled: true, deleted: false },
  assistant_integration: { id: "integration_1", enabled: true, has_connection: true },
  assigned_user: null,
  assigned_at: null,
  assistant_config: { language: "auto", timezone: "UTC", conversation: { enable_ai_replies: true } },
  follow_up_at: null,
  muted_until: null,
  csat_score: null,
  last_contact_message_at,
  ...state
})

/** The contact list's own contact: see the page of get-contacts. */
const fullContact = (name: string, fixture: Fixture) => {
  const unsubscribed = fixture.listed?.includes("UNSUBSCRIBED") === true
  return {
    id: `contact_${name}`,
    name,
    blocked: fixture.listed?.includes("BLOCKED") === true,
    unsubscribed,
    is_admin: false,
    channels: [],
    segments: [],
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z"
  }
}

/** What a request is answered with; undefined: 404. */
const answer = (
  { chats, isTakenBackByReply, since }: Options,
  messages: Map<string, Array<Message>>,
  now: () => string
) => {
  /** What updates have set, and when the latest of them was. */
  const updates = new Map<string, { readonly state: Json; readonly at: string }>()
  /** The assistant writes when `follow_up_at` falls due, and the value is gone then. */
  const followUp = (name: string) => {
    const state = updates.get(name)?.state ?? {}
    const due = state["follow_up_at"]
    if (typeof due !== "string" || due > now()) return
    const of = messages.get(name)!
    const set = updates.get(name)!.at
    const hasReplied = of.some(({ at, member }) => isOfContact(member) && at > set && at < due)
    if (isTakenBackByReply === true && hasReplied)
      return void updates.set(name, { state: { ...state, follow_up_at: null }, at: due })
    of.push({
      id: `message_${name}_${of.length + 1}`,
      role: "assistant",
      text: "Are you still there?",
      at: due,
      member: undefined
    })
    updates.set(name, { state: { ...state, follow_up_at: null }, at: due })
  }
  const latest = (...instants: ReadonlyArray<string>) =>
    instants.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1)!
  /** What is written by now. */
  const written = (name: string) =>
    messages
      .get(name)!
      .filter(({ at }) => at <= now())
      .toSorted((a, b) => a.at.localeCompare(b.at))
  const conversationOf = (name: string, { state }: Fixture) => state?.["conversation_id"] ?? `conversation_${name}`
  /** The chat in which the conversation goes on; null where it is this one. */
  const newestBeside = (name: string, fixture: Fixture) => {
    const ofConversation = Object.entries(chats).flatMap(([each, other]) => {
      const begun = written(each)[0]?.at
      return begun === undefined || conversationOf(each, other) !== conversationOf(name, fixture)
        ? []
        : [{ each, begun }]
    })
    const newest = ofConversation.toSorted((a, b) => a.begun.localeCompare(b.begun)).at(-1)?.each
    return newest === name ? null : newest
  }
  const chat = (name: string, fixture: Fixture) => {
    followUp(name)
    return wholeChat(name, fixture)
  }
  const lastOfContact = (name: string) => written(name).findLast(({ member }) => isOfContact(member))?.at ?? null
  const updatedAt = (name: string) => latest(since, written(name).at(-1)!.at, updates.get(name)?.at ?? since)
  const wholeChat = (name: string, fixture: Fixture) => ({
    id: name,
    title: name,
    model: "gpt",
    members: [memberOf(name, fixture)],
    temporary: false,
    visibility: "PRIVATE",
    pinned: false,
    status: "COMPLETED",
    created_at: since,
    updated_at: updatedAt(name),
    tools: [],
    features: {},
    org_id: fixture.org ?? "org_1",
    state: { ...stateOf(name, fixture, lastOfContact(name)), ...updates.get(name)?.state },
    last_message: message(written(name).at(-1)!),
    ...fixture.chat
  })
  return (method: string, url: URL, body: string): unknown => {
    const [kind, first = "", second, third, fourth] = url.pathname.split("/").slice(1)
    if (kind === "chats") {
      const fixture = chats[first]
      if (fixture === undefined) return undefined
      const of = messages.get(first)!
      if (second === "state" && third === "info") return { newest_chat_id: newestBeside(first, fixture) }
      followUp(first)
      if (second === "state" && method === "PATCH") {
        updates.set(first, { state: { ...updates.get(first)?.state, ...(JSON.parse(body) as Json) }, at: now() })
        return chat(first, fixture)
      }
      if (second === "messages" && method === "GET") return written(first).map(message)
      if (second !== "messages" || method !== "POST") return undefined
      const sent = JSON.parse(body) as { readonly message: ReadonlyArray<{ readonly text: string }> }
      const id = `message_${first}_${of.length + 1}`
      of.push({ id, role: "user", text: sent.message[0]!.text, at: now(), member: staff })
      return message(of.at(-1)!)
    }
    const ofOrg = Object.entries(chats).filter(([, { org = first }]) => org === first)
    if (kind === "orgs" && (second === "inbox" || second === "chats") && third === undefined) {
      const rows = ofOrg.flatMap(([name, each]) => {
        if (each.isUnlisted === true || written(name).length === 0) return []
        followUp(name)
        const at = Date.parse(String(each.chat?.["updated_at"] ?? updatedAt(name)))
        return [{ at, row: () => wholeChat(name, each) }]
      })
      return rows.toSorted((a, b) => b.at - a.at).map(({ row }) => row)
    }
    if (kind !== "orgs" || second !== "contacts") return undefined
    if (third === undefined) {
      const status = url.searchParams.get("status") ?? ""
      return ofOrg.flatMap(([name, each]) => (each.listed?.includes(status) === true ? [fullContact(name, each)] : []))
    }
    const found = ofOrg.find(([name]) => `contact_${name}` === third)?.[1]
    if (fourth !== "activities" || found === undefined) return undefined
    return (found.activities ?? []).filter(({ type }) => type === url.searchParams.get("type"))
  }
}

const firstMessages = (name: string, fixture: Fixture, since: string): Array<Message> => {
  const asked: ReadonlyArray<Written> = [
    { by: "contact", at: since, text: "Do you ship to Malta?" },
    { by: "assistant", at: since.replace(":00Z", ":01Z"), text: "We do." }
  ]
  return (fixture.messages ?? asked).map(({ at, by, text = "A text." }, index) => ({
    id: `message_${name}_${index + 1}`,
    role: by === "contact" ? "user" : "assistant",
    text,
    at,
    member: { contact: memberOf(name, fixture), staff, assistant: undefined, broadcast: undefined }[by],
    isBroadcast: by === "broadcast"
  }))
}

/** An entry of a list, made only where its page is requested. */
const entryOf = (entry: unknown): unknown => (typeof entry === "function" ? (entry as () => unknown)() : entry)

/** A page of a list, with the headers that count it; what is no list as it is. */
const pageOf = (found: unknown, query: URLSearchParams) => {
  if (!Array.isArray(found)) return { entries: found, headers: {} }
  const [page, take] = [Number(query.get("page") ?? 1), Number(query.get("take") ?? 100)]
  return {
    entries: found.slice((page - 1) * take, page * take).map(entryOf),
    headers: {
      "pagination-count": String(found.length),
      "pagination-page": String(page),
      "pagination-take": String(take)
    }
  }
}

/** Serves until the scope closes. */
export const serve = (options: Options) =>
  Effect.acquireRelease(
    Effect.async<Vendor & { readonly server: http.Server }>((resume) => {
      const requests: Array<string> = []
      const messages = new Map(
        Object.entries(options.chats).map(([name, fixture]) => [name, firstMessages(name, fixture, options.since)])
      )
      const begun = new Map([...messages].map(([name, written]) => [name, written.length]))
      let set = { at: options.since, since: performance.now() }
      const now = options.now ?? (() => set.at)
      const vendor = {
        get at() {
          return set.at
        },
        set at(at: string) {
          set = { at, since: performance.now() }
        },
        requests,
        sentTo: (chat: string) => messages.get(chat)!.length - begun.get(chat)!,
        writes: (chat: string, by: "contact" | "assistant") => {
          const of = messages.get(chat)!
          const [written] = firstMessages(chat, { messages: [{ by, at: now() }] }, options.since)
          of.push({ ...written!, id: `message_${chat}_${of.length + 1}` })
          begun.set(chat, begun.get(chat)! + 1)
        }
      }
      /** The time of the service: the instant that `at` was last set to, and what has passed since. */
      const date = () => new Date(Date.parse(set.at) + performance.now() - set.since).toUTCString()
      const dateNow = options.date ?? (options.now === undefined ? date : () => new Date(options.now!()).toUTCString())
      const reply = answer(options, messages, now)
      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        const respond = () => {
          const { method = "", url = "" } = request
          const cut = options.cut?.(`${method} ${url}`)
          if (cut === "before") return void response.destroy()
          const broken = options.broken?.(`${method} ${url}`)
          const found = broken
            ? undefined
            : reply(method, new URL(url, "http://vendor"), Buffer.concat(chunks).toString("utf8"))
          const { entries, headers } = pageOf(found, new URL(url, "http://vendor").searchParams)
          const body = broken?.body ?? JSON.stringify(entries ?? { message: "not found" })
          options.meanwhile?.(`${method} ${url}`, vendor)
          if (cut === "after") return void response.destroy()
          response.writeHead(broken?.status ?? (found === undefined ? 404 : 200), {
            "content-type": "application/json",
            ...headers,
            date: dateNow()
          })
          response.end(body)
        }
        request.on("end", () => {
          const line = `${request.method ?? ""} ${request.url ?? ""}`
          requests.push(line)
          const held = options.held?.(line)
          if (held === undefined) respond()
          else void held.then(respond)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed(Object.assign(vendor, { server, url: `http://127.0.0.1:${port}` })))
      })
    }),
    ({ server }) =>
      Effect.async<void>((closed) => {
        server.close(() => closed(Effect.void))
        server.closeAllConnections()
      })
  )
