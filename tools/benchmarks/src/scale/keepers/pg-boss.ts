import PgBoss from "pg-boss"
import * as Keeper from "../Keeper.ts"
import type { Open } from "../Keeper.ts"

const queue = "wake"

export const open: Open = async (database, onWake) => {
  const boss = new PgBoss(database)
  await boss.start()
  await boss.createQueue(queue)
  const options = { pollingIntervalSeconds: Keeper.precision / 1000, batchSize: Keeper.concurrency }
  await boss.work<Keeper.Wait>(queue, options, async (jobs) => jobs.forEach(({ data }) => onWake(data.at)))
  return {
    enqueue: ({ at, id }) =>
      boss.send(queue, { id, at }, { startAfter: new Date(at), singletonKey: id }).then(() => undefined)
  }
}
