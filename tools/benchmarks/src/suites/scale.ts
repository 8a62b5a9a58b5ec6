/** What it costs to let very many follow-ups wait, beside what else keeps jobs for later. */
import * as Server from "@effect-invent/postgres/Postgres"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Child from "../Child.ts"
import type { Table } from "../Report.ts"
import type * as Backlog from "../scale/Backlog.ts"
import type * as Fill from "../scale/Fill.ts"
import { type JobStore, precision } from "../scale/JobStore.ts"
import { jobStores, packages } from "../scale/JobStores.ts"
import type * as Serve from "../scale/Serve.ts"
import type { Suite } from "../Suite.ts"

const fill = Child.beside<Fill.Args, number>(import.meta.url, "../../dist/scale/Fill.js")
const behind = Child.beside<Backlog.Args, Backlog.Outcome>(import.meta.url, "../../dist/scale/Backlog.js")
const serve = Child.beside<Serve.Args, Serve.Outcome>(import.meta.url, "../../dist/scale/Serve.js")

const counts: ReadonlyArray<number> = [1000, 10_000, 100_000]

/** The documented quota allows 500 requests a minute; a follow-up costs one at least. */
const load = { perSecond: 500 / 60, seconds: 12 }

/** Nothing of it is due while this is measured. */
const notYet = 3 * 3_600_000

interface Database {
  readonly name: string
  readonly bytes: () => Promise<number>
}

const file = (folder: string, name: string): Database => ({
  name: join(folder, `${name}.db`),
  bytes: async () =>
    readdirSync(folder).reduce(
      (sum, each) => (each.startsWith(`${name}.db`) ? sum + statSync(join(folder, each)).size : sum),
      0
    )
})

const ofServer = async (url: Redacted.Redacted): Promise<Database> => ({
  name: Redacted.value(url),
  bytes: () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql<{ bytes: string }>`SELECT pg_database_size(current_database()) AS bytes`
      return Number(rows[0]?.bytes)
    }).pipe(Effect.provide(PgClient.layer({ url })), Effect.runPromise)
})

interface Measured {
  readonly jobStore: JobStore
  readonly count: number
  /** A second; nothing where nothing waits. */
  readonly rate: number
  readonly bytes: number
  readonly outcome: Serve.Outcome
}

const measure = async (jobStore: JobStore, count: number, database: Database): Promise<Measured> => {
  const rate = await fill({ jobStore: jobStore.id, database: database.name, count, from: Date.now() + notYet })
  const bytes = await database.bytes()
  const outcome = await serve({ jobStore: jobStore.id, database: database.name, run: "run", ...load })
  return { jobStore, count, rate, bytes, outcome }
}

const quantile = (values: ReadonlyArray<number>, q: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1]!

const rowOf = ({ bytes, count, jobStore, outcome, rate }: Measured, empty: Measured): ReadonlyArray<string> => [
  jobStore.name,
  count.toLocaleString("en"),
  rate.toFixed(0),
  ((bytes - empty.bytes) / count).toFixed(0),
  ((outcome.memory - empty.outcome.memory) / count).toFixed(0),
  (outcome.memory / 1e6).toFixed(0),
  `${(outcome.startUp / 1000).toFixed(1)} s`,
  `${quantile(outcome.lateness, 0.5)}, ${quantile(outcome.lateness, 0.99)}, ${quantile(outcome.lateness, 1)} ms`
]

interface Run {
  readonly waiting: ReadonlyArray<number>
  readonly progress: (what: string) => void
}

const compare = async (
  chosen: ReadonlyArray<JobStore>,
  databases: (jobStore: JobStore, count: number) => Promise<Database>,
  { progress, waiting }: Run
) => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const jobStore of chosen) {
    progress(`${jobStore.id}, empty`)
    const empty = await measure(jobStore, 0, await databases(jobStore, 0))
    for (const count of waiting) {
      progress(`${jobStore.id}, ${count} waiting`)
      rows.push(rowOf(await measure(jobStore, count, await databases(jobStore, count)), empty))
    }
  }
  return rows
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): Table => ({
  title: "Very many that wait",
  about:
    "So many are handed over, eight at a time, and would outlast the process when that returns; it is killed with " +
    `-9. Another one starts over them, and at the pace of the quota (${load.perSecond.toFixed(1)} a second for ` +
    `${load.seconds} s) more come due. Each looks every ${precision / 1000} s for what is due. Ours keeps a ` +
    "decision, a follow-up and two lines of the audit for each, and a timer for what is near; the others a job. " +
    "Bytes on disk and in memory are beyond those of the same with nothing waiting; memory is resident after a " +
    "collection, so that a few MB come and go by chance. Start-up: until it woke something that was due. " +
    "PostgreSQL runs beside it, without fsync for everybody.",
  head: [
    "",
    "waiting",
    "handed over a second",
    "disk, bytes each",
    "memory, bytes each",
    "memory, MB in all",
    "start-up",
    "lateness p50, p99, most"
  ],
  rows
})

/** Five times as fast as the documented quota, so that minutes are not spent waiting. */
const queue: Backlog.Args = { people: 300, limit: 500, windowSeconds: 12 }

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

const backlog = ({ beyond, foreseen, latest, refused, requests }: Backlog.Outcome): Table => ({
  title: "More due than the quota lets through",
  about:
    `${queue.people} follow-ups are due at one moment, over HTTP with ${queue.limit} requests in ` +
    `${queue.windowSeconds} s. Shortly before, the forecast says when each will go. How much later than that each ` +
    "went; what is negative was early, because a forecast counts on the messages of each chat being listed again, " +
    "and on what watching an inbox may take.",
  head: [
    "follow-ups",
    "last forecast after",
    "last went after",
    "beyond the forecast p50, p99, most",
    "requests a follow-up",
    "429s"
  ],
  rows: [
    [
      String(queue.people),
      seconds(foreseen),
      seconds(latest),
      [0.5, 0.99, 1].map((q) => seconds(quantile(beyond, q))).join(", "),
      (requests / queue.people).toFixed(1),
      String(refused)
    ]
  ]
})

const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "scale-"))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const onFiles = (run: Run) =>
  inFolder((folder) =>
    compare(
      jobStores.filter(({ store }) => store === "sqlite"),
      async ({ id }, count) => file(folder, `${id}-${count}`),
      run
    )
  )

const onServer = (run: Run) =>
  Effect.flatMap(Server.make, ({ database }) =>
    Effect.promise(() =>
      compare(
        jobStores.filter(({ store }) => store === "postgres"),
        async () => ofServer(await Effect.runPromise(database)),
        run
      )
    )
  ).pipe(Effect.scoped, Effect.runPromise)

export const suite: Suite = {
  packages,
  run: async (progress, { waiting = counts }) => {
    if (!Server.isInstalled) progress(Server.missing)
    // The address of a scheduler stays the same when a supervisor starts it again.
    process.env["RUNNER_PORT"] = String(await Effect.runPromise(Server.freePort))
    const run = { progress, waiting }
    const rows = [...(await onFiles(run)), ...(Server.isInstalled ? await onServer(run) : [])]
    progress("more than the quota lets through")
    return [table(rows), backlog(await behind(queue))]
  }
}
