/** Reads a paged list as a stream: until the server's own count says that all was seen, else until a short or empty page. */
import * as Paging from "@effect-invent/domain/api/Paging"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

interface ListRequest {
  readonly path: { readonly chat_id: ChatId }
  readonly urlParams?: {
    readonly from_date?: DateTime.Utc
    readonly page?: number
    readonly take?: number
    readonly next?: string
  }
}

export type ListWithHeaders = (
  request: ListRequest & { readonly withResponse: true }
) => Effect.Effect<[ReadonlyArray<ChatMessage>, HttpClientResponse], InventError.RepeatableError>

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
  // A server may give fewer than were asked for on every page, so a short page alone ends nothing when it names its size.
  return count === undefined ? length < (numberIn(response, Paging.headers.take) ?? take) : seen >= count
}

/** Two pages of equal length that begin and end alike are one page twice, as no message is listed twice. */
const endsOf = (messages: ReadonlyArray<ChatMessage>): string =>
  JSON.stringify([messages.length, messages.at(0)?.id, messages.at(-1)?.id])

export const stream =
  (list: ListWithHeaders) =>
  (request: ListRequest): Stream.Stream<ChatMessage, InventError.RepeatableError> => {
    const take = request.urlParams?.take ?? Paging.maxTake
    const firstPage = request.urlParams?.page ?? 1
    const first: Progress = { page: firstPage, seen: 0 }
    return Stream.suspend(() => {
      /** The page that came first with these ends. */
      const pages = new Map<string, number>()
      return Stream.paginateChunkEffect(first, ({ page, seen }) =>
        Effect.flatMap(
          list({ ...request, urlParams: { ...request.urlParams, page, take }, withResponse: true }),
          ([messages, response]) => {
            const ends = endsOf(messages)
            const before = messages.length === 0 ? undefined : pages.get(ends)
            if (before !== undefined) {
              return Effect.fail(
                new InventError.UnexpectedResponse({
                  endpoint: "messages.list",
                  attempts: 1,
                  status: response.status,
                  excerpt: "",
                  issue: `page ${page} repeats page ${before}`
                })
              )
            }
            pages.set(ends, page)
            // The pages before a resumed one are at least as long as it: only the last page is shorter.
            const seenNow = messages.length * (page === firstPage ? page : 1) + seen
            const next: Option.Option<Progress> = isLast(response, seenNow, take, messages.length)
              ? Option.none()
              : Option.some({ page: page + 1, seen: seenNow })
            return Effect.succeed([Chunk.unsafeFromArray(messages), next] as const)
          }
        )
      )
    })
  }
