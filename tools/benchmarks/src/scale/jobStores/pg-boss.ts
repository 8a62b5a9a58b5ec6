import PgBoss from "pg-boss"
import * as JobStore from "../JobStore.ts"
import type { Open } from "../JobStore.ts"

const queue = "wake"

export const open: Open = async (database, onWake) => {
  const boss = new PgBoss(database)
  await boss.start()
  await boss.createQueue(queue)
  const options = { pollingIntervalSeconds: JobStore.precision / 1000, batchSize: JobStore.concurrency }
  await boss.work<JobStore.Wait>(queue, options, async (jobs) => jobs.forEach(({ data }) => onWake(data.at)))
  return {
    enqueue: ({ at, id }) =>
      boss.send(queue, { id, at }, { startAfter: new Date(at), singletonKey: id }).then(() => undefined)
  }
}
