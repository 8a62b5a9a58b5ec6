import { Logger, run } from "graphile-worker"
import * as JobStore from "../JobStore.ts"
import type { Open } from "../JobStore.ts"

export const open: Open = async (database, onWake) => {
  const runner = await run({
    connectionString: database,
    concurrency: JobStore.concurrency,
    pollInterval: JobStore.precision,
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    taskList: { wake: async (payload) => onWake((payload as { readonly at: number }).at) }
  })
  return {
    enqueue: ({ at, id }) =>
      runner.addJob("wake", { id, at }, { runAt: new Date(at), jobKey: id }).then(() => undefined)
  }
}
