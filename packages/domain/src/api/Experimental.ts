/**
 * What of an endpoint stands on no page and is inferred: from its neighbours, from a list of its parameters, or from code
 * that calls it. Everything else in the contract is published.
 */
import * as Context from "effect/Context"

export type Part = "method" | "path" | "query" | "body" | "answer"

export class Experimental extends Context.Tag("@effect-invent/domain/api/Experimental")<
  Experimental,
  {
    /** The parts that a page may yet contradict. */
    readonly inferred: readonly [Part, ...Array<Part>]
    /** What is missing, in a sentence. */
    readonly missing: string
  }
>() {}
