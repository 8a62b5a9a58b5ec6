/**
 * The process that the timers run in: the only one of a SQLite file, or one of many that share a PostgreSQL database
 * and divide the conversations among them. The conversations of a runner that died or froze are given to another after
 * `RUNNER_LOCK_EXPIRATION`.
 */
import type * as MessageStorage from "@effect/cluster/MessageStorage"
import type { Runners } from "@effect/cluster/Runners"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import type { Sharding } from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SingleRunner from "@effect/cluster/SingleRunner"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import type { SocketServerError } from "@effect/platform/SocketServer"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as MigrationLock from "../Ledger/Database/MigrationLock.ts"

/** How long an entity that has handled its wake-up stays in memory. */
const entityMaxIdleTime = Duration.seconds(5)

/**
 * No wait: what is under way when a runner stops, or releases a conversation, ends on its own (see
 * `GracefulShutdown.finishing`).
 */
const entityTerminationTimeout = Duration.zero

/**
 * How long a runner keeps its conversations without a sign of life: `RUNNER_LOCK_EXPIRATION`, 9 seconds unless given.
 * It must give a sign three times as often, on a busy machine, too. PostgreSQL counts in whole seconds.
 */
export const lockExpiration = Config.duration("RUNNER_LOCK_EXPIRATION").pipe(
  Config.validate({
    message: "Expected at least 1 second",
    validation: (expiration: Duration.Duration) => Duration.greaterThanOrEqualTo(expiration, Duration.seconds(1))
  }),
  Config.withDefault(Duration.seconds(9))
)

/** Where the other runners reach this one: `RUNNER_HOST` and `RUNNER_PORT`, 127.0.0.1:34431 unless given. */
export const address = Config.map(
  Config.all({
    host: Config.withDefault(Config.string("RUNNER_HOST"), "127.0.0.1"),
    port: Config.withDefault(Config.port("RUNNER_PORT"), 34431)
  }),
  ({ host, port }) => new RunnerAddress.RunnerAddress({ host, port })
)

const alone = (precision: Duration.Duration) =>
  SingleRunner.layer({
    // One process holds the lock of the database and needs one shard: each search for due timers names every shard.
    runnerStorage: "memory",
    shardingConfig: {
      shardsPerGroup: 1,
      entityMessagePollInterval: precision,
      entityMaxIdleTime,
      entityTerminationTimeout
    }
  })

const createTables = (config: Partial<ShardingConfig.ShardingConfig["Type"]>) =>
  Layer.build(Layer.merge(SqlMessageStorage.layer, SqlRunnerStorage.layer)).pipe(
    Effect.provide(ShardingConfig.layer(config)),
    Effect.scoped,
    MigrationLock.hold
  )

const oneOfMany = (precision: Duration.Duration) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const shardLockExpiration = yield* lockExpiration
      const shardingConfig = {
        runnerAddress: Option.some(yield* address),
        entityMessagePollInterval: precision,
        entityMaxIdleTime,
        entityTerminationTimeout,
        shardLockExpiration,
        // A runner searches for shards without an owner as often as it gives a sign of life.
        refreshAssignmentsInterval: Duration.times(shardLockExpiration, 1 / 3),
        // An advisory lock of PostgreSQL lasts as long as its connection, which a frozen process keeps open.
        shardLockDisableAdvisory: true
      }
      yield* createTables(shardingConfig)
      return NodeClusterSocket.layer({ shardingConfig })
    })
  )

/** For the database of the context. `precision`: how often it is searched for due timers. */
export const layer = (
  precision: Duration.Duration
): Layer.Layer<
  Sharding | Runners | MessageStorage.MessageStorage,
  ConfigError | SqlError | SocketServerError,
  SqlClient.SqlClient
> =>
  Layer.unwrapEffect(
    Effect.map(SqlClient.SqlClient, (sql) =>
      sql.onDialectOrElse({
        pg: () => oneOfMany(precision),
        orElse: (): ReturnType<typeof oneOfMany> => alone(precision)
      })
    )
  )
