/** Hands over what is to wait, and is killed with -9. */
import { setTimeout as sleep } from "node:timers/promises"
import { enqueueAll } from "./JobStore.ts"
import { byId } from "./JobStores.ts"

export interface Args {
  readonly jobStore: string
  readonly database: string
  readonly count: number
  /** Milliseconds since the epoch: the first is due then, and the others within an hour. */
  readonly from: number
}

const hour = 3_600_000

/** How many a second. */
export const run = async ({ count, database, from, jobStore }: Args): Promise<number> => {
  const { open } = await byId(jobStore).load()
  const kept = await open(database, () => undefined)
  const waits = Array.from({ length: count }, (_, i) => ({ id: `waiting_${i}`, at: from + (hour * i) / count }))
  const started = performance.now()
  await enqueueAll(kept, waits)
  const rate = (1000 * count) / (performance.now() - started)
  process.send!(rate, undefined, undefined, () => process.kill(process.pid, "SIGKILL"))
  return sleep(hour, rate)
}
