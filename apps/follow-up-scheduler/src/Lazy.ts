/** Loads a part of the program when it is first needed, so that a command loads only what it needs. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** A file of the program is missing or cannot be run. Nothing was sent. */
export class PartNotLoaded extends Schema.TaggedError<PartNotLoaded>()("PartNotLoaded", {
  /** What the part is for. */
  part: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `the part of the program for ${this.part} could not be loaded: ${this.reason}; install the program again`
  }
}

/** `load` is an `import()` of one module; the runtime loads it once, however often `load` is called. */
const module = <M>(part: string, load: () => Promise<M>): Effect.Effect<M, PartNotLoaded> =>
  Effect.tryPromise({
    try: load,
    catch: (cause) => new PartNotLoaded({ part, reason: cause instanceof Error ? cause.message : String(cause) })
  })

/** Runs an effect of a module that is loaded first. */
export const effect = <M, A, E, R>(part: string, load: () => Promise<M>, use: (module: M) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(module(part, load), use)

/** A layer of a module that is loaded when the layer is built. */
export const layer = <M, A, E, R>(part: string, load: () => Promise<M>, use: (module: M) => Layer.Layer<A, E, R>) =>
  Layer.unwrapEffect(Effect.map(module(part, load), use))
