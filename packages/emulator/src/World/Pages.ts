/** One page of a list. */
import { maxTake } from "@effect-invent/domain/api/Paging"

/** `page` counts from 1. */
export interface PageQuery {
  readonly page?: number | undefined
  readonly take?: number | undefined
}

/** The entries of a page, and the counts that travel in its headers. */
export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly count: number
  readonly page: number
  readonly take: number
}

/** Cuts one page out of a list, and counts the whole of it. A page beyond the end is empty. */
export const page = <R, A>(
  records: ReadonlyArray<R>,
  { page = 1, take = maxTake }: PageQuery,
  show: (record: R) => A
): Page<A> => ({
  entries: records.slice((page - 1) * take, page * take).map(show),
  count: records.length,
  page,
  take
})
