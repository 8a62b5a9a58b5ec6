/** How many requests a look at a chat takes, by how many messages it has. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const { chat_id, messageId, minute, wireChat, wireMessage } = Build
const perPage = 100

/** A chat with so many messages, each a minute after the one before it, and the requests that are made for them. */
const service = (count: number) => {
  const messages: Array<ChatMessage> = Arr.makeBy(count, (n) =>
    wireMessage(n % 2 === 0 ? "contact" : "assistant", (n - count) * minute, { id: messageId(`message_${n}`) })
  )
  const requests: Array<string> = []
  const listed = (from: DateTime.Utc | undefined) => {
    const wanted = messages.filter(
      ({ created_at }) => from === undefined || DateTime.greaterThanOrEqualTo(created_at!, from)
    )
    return Stream.paginateChunk(0, (page) => {
      requests.push(from === undefined ? "list" : "list of what is new")
      const isMore = (page + 1) * perPage < wanted.length
      return [
        Chunk.fromIterable(wanted.slice(page * perPage, (page + 1) * perPage)),
        isMore ? Option.some(page + 1) : Option.none()
      ]
    })
  }
  const invent = InventClient.layerMock({
    inbox: { stream: () => Stream.sync(() => wireChat({}, { last_message: messages.at(-1)! })) },
    messages: { stream: ({ urlParams }) => Stream.suspend(() => listed(urlParams?.from_date)) }
  })
  const ledger = Layer.provide(Ledger.layer, Databases.sqlite)
  return { messages, requests, layer: Layer.provide(ChatReader.layer, [invent, ledger]) }
}

const read = Effect.flatMap(ChatReader.ChatReader, (reader) =>
  Effect.map(reader.read(chat_id, "act"), ({ messages }) => messages.map(({ id }) => id))
)

describe("a chat of 3,002 messages", () => {
  it.effect("is listed whole once, and by one request each time after that", () => {
    const { layer, messages, requests } = service(3002)
    return Effect.gen(function* () {
      expect(yield* read).toHaveLength(3002)
      expect(requests).toHaveLength(31)
      for (const n of [1, 2, 3]) {
        yield* TestClock.adjust("1 minute")
        messages.push(wireMessage("assistant", n * minute, { id: messageId(`new_${n}`) }))
        requests.length = 0
        expect((yield* read).slice(-1)).toEqual([`new_${n}`])
        expect(requests).toEqual(["list of what is new"])
      }
      expect(yield* read).toEqual(messages.map(({ id }) => id))
    }).pipe(Effect.provide(layer))
  })

  it.effect("shows a last message no more that has failed since it was listed", () => {
    const { layer, messages } = service(3002)
    return Effect.gen(function* () {
      expect((yield* read).at(-1)).toBe("message_3001")
      messages.push({ ...messages.pop()!, status: "FAILED" })
      yield* TestClock.adjust("1 minute")
      expect((yield* read).at(-1)).toBe("message_3000")
    }).pipe(Effect.provide(layer))
  })
})

it.effect("a chat that one page shows is listed whole each time", () => {
  const { layer, messages, requests } = service(99)
  return Effect.gen(function* () {
    yield* read
    messages.push(wireMessage("assistant", minute, { id: messageId("new") }))
    yield* TestClock.adjust("1 minute")
    requests.length = 0
    expect(yield* read).toHaveLength(100)
    expect(requests).toEqual(["list"])
  }).pipe(Effect.provide(layer))
})
