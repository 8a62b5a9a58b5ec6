/** One page of a list. */
import type { Options } from "../Options.ts"

/** `page` counts from 1. */
export interface PageQuery {
  readonly page?: number
  readonly take?: number
}

/** The entries of a page, and the counts that travel in its headers. */
export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly count: number
  readonly page: number
  readonly take: number
}

export const make =
  ({ defaultTake }: Pick<Options["Type"], "defaultTake">) =>
  <R, A>(records: ReadonlyArray<R>, { page = 1, take = defaultTake }: PageQuery, show: (record: R) => A): Page<A> => ({
    entries: records.slice((page - 1) * take, page * take).map(show),
    count: records.length,
    page,
    take
  })
