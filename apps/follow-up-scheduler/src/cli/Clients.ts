/** The client of the service for the commands that send: `run` and `serve`. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Settings from "@effect-invent/client/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as QuotaUsage from "../Operations/QuotaUsage.ts"
import * as RateLimitLayer from "../Operations/RateLimitLayer.ts"
import * as GracefulShutdown from "../Dispatch/GracefulShutdown.ts"
import type { Db } from "./Options.ts"

/** The client, with the quota that goes with the database. Once a stop is asked for, no request is sent. */
export const layer = (db: Db) =>
  Layer.effect(InventClient.InventClient, Effect.flatMap(Settings.config(), InventClient.make)).pipe(
    Layer.provideMerge(QuotaUsage.layerConfig),
    Layer.provide(GracefulShutdown.closing(RateLimitLayer.layer(db)))
  )
