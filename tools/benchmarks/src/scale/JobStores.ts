/** Who keeps waits: each as its own documentation sets it up. */
import type { JobStore } from "./JobStore.ts"

export const jobStores: ReadonlyArray<JobStore> = [
  { id: "invent-sqlite", name: "**ours, SQLite**", store: "sqlite", load: () => import("./jobStores/invent.ts") },
  {
    id: "invent-postgres",
    name: "**ours, PostgreSQL**",
    store: "postgres",
    load: () => import("./jobStores/invent.ts")
  },
  {
    id: "graphile-worker",
    name: "graphile-worker",
    store: "postgres",
    load: () => import("./jobStores/graphile-worker.ts")
  },
  { id: "pg-boss", name: "pg-boss", store: "postgres", load: () => import("./jobStores/pg-boss.ts") }
]

export const packages = ["effect", "graphile-worker", "pg-boss"]

export const byId = (id: string): JobStore => {
  const found = jobStores.find((jobStore) => jobStore.id === id)
  if (found === undefined) throw new Error(`no jobStore ${id}`)
  return found
}
