/**
 * Reads a paged list as a stream: until the server's own count shows that all was read, else until a short or empty
 * page.
 */
import * as Paging from "@effect-invent/domain/api/Paging"
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/** A request of a list, as far as its pages matter. */
export interface ListRequest {
  readonly path?: Readonly<Record<string, unknown>>
  readonly urlParams?: { readonly page?: number; readonly take?: number }
}

/** A method that lists, and gives the headers with the entries. */
export type ListWithHeaders = (
  request: ListRequest & { readonly withResponse: true }
) => Effect.Effect<[ReadonlyArray<unknown>, HttpClientResponse], InventError.RepeatableError>

const numberIn = (response: HttpClientResponse, header: string): number | undefined => {
  const text = response.headers[header]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** What is known of the pages before the one at hand. */
interface Progress {
  readonly page: number
  /** Entries up to and with the previous page, or fewer: one request too many loses nothing, one too few does. */
  readonly seen: number
}

const isLast = (response: HttpClientResponse, seen: number, take: number, length: number): boolean => {
  if (length === 0) return true
  const count = numberIn(response, Paging.headers.count)
  // A server may give fewer than were requested on every page, so a short page alone ends nothing when it names its
  // size.
  if (count !== undefined) return seen >= count
  const size = numberIn(response, Paging.headers.take)
  // A server that names no size and gives more than was requested has no pages: of some lists no page says it has.
  return size === undefined ? length !== take : length < size
}

/** An entry without an id is compared by its whole content. */
const nameOf = (item: unknown): unknown => (Predicate.hasProperty(item, "id") ? item.id : item)

/** Two pages of equal length that begin and end alike are one page twice, as nothing is listed twice. */
const endsOf = (items: ReadonlyArray<unknown>): string =>
  JSON.stringify([items.length, nameOf(items.at(0)), nameOf(items.at(-1))])

/**
 * Makes the stream of a list: requests page after page until one is short or the counts of the headers are reached.
 * Fails with `UnexpectedResponse` when a page comes twice.
 */
export const stream =
  (endpoint: string, list: ListWithHeaders) =>
  (request: ListRequest = {}): Stream.Stream<unknown, InventError.RepeatableError> => {
    const take = request.urlParams?.take ?? Paging.maxTake
    const firstPage = request.urlParams?.page ?? 1
    const first: Progress = { page: firstPage, seen: 0 }
    return Stream.suspend(() => {
      /** The page that came first with these ends. */
      const pages = new Map<string, number>()
      return Stream.paginateChunkEffect(first, ({ page, seen }) =>
        Effect.flatMap(
          list({ ...request, urlParams: { ...request.urlParams, page, take }, withResponse: true }),
          ([items, response]) => {
            const ends = endsOf(items)
            const before = items.length === 0 ? undefined : pages.get(ends)
            if (before !== undefined) {
              return Effect.fail(
                new InventError.UnexpectedResponse({
                  endpoint,
                  attempts: 1,
                  status: response.status,
                  excerpt: "",
                  issue: `page ${page} repeats page ${before}`
                })
              )
            }
            pages.set(ends, page)
            // The pages before a resumed one are at least as long as it: only the last page is shorter.
            const seenNow = items.length * (page === firstPage ? page : 1) + seen
            const next: Option.Option<Progress> = isLast(response, seenNow, take, items.length)
              ? Option.none()
              : Option.some({ page: page + 1, seen: seenNow })
            return Effect.succeed([Chunk.unsafeFromArray(items), next] as const)
          }
        )
      )
    })
  }
