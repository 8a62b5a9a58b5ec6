/** The quota: one of this process, or one that all schedulers on a PostgreSQL database share. */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as RateLimitSql from "@effect-invent/client/RateLimitSql"
import * as Settings from "@effect-invent/client/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Database from "../Ledger/Database.ts"

/**
 * The limiter for this database. It has connections of its own: a permit must not wait for a transaction that waits for
 * a permit.
 */
export const layer = (db: Option.Option<string>) =>
  Layer.unwrapEffect(
    Effect.all([Settings.rateLimitConfig, Database.shared(db)]).pipe(
      Effect.map(([options, shared]) =>
        Option.match(shared, {
          onNone: () => RateLimit.layerMemory(options),
          onSome: (database) => Layer.provide(RateLimitSql.layerSql(options), database)
        })
      )
    )
  )
