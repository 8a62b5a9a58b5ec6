/**
 * Where each part of an endpoint is from: printed on a page of the vendor's, inferred from something else that is
 * known, or unknown and so a guess. Every endpoint says it of every part it has; `docs/coverage.md` and the OpenAPI
 * document are made from it, and the tests hold it to the fixtures, which have the keys that each page prints.
 */
import * as Context from "effect/Context"

/**
 * - `printed`: on a page, with its name.
 * - `inferred`: from a neighbour, from a description without names, or from public code.
 * - `unknown`: nothing says it; what is here is a guess.
 * - an object: printed, but for the keys it names.
 */
export type Standing =
  | "printed"
  | "inferred"
  | "unknown"
  | { readonly inferred?: readonly [string, ...Array<string>]; readonly unknown?: readonly [string, ...Array<string>] }

/** What an endpoint is made of. `query` is the text after the `?`. */
export type Part = "method" | "path" | "query" | "body" | "answer"

/** Where each part of an endpoint is from. */
export interface Parts {
  readonly method: Standing
  readonly path: Standing
  /** Of an endpoint that has a query. */
  readonly query?: Standing
  /** Of an endpoint that has a body. */
  readonly body?: Standing
  readonly answer: Standing
}

/** The annotation of an endpoint that says where its parts are from. */
export class Provenance extends Context.Tag("@effect-invent/domain/api/Provenance")<Provenance, Parts>() {}

/** Method and path are the least that has to be printed: without, the endpoint may not be there. */
export const isExperimental = ({ method, path }: Parts): boolean => method !== "printed" || path !== "printed"

/** The keys that a part has without a page that prints them; all of them, or those it names. */
export const unprinted = (standing: Standing): "all" | ReadonlyArray<string> => {
  if (standing === "printed") return []
  return typeof standing === "string" ? "all" : [...(standing.inferred ?? []), ...(standing.unknown ?? [])]
}
