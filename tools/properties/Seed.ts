/** What property tests draw: the same in each run, unless the environment sets another seed. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"

const settings = Effect.runSync(
  Config.all({
    seed: Config.withDefault(Config.integer("PROPERTY_SEED"), 1),
    scale: Config.withDefault(Config.integer("PROPERTY_SCALE"), 1)
  })
)

export const seed = settings.seed

/** How many times as many samples the costly ones draw as in a quick run. */
export const scale = settings.scale
