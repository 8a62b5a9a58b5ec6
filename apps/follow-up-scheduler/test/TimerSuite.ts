/** What every database must do for the timers: a suite as a function of a layer. */
import { ConversationId } from "@effect-invent/domain/Ids"
import type * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Ledger from "../src/Ledger.ts"
import { FollowUpKey } from "../src/Plan.ts"
import * as ClusterRunner from "../src/Timer/ClusterRunner.ts"
import * as Timer from "../src/Timer.ts"
import * as Cluster from "../src/Timer/Cluster.ts"
import * as Build from "./Build.ts"

interface Woken {
  readonly key: string
  readonly revision: number
  readonly at: DateTime.Utc
}

/** One life of a process that requests wake-ups and is never woken. */
const requesting = Cluster.layer.pipe(
  Layer.provideMerge(ClusterRunner.layer(Duration.millis(100))),
  Layer.provideMerge(Ledger.layer)
)

/** One life of a process whose wake-ups go into this queue. */
const process = (woken: Queue.Enqueue<Woken>) =>
  Layer.provideMerge(
    Cluster.layerWaker((key, revision) =>
      Effect.flatMap(DateTime.now, (at) => Queue.offer(woken, { key, revision, at }))
    ),
    requesting
  )

const due = (name: string, millis: number, revision = 1) =>
  Effect.map(DateTime.now, (now) =>
    Build.followUp({
      key: FollowUpKey.make(name),
      conversation_id: ConversationId.make(`conversation of ${name}`),
      revision,
      due_at: DateTime.add(now, { millis })
    })
  )

const schedule = (name: string, millis: number, revision?: number) =>
  Effect.flatMap(due(name, millis, revision), (followUp) =>
    Effect.as(
      Effect.flatMap(Timer.Timer, (timer) => timer.schedule(followUp)),
      followUp
    )
  )

/** `database`: an empty one, each time it is built. `surround`: the time and the settings that a test runs in. */
export const suite = <E>(
  database: Layer.Layer<SqlClient.SqlClient, E>,
  surround: <A, E, R>(test: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): void => {
  const timers = (
    name: string,
    test: (woken: Queue.Queue<Woken>) => Effect.Effect<void, unknown, SqlClient.SqlClient>
  ) =>
    it.scopedLive(name, () => surround(Effect.flatMap(Queue.unbounded<Woken>(), test).pipe(Effect.provide(database))))

  timers("wakes a follow-up once, at its instant and not before", (woken) =>
    Effect.gen(function* () {
      const first = yield* schedule("a", 1500)
      const later = yield* schedule("b", 3000)
      const both = [yield* Queue.take(woken), yield* Queue.take(woken)].toSorted((x, y) => x.key.localeCompare(y.key))
      expect(both).toMatchObject([
        { key: "a", revision: 1 },
        { key: "b", revision: 1 }
      ])
      expect(both[0]?.at.epochMillis).toBeGreaterThanOrEqual(first.due_at.epochMillis)
      expect(both[1]?.at.epochMillis).toBeGreaterThanOrEqual(later.due_at.epochMillis)
      expect(yield* Queue.size(woken)).toBe(0)
    }).pipe(Effect.provide(process(woken)))
  )

  timers("wakes for the same look once, however often it was requested, and for the next look again", (woken) =>
    Effect.gen(function* () {
      yield* Effect.forEach([1, 1, 1, 2], (revision) => schedule("a", 0, revision))
      const both = yield* Queue.takeN(woken, 2)
      expect([...both].map(({ revision }) => revision).sort()).toEqual([1, 2])
      yield* schedule("a", 500, 3)
      expect((yield* Queue.take(woken)).revision).toBe(3)
      expect(yield* Queue.size(woken)).toBe(0)
    }).pipe(Effect.provide(process(woken)))
  )

  timers("wakes for what fell due while no process was there", (woken) =>
    Effect.gen(function* () {
      yield* Effect.provide(schedule("a", 0), requesting)
      expect(yield* Queue.size(woken)).toBe(0)
      yield* Effect.provide(
        Effect.map(Queue.take(woken), ({ key }) => expect(key).toBe("a")),
        Layer.fresh(process(woken))
      )
    })
  )
}
