/**
 * Finds chats and follow-ups for the page. Filters combine: a row has to meet all of them. One filter decides which
 * source is walked, and the others are checked on what the source gives.
 */
import { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import { decodeRows } from "../Ledger/Rows.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import { Status } from "../Plan/FollowUp.ts"
import { nameOf } from "../Policy.ts"
import { ContactNames } from "../Watch/ContactNames.ts"
import type * as Api from "./Api.ts"
import * as Sources from "./ChatSearch/Sources.ts"

/** How many candidates one request reads at most, over all sources. */
export const pageSize = 500

const Millis = Schema.DateTimeUtcFromNumber

const rows = decodeRows(
  Schema.Struct({
    chat_id: ChatId,
    org_id: Schema.NullOr(Schema.String),
    contact_id: Schema.NullOr(Schema.String),
    decision: Schema.NullOr(Schema.String),
    reason: Schema.NullOr(Schema.String),
    decided_at: Schema.NullOr(Millis),
    sent: Schema.Number,
    key: Schema.NullOr(Schema.String),
    policy: Schema.NullOr(Schema.String),
    variant: Schema.NullOr(Schema.String),
    step: Schema.NullOr(Schema.Int),
    status: Schema.NullOr(Status),
    at: Schema.NullOr(Millis)
  })
)
type Row = Effect.Effect.Success<ReturnType<typeof rows>>[number]

const isOfFollowUps = ({ day, policy, step }: Api.Search): boolean =>
  day !== undefined || policy !== undefined || step !== undefined

/** The sources that can have what is searched for, in the order in which they are read. */
const sourcesOf = (search: Api.Search): ReadonlyArray<Api.Position["in"]> => {
  if (search.text !== undefined && search.text !== "") return ["names", "chats", "contacts"]
  if (isOfFollowUps(search)) return ["follow_ups"]
  if (search.outcome !== undefined) return ["outcomes"]
  return search.org === undefined ? ["chats"] : ["orgs"]
}

interface Candidates {
  readonly ids: ReadonlyArray<string>
  /** The position of the last one; undefined where there are no more. */
  readonly next: Api.Position | undefined
}

/** Reads on in the first of the sources, and in the others from their start, until a page is full. */
const candidates = (
  sources: Record<Api.Position["in"], Sources.Source>,
  [first, ...others]: ReadonlyArray<Api.Position["in"]>,
  after: Api.Position | undefined,
  atMost: number
): Effect.Effect<Candidates, SqlError> =>
  first === undefined
    ? Effect.succeed({ ids: [], next: undefined })
    : Effect.flatMap(sources[first](after, atMost), (found) => {
        const ids = found.map(({ id }) => id)
        if (found.length === atMost) return Effect.succeed({ ids, next: found.at(-1)?.position })
        const rest = candidates(sources, others, undefined, atMost - found.length)
        return Effect.map(rest, (more) => ({ ids: [...ids, ...more.ids], next: more.next }))
      })

/** The ids of the versions of a policy, or the one version that this is the id of. */
const versionsOf = (sql: SqlClient.SqlClient, policy: string) =>
  Effect.map(sql<{ id: string }>`SELECT id FROM policies`, (found) =>
    found.map(({ id }) => id).filter((id) => id === policy || nameOf(id) === policy)
  )

/** The contact of a chat and the number of messages sent. Subqueries: joined, PostgreSQL would read a whole table. */
const ofChat = (sql: SqlClient.SqlClient, chat_id: Statement.Fragment) =>
  sql`(SELECT s.contact_id FROM subjects s WHERE s.chat_id = ${chat_id}) AS contact_id,
    (SELECT CAST(count(*) AS INTEGER) FROM follow_ups n WHERE n.chat_id = ${chat_id} AND n.status = 'sent') AS sent`

/** The latest decisions about these chats. */
export const chatRows = (sql: SqlClient.SqlClient, chat_ids: ReadonlyArray<string>) =>
  sql`SELECT d.chat_id, d.org_id, d.decision, d.reason, d.decided_at, ${ofChat(sql, sql.literal("d.chat_id"))},
      NULL AS key, NULL AS policy, NULL AS variant, NULL AS step, NULL AS status, NULL AS at
    FROM chat_decisions d WHERE ${sql.in("d.chat_id", chat_ids)}`

/** Follow-ups of these keys or of these chats that the filters let through, with the latest decision about the chat. */
export const followUpRows = (
  sql: SqlClient.SqlClient,
  column: "f.key" | "f.chat_id",
  ids: ReadonlyArray<string>,
  { day, step, versions }: Pick<Api.Search, "day" | "step"> & { readonly versions: ReadonlyArray<string> | undefined }
) => {
  const { from, to } = Sources.rangeOf(day)
  const conditions = [
    sql.in(column, ids),
    ...(versions === undefined ? [] : [sql.in("f.policy", versions)]),
    ...(step === undefined ? [] : [sql`f.step = ${step}`]),
    ...(day === undefined ? [] : [sql`${Sources.instant(sql)} >= ${from} AND ${Sources.instant(sql)} < ${to}`])
  ]
  return sql`SELECT f.chat_id, d.org_id, d.decision, d.reason, d.decided_at, ${ofChat(sql, sql.literal("f.chat_id"))},
      f.key, f.policy, f.variant, f.step, f.status, ${Sources.instant(sql)} AS at
    FROM follow_ups f LEFT JOIN chat_decisions d ON d.chat_id = f.chat_id
    WHERE ${sql.and(conditions)}`
}

const hasOutcome =
  (outcome: Api.Search["outcome"]) =>
  ({ decision, reason, sent }: Row): boolean =>
    outcome === undefined || (decision === outcome.decision && reason === outcome.reason && sent === outcome.sent)

const followUpOf = ({ at, key, policy, status, step, variant }: Row): Api.Found["follow_up"] =>
  at === null || key === null || policy === null || status === null || step === null
    ? null
    : { key, policy, variant, step, status, at }

const toFound =
  (names: ReadonlyMap<string, string>) =>
  (row: Row): Api.Found => ({
    chat_id: row.chat_id,
    org_id: row.org_id,
    contact_id: row.contact_id,
    name: names.get(row.chat_id) ?? null,
    outcome: row.decision === null ? null : ChatStory.outcome({ ...row, decision: row.decision, chats: 1 }),
    decided_at: row.decided_at,
    follow_up: followUpOf(row)
  })

const isOfOrg =
  (org: Api.Search["org"]) =>
  ({ org_id }: Row): boolean =>
    org === undefined || org_id === org

/** Reads the rows of the candidates, in their order; the follow-ups of one chat the latest first. */
const readRows = (sql: SqlClient.SqlClient, search: Api.Search, ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if (ids.length === 0) return []
    const column = sourcesOf(search).includes("follow_ups") ? "f.key" : "f.chat_id"
    const versions = search.policy === undefined ? undefined : yield* versionsOf(sql, search.policy)
    if (versions?.length === 0) return []
    const found = yield* rows(
      isOfFollowUps(search) ? followUpRows(sql, column, ids, { ...search, versions }) : chatRows(sql, ids)
    )
    const places = new Map(ids.map((id, index) => [id, index]))
    const place = ({ chat_id, key }: Row) => places.get(column === "f.key" ? (key ?? "") : chat_id) ?? 0
    const latestFirst = Order.reverse(Order.mapInput(Order.number, ({ at }: Row) => at?.epochMillis ?? 0))
    return Arr.sort(found, Order.combine(Order.mapInput(Order.number, place), latestFirst))
  })

/**
 * The rows after `search.after` that meet all filters, of at most {@link pageSize} candidates. There may be few, or
 * none, although `next` says that there are more to read. Fails with `SqlError`.
 */
export const read = Effect.fn("ChatSearch.read")(function* (search: Api.Search) {
  const sql = yield* SqlClient.SqlClient
  const contactNames = yield* ContactNames
  const sources = sourcesOf(search)
  const left = search.after === undefined ? sources : sources.slice(Math.max(0, sources.indexOf(search.after.in)))
  const { ids, next } = yield* candidates(Sources.make(sql, contactNames, search), left, search.after, pageSize)
  const rows = yield* readRows(sql, search, [...new Set(ids)])
  const found = rows.filter(hasOutcome(search.outcome)).filter(isOfOrg(search.org))
  const names = yield* contactNames.of([...new Set(found.map(({ chat_id }) => chat_id))])
  return {
    found: found.map(toFound(names)),
    next: next ?? null,
    read: ids.length
  } satisfies Api.SearchResult
})
