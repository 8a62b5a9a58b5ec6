/** Starts over what waits, and gets more that comes due at the pace of the quota. */
import { setTimeout as sleep } from "node:timers/promises"
import { enqueueAll, type Wait } from "./JobStore.ts"
import { byId } from "./JobStores.ts"

export interface Args {
  readonly jobStore: string
  readonly database: string
  /** Names what this run adds. */
  readonly run: string
  readonly perSecond: number
  readonly seconds: number
}

export interface Outcome {
  /** From the start of the process until what was due was woken, in milliseconds. */
  readonly startUp: number
  /** How late each was, in milliseconds. */
  readonly lateness: ReadonlyArray<number>
  /** Resident bytes. */
  readonly memory: number
}

/** Between the start and the first that is due, so that all have been handed over. */
const ahead = 4000
const patience = 15_000

const collected = async () => {
  global.gc?.()
  await sleep(200)
  global.gc?.()
  return process.memoryUsage().rss
}

export const run = async ({ database, jobStore, perSecond, run, seconds }: Args): Promise<Outcome> => {
  const { open } = await byId(jobStore).load()
  const woken: Array<{ readonly at: number; readonly late: number }> = []
  const kept = await open(database, (at) => woken.push({ at, late: Date.now() - at }))
  const probe = Date.now()
  await kept.enqueue({ id: `${run}_probe`, at: probe })
  while (woken.length === 0) await sleep(5)
  const startUp = performance.now()
  const memory = await collected()
  const from = Date.now() + ahead
  const count = Math.floor(perSecond * seconds)
  const waits = Array.from({ length: count }, (_, i): Wait => ({
    id: `${run}_${i}`,
    at: from + Math.round((1000 * i) / perSecond)
  }))
  await enqueueAll(kept, waits)
  const last = waits.at(-1)!.at
  const isMeant = ({ at }: { readonly at: number }) => at >= from && at <= last
  while (woken.filter(isMeant).length < count && Date.now() < last + patience) await sleep(50)
  const lateness = woken.filter(isMeant).map(({ late }) => late)
  if (lateness.length !== count) throw new Error(`${jobStore}: ${lateness.length} of ${count} woke`)
  return { startUp, lateness, memory }
}
