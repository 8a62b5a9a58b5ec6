/** Processes that share one quota through a database. */
import * as Server from "@effect-invent/postgres/Postgres"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Args } from "../sharing/Sender.ts"
import * as Vendor from "../sharing/Vendor.ts"
import type { Suite } from "../Suite.ts"

const callers = 100
const limit = 500
/** Milliseconds of the window and processes: the documented minute once, and a shorter one to wait for. */
const cases = [
  { window: 12_000, count: 2 },
  { window: 12_000, count: 4 },
  { window: 12_000, count: 8 },
  { window: 60_000, count: 4 }
]
type Case = (typeof cases)[number]
/** Windows that are not looked at, in which all begin, and those that are. */
const [before, looked] = [2, 2]

interface Shared {
  /** Of the quota of the time that was looked at. */
  readonly use: number
  /** What the one that sent the fewest sent, of what each would send of equal shares. */
  readonly least: number
  readonly refused: number
}

const begin = (args: Args) => {
  const child = fork(new URL("../../dist/sharing/Sender.js", import.meta.url), [JSON.stringify(args)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"]
  })
  return () => child.kill("SIGKILL")
}

const share = async (database: string, { count, window }: Case): Promise<Shared> => {
  const quota: Vendor.Quota = { limit, window }
  const vendor = await Vendor.serve(quota)
  const names = Array.from({ length: count }, (_, at) => `sender-${at}`)
  const ends = names.map((name) => begin({ url: vendor.url, name, database, quota, callers: callers / count }))
  while (new Set(vendor.arrivals.map(({ sender }) => sender)).size < count) await sleep(100)
  await sleep(before * quota.window)
  const from = performance.now()
  await sleep(looked * quota.window)
  const until = performance.now()
  for (const end of ends) end()
  await vendor.close()
  const seen = vendor.arrivals.filter(({ at }) => from <= at && at < until)
  const sent = names.map((name) => seen.filter(({ sender }) => sender === name).length)
  return {
    use: seen.length / ((quota.limit * (until - from)) / quota.window),
    least: Math.min(...sent) / (seen.length / count),
    refused: vendor.arrivals.filter(({ isRefused }) => isRefused).length
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

const rowsOf = async (name: string, databaseOf: (each: Case) => Promise<string>, progress: (what: string) => void) => {
  const rows: Array<ReadonlyArray<string>> = []
  for (const each of cases) {
    const window = `${each.window / 1000} s`
    progress(`${name}: ${each.count} processes, ${window}`)
    const { least, refused, use } = await share(await databaseOf(each), each)
    rows.push([name, window, String(each.count), percent(use), percent(least), String(refused)])
  }
  return rows
}

const onFiles = async (progress: (what: string) => void) => {
  const folder = mkdtempSync(join(tmpdir(), "sharing-"))
  try {
    return await rowsOf("SQLite", async ({ count, window }) => join(folder, `${window}-${count}.db`), progress)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const onServer = (progress: (what: string) => void) =>
  Effect.flatMap(Server.make, ({ database }) =>
    Effect.promise(() => rowsOf("PostgreSQL", async () => Redacted.value(await Effect.runPromise(database)), progress))
  ).pipe(Effect.scoped, Effect.runPromise)

export const suite: Suite = {
  packages: ["effect", "@effect/platform", "@effect/sql"],
  run: async (progress) => {
    if (!Server.isInstalled) progress(Server.missing)
    // Most of it is waiting.
    const [files, server] = await Promise.all([onFiles(progress), Server.isInstalled ? onServer(progress) : []])
    return [
      {
        title: "One quota for several processes",
        about:
          `Processes that call as fast as they may, ${callers} callers in all, share ${limit} requests in a window ` +
          "through a database. The server keeps that limit in all four ways at once and counts what any of them " +
          `refuses. Looked at for ${looked} windows after the first ${before}, with both databases at the same ` +
          "time; the least share is that of the process which sent the fewest, of a fair one.",
        head: ["through", "window", "processes", "use of the quota", "least share", "429s"],
        rows: [...files, ...server]
      }
    ]
  }
}
