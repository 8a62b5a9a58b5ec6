/**
 * The inbox as a stream: a WebSocket for what happens, and the list for what it does not deliver. Unless listing is not
 * wanted, each connection that opened is followed by one, and what is newer than what was seen is emitted. Where none
 * opens, the list is read at least once in `listEvery` and at most twice.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import * as Graphemes from "@effect-invent/domain/Graphemes"
import type { ChatId } from "@effect-invent/domain/Ids"
import { InboxEvent } from "@effect-invent/domain/Chat/InboxEvent"
import { InvalidRequest, isRetryable, type RepeatableError } from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Socket from "@effect/platform/Socket"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InboxChange } from "../../InboxChange.ts"
import type { InboxFilter } from "../../ClientMethods.ts"
import type { EventsRequest } from "../../ClientTypes.ts"
import type { Settings } from "../../Settings.ts"
import * as Authentication from "../pipeline/Authentication.ts"
import * as MonotonicClock from "../pipeline/MonotonicClock.ts"
import * as ValidateOption from "../pipeline/ValidateOption.ts"

/** The changes to emit, and at the end the reason for the end. */
type Changes = Queue.Queue<Effect.Effect<InboxChange, RepeatableError>>

/**
 * Changes that wait for a slow reader. A WebSocket has no backpressure: a frame that finds no room is dropped and
 * ends the connection, and the listing that follows waits for room.
 */
const mostWaiting = 1000

/** Maximum wait between two attempts to connect, where the retry policy's own is not longer. */
const mostBetween = Duration.minutes(5)

const excerptLength = 500

const defaultListEvery = Duration.minutes(5)

interface Options {
  readonly url: string
  readonly list: Stream.Stream<Chat | Undecodable, RepeatableError>
  readonly listEvery: Duration.DurationInput | "never"
  /** Whether the list would show the chat: the socket knows no filter. */
  readonly isWanted: (chat: Chat) => boolean
}

const decoder = new TextDecoder()
const decode = Schema.decodeEither(Schema.parseJson(InboxEvent))

const read = (frame: string | Uint8Array, withoutKey: (text: string) => string): InboxChange => {
  const text = typeof frame === "string" ? frame : decoder.decode(frame)
  // A frame can be nested deeper than the stack is.
  const event = Either.flatMap(
    Either.try(() => decode(text)),
    (result) => result
  )
  return Either.match(event, {
    onRight: ({ data, type }) => InboxChange.Pushed({ chat: data, type }),
    onLeft: () =>
      InboxChange.Unreadable({
        excerpt: Graphemes.cut(withoutKey(text), excerptLength),
        issue: "it is not JSON, or has no chat in `data`"
      })
  })
}

/**
 * The change last reported of each chat. A change without a date counts as new each time it is listed. Dates may be
 * whole seconds, so a date that stays the same is new where another message is the last one, or the last one has
 * another status.
 */
const makeSeen = () => {
  const seen = new Map<ChatId, { readonly at: number | undefined; readonly last: string }>()
  const stateOf = ({ last_message, updated_at }: Chat) => ({
    at: updated_at?.epochMillis,
    last: JSON.stringify([last_message?.id, last_message?.status])
  })
  return {
    add: (chat: Chat) => {
      seen.set(chat.id, stateOf(chat))
    },
    isNew: (chat: Chat) => {
      const [before, now] = [seen.get(chat.id), stateOf(chat)]
      if (before?.at === undefined || now.at === undefined || now.at > before.at) return true
      return now.at === before.at && now.last !== before.last
    }
  }
}

// The platform's constructor takes no headers. That of Node and that of `ws` take an object with them in place of
// protocols.
const open = ({ apiKey, userAgent }: Settings, url: string) =>
  Effect.flatMap(Socket.WebSocketConstructor, (construct) =>
    Effect.try({
      try: () =>
        construct(url, {
          headers: { authorization: `Bearer ${Redacted.value(apiKey)}`, "user-agent": userAgent }
        } as never),
      catch: () => new Socket.SocketGenericError({ reason: "Open", cause: "the constructor refuses" })
    })
  )

const connect = (settings: Settings, url: string) =>
  Socket.fromWebSocket(
    Effect.acquireRelease(open(settings, url), (webSocket) => Effect.sync(() => webSocket.close(1000)))
  )

/** One connection, from its opening to its end. Fails only with what a later connection could not change. */
const session = (settings: Settings, { isWanted, list, listEvery, url }: Options, changes: Changes) => {
  const seen = makeSeen()
  const unreadable = new Set<string>()
  const withoutKey = Authentication.withoutKey(settings.apiKey)
  let listedAt = Number.NEGATIVE_INFINITY

  const changeOf = (entry: Chat | Undecodable): InboxChange | undefined => {
    if (isUndecodable(entry)) {
      // What is nested deeper than the stack is shows nothing of itself.
      const raw = Either.getOrElse(
        Either.try(() => JSON.stringify(entry.raw)),
        () => ""
      )
      const excerpt = Graphemes.cut(withoutKey(raw), excerptLength)
      if (unreadable.has(excerpt) || unreadable.size >= mostWaiting) return undefined
      unreadable.add(excerpt)
      return InboxChange.Unreadable({ excerpt, issue: withoutKey(entry.issue) })
    }
    if (!seen.isNew(entry)) return undefined
    seen.add(entry)
    return InboxChange.Listed({ chat: entry })
  }
  const listed = Effect.flatMap(MonotonicClock.millis, (now) =>
    list.pipe(
      Stream.runForEach((entry) => {
        const change = changeOf(entry)
        return change === undefined ? Effect.void : Queue.offer(changes, Effect.succeed(change))
      }),
      Effect.tap(() => void (listedAt = now))
    )
  )
  /** Whether there was room. */
  const push = (change: InboxChange): boolean => {
    if (change._tag === "Pushed" && !isWanted(change.chat)) return true
    const isQueued = Queue.unsafeOffer(changes, Effect.succeed(change))
    if (isQueued && change._tag !== "Unreadable") seen.add(change.chat)
    return isQueued
  }

  return Effect.gen(function* () {
    const opened = yield* Deferred.make<void>()
    const overflow = yield* Deferred.make<void>()
    const socket = yield* connect(settings, url)
    const receive = (frame: string | Uint8Array) => {
      if (!push(read(frame, withoutKey))) Deferred.unsafeDone(overflow, Effect.void)
    }
    const listening = yield* socket
      .runRaw(receive, { onOpen: Effect.asVoid(Deferred.succeed(opened, undefined)) })
      .pipe(Effect.exit, Effect.forkScoped)
    if (listEvery === "never") {
      yield* Fiber.await(listening)
      return
    }
    const half = Duration.times(listEvery, 0.5)
    const listedIfOld = Effect.flatMap(MonotonicClock.millis, (now) =>
      now - listedAt < Duration.toMillis(half) ? Effect.void : listed
    )
    // A change after the listing began must come by the socket, so it listens first, if it can. While it neither opens
    // nor fails, the list is all there is.
    const meanwhile = Effect.forever(Effect.delay(listedIfOld, half))
    yield* Effect.raceAll([Deferred.await(opened), Fiber.await(listening), meanwhile])
    yield* (yield* Deferred.isDone(opened)) ? listed : listedIfOld
    const again = Effect.sleep(listEvery).pipe(Effect.zipRight(listed), Effect.forever)
    yield* Effect.raceAll([again, Fiber.await(listening), Deferred.await(overflow)])
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => (isRetryable(error) ? Effect.void : Effect.fail(error)))
  )
}

const stream = (
  settings: Settings,
  options: Options
): Stream.Stream<InboxChange, RepeatableError, Socket.WebSocketConstructor> => {
  const { baseDelay, maxDelay } = settings.retry
  const { listEvery } = options
  const between = listEvery === "never" ? mostBetween : Duration.min(Duration.times(listEvery, 0.5), mostBetween)
  const most = Duration.max(maxDelay, between)
  const backOff = (failures: number) =>
    Effect.flatMap(Random.next, (jitter) =>
      Effect.sleep(Duration.times(Duration.min(Duration.times(baseDelay, 2 ** failures), most), jitter))
    )
  return Stream.unwrapScoped(
    Effect.gen(function* () {
      const changes: Changes = yield* Queue.bounded<Effect.Effect<InboxChange, RepeatableError>>(mostWaiting)
      const once = session(settings, options, changes)
      const from = (failures: number): Effect.Effect<never, RepeatableError, Socket.WebSocketConstructor> =>
        Effect.gen(function* () {
          const startedAt = yield* MonotonicClock.millis
          yield* once
          const lasted = (yield* MonotonicClock.millis) - startedAt
          // One that opens and closes at once is no better than one that does not open.
          const now = lasted > Duration.toMillis(maxDelay) ? 0 : failures
          yield* backOff(now)
          return yield* from(Math.min(now + 1, 30))
        })
      yield* Effect.forkScoped(Effect.catchAllCause(from(0), (cause) => Queue.offer(changes, Effect.failCause(cause))))
      return Effect.flatten(Queue.take(changes)).pipe(Stream.repeatEffect)
    })
  )
}

type Request = Omit<EventsRequest, "listEvery"> & { readonly urlParams?: InboxFilter }

/** The shortest `listEvery`, in milliseconds: a listing costs at least one request of the quota. */
const shortest = 1000

/** The stream of the WebSocket at this path of the contract, and of the list beside it. */
export const make =
  <R extends Request>(
    settings: Settings,
    endpoint: string,
    path: string,
    list: (request: R) => Stream.Stream<Chat | Undecodable, RepeatableError>
  ) =>
  ({ listEvery = defaultListEvery, ...request }: R & Pick<EventsRequest, "listEvery"> = {} as R) => {
    const org = request.path?.org_id ?? settings.orgId
    const every = listEvery === "never" ? undefined : ValidateOption.duration("listEvery", listEvery, shortest)
    const issue = ValidateOption.isId(org)
      ? every && Either.getLeft(every).pipe(Option.map(String), Option.getOrUndefined)
      : `path.org_id: expected an id, got ${JSON.stringify(org)}`
    if (issue !== undefined) return Stream.fail(new InvalidRequest({ endpoint, issue }))
    const kind = request.urlParams?.integration_id
    return stream(settings, {
      url: `${settings.baseUrl.replace(/^http/, "ws")}${path.replace(":org_id", encodeURIComponent(org))}`,
      list: list(request as unknown as R),
      listEvery,
      isWanted: ({ state }) => kind === undefined || (state?.integration_id ?? kind) === kind
    })
  }
