/** What may become of one of two schedulers on a PostgreSQL database. */
import * as Effect from "effect/Effect"
import type * as DatabaseOutage from "../DatabaseOutage.ts"
import * as Kinds from "./Kinds.ts"
import type { Scheduler } from "./Scheduler.ts"

export interface World {
  /** One of the two, whichever. */
  readonly scheduler: Scheduler
  readonly schedulers: ReadonlyArray<Scheduler>
  readonly database: ReturnType<typeof DatabaseOutage.make>
}

/** Until both have missed it: whichever part of them, for a sweep that is under way may wait for it and say nothing. */
const cut: Kinds.Kind<World> = {
  name: "database cut and back",
  happens: ({ database, schedulers }) =>
    Effect.acquireUseRelease(
      database.leaves,
      () =>
        Effect.forEach(schedulers, ({ saysAgain }) => saysAgain("is not currently accepting connections"), {
          concurrency: "unbounded",
          discard: true
        }),
      () => Effect.orDie(database.isBack)
    )
}

export const kinds: ReadonlyArray<Kinds.Kind<World>> = [Kinds.killed, Kinds.frozen, cut]
