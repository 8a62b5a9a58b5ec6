/** Reads a paged list as a stream: until an empty page, or until the server's own count says that all was seen. */
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

const isLast = (response: HttpClientResponse, page: number, take: number, length: number): boolean => {
  if (length === 0) return true
  const count = numberIn(response, Paging.headers.count)
  // A server may give fewer than were asked for on every page, so a short page alone ends nothing when it names its size.
  const given = numberIn(response, Paging.headers.take) ?? take
  return count === undefined ? length < given : page * given >= count
}

const sameIds = (a: ReadonlyArray<ChatMessage>, b: ReadonlyArray<ChatMessage>): boolean =>
  a.length > 0 && a.length === b.length && a.every((message, index) => message.id === b[index]?.id)

export const stream =
  (list: ListWithHeaders) =>
  (request: ListRequest): Stream.Stream<ChatMessage, InventError.RepeatableError> => {
    const take = request.urlParams?.take ?? Paging.maxTake
    const first = { page: request.urlParams?.page ?? 1, previous: [] as ReadonlyArray<ChatMessage> }
    return Stream.paginateChunkEffect(first, ({ page, previous }) =>
      Effect.flatMap(
        list({ ...request, urlParams: { ...request.urlParams, page, take }, withResponse: true }),
        ([messages, response]) => {
          if (sameIds(messages, previous)) {
            return Effect.fail(
              new InventError.UnexpectedResponse({
                endpoint: "messages.list",
                attempts: 1,
                status: response.status,
                excerpt: "",
                issue: `page ${page} repeats page ${page - 1}`
              })
            )
          }
          const next = isLast(response, page, take, messages.length)
            ? Option.none()
            : Option.some({ page: page + 1, previous: messages })
          return Effect.succeed([Chunk.unsafeFromArray(messages), next] as const)
        }
      )
    )
  }
