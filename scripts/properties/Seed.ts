/** The seed of all property tests: the same in each run, unless `PROPERTY_SEED` says otherwise. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"

export const seed = Effect.runSync(Config.withDefault(Config.integer("PROPERTY_SEED"), 1))
