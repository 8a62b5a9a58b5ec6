import { ChatId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as ShardId from "@effect/cluster/ShardId"
import { Sharding } from "@effect/cluster/Sharding"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ledger from "../src/Ledger.ts"
import { FollowUpKey } from "../src/Plan.ts"
import * as ClusterRunner from "../src/Timer/ClusterRunner.ts"
import * as Timer from "../src/Timer.ts"
import * as Cluster from "../src/Timer/Cluster.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"
import * as Databases from "./Databases.ts"
import * as TimerSuite from "./TimerSuite.ts"

const inVirtualTime = <A, E, R>(test: Effect.Effect<A, E, R>) => VirtualTime.run(test, Build.start)

TimerSuite.suite(Databases.sqlite, inVirtualTime)

describe("a follow-up that is far", () => {
  const precision = Duration.seconds(30)
  const instant = DateTime.addDuration(Build.start, Duration.times(Timer.near, 2))

  /** One life of a process; when it wakes a follow-up goes into this queue. */
  const life = (woken: Queue.Enqueue<DateTime.Utc>) =>
    Cluster.layerWaker(() => Effect.flatMap(DateTime.now, (at) => Queue.offer(woken, at))).pipe(
      Layer.provideMerge(Cluster.layer),
      Layer.provideMerge(ClusterRunner.layer(precision)),
      Layer.provideMerge(Ledger.layer),
      Layer.fresh
    )

  /** Planned, and its timer requested, as after a look at its chat. */
  const plan = Effect.gen(function* () {
    const ids = {
      conversation_id: ConversationId.make("conversation"),
      chat_id: ChatId.make("chat"),
      anchor_id: MessageId.make("anchor")
    }
    const ledger = yield* Ledger.Ledger
    const planned = yield* ledger.plan(
      { ...ids, key: FollowUpKey.make("far"), policy: "nudge@1", step: 1, due_at: instant },
      AuditEvents.some.planned
    )
    yield* Effect.flatMap(Timer.Timer, (timer) => timer.schedule(Option.getOrThrow(planned)))
  })

  const messages = Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(sql`SELECT id FROM cluster_messages`, (rows) => rows.length)
  )

  const story = (
    name: string,
    lives: (woken: Queue.Queue<DateTime.Utc>) => Effect.Effect<void, unknown, SqlClient.SqlClient>
  ) =>
    it.live(name, () =>
      Effect.gen(function* () {
        const woken = yield* Queue.unbounded<DateTime.Utc>()
        yield* lives(woken)
        const late = [...(yield* Queue.takeAll(woken))].map((at) => at.epochMillis - instant.epochMillis)
        expect(late).toHaveLength(1)
        expect(late[0]).toBeGreaterThanOrEqual(0)
        expect(late[0]).toBeLessThanOrEqual(Duration.toMillis(precision))
      }).pipe(Effect.provide(Databases.sqlite), inVirtualTime)
    )

  story("has no message until it comes near, and is woken at its instant", (woken) =>
    Effect.gen(function* () {
      yield* plan
      yield* Effect.sleep("9 minutes")
      expect(yield* messages).toBe(0)
      yield* Effect.sleep("2 minutes")
      expect(yield* messages).toBe(1)
      yield* Effect.sleep("10 minutes")
    }).pipe(Effect.provide(life(woken)))
  )

  story("is woken by a process that begins long after it was planned", (woken) =>
    Effect.gen(function* () {
      yield* Effect.provide(plan, life(woken))
      yield* Effect.sleep("15 minutes")
      yield* Effect.provide(Effect.sleep("6 minutes"), life(woken))
    })
  )
})

describe("a cluster that cannot renew its locks", () => {
  const withoutLocks = Layer.mock(Sharding, {
    makeClient: () => Effect.succeed(() => ({ Wake: () => Effect.uninterruptible(Effect.never) }) as never),
    registerSingleton: () => Effect.void,
    getShardId: (_, group) => ShardId.make(group, 1),
    hasShardId: () => false
  })

  it.live("holds up a timer for five seconds and no longer; the sweep finds what is due", () =>
    Effect.gen(function* () {
      const began = yield* Clock.currentTimeMillis
      yield* Effect.flatMap(Timer.Timer, (timer) => timer.schedule(Build.followUp({ due_at: Build.after(1) })))
      expect((yield* Clock.currentTimeMillis) - began).toBe(5000)
    }).pipe(
      Effect.provide(Cluster.layer.pipe(Layer.provide([withoutLocks, Layer.mock(Ledger.Ledger, {})]))),
      inVirtualTime
    )
  )
})
