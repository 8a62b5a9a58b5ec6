/** Who keeps waits: each as its own documentation sets it up. */
import type { Keeper } from "./Keeper.ts"

export const keepers: ReadonlyArray<Keeper> = [
  { id: "invent-sqlite", name: "**ours, SQLite**", store: "sqlite", load: () => import("./keepers/invent.ts") },
  { id: "invent-postgres", name: "**ours, PostgreSQL**", store: "postgres", load: () => import("./keepers/invent.ts") },
  {
    id: "graphile-worker",
    name: "graphile-worker",
    store: "postgres",
    load: () => import("./keepers/graphile-worker.ts")
  },
  { id: "pg-boss", name: "pg-boss", store: "postgres", load: () => import("./keepers/pg-boss.ts") }
]

export const packages = ["effect", "graphile-worker", "pg-boss"]

export const byId = (id: string): Keeper => {
  const found = keepers.find((keeper) => keeper.id === id)
  if (found === undefined) throw new Error(`no keeper ${id}`)
  return found
}
