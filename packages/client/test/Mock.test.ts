import * as InventClient from "@effect-invent/client/InventClient"
import * as Ids from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as Socket from "@effect/platform/Socket"
import { describe, expect } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { it } from "../../../tools/testing/it.ts"

const chat_id = Ids.ChatId.make("chat_1")
const contact_id = Ids.ContactId.make("contact_1")
const channel_id = Ids.ChannelId.make("channel_1")
const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("a mock opens no socket")
})

type Client = InventClient.InventClient["Type"]

const methods: Record<string, (invent: Client) => Effect.Effect<unknown, InventError.InventError>> = {
  "contacts.createChat": ({ contacts }) => contacts.createChat({ path: { contact_id, channel_id }, payload: {} }),
  "contacts.streamNotes": ({ contacts }) => Stream.runDrain(contacts.streamNotes({ path: { contact_id } })),
  "state.update": ({ state }) => state.update({ path: { chat_id }, payload: {} }),
  "state.newestChat": ({ state }) => state.newestChat({ path: { chat_id } }),
  "messages.list": ({ messages }) => messages.list({ path: { chat_id } }),
  "messages.stream": ({ messages }) => Stream.runDrain(messages.stream({ path: { chat_id } })),
  "inbox.events": ({ inbox }) => Effect.provide(Stream.runDrain(inbox.events()), noSocket),
  "orgs.list": ({ orgs }) => orgs.list(),
  "orgs.serverTime": ({ orgs }) => orgs.serverTime()
}

const run = (mock: InventClient.Mock, name: string) =>
  Effect.exit(Effect.flatMap(InventClient.InventClient, methods[name]!)).pipe(
    Effect.provide(InventClient.layerMock(mock))
  )

describe("a mocked client", () => {
  for (const name of Object.keys(methods)) {
    it.effect(`dies with a message that names ${name} when it was not given that`, () =>
      Effect.gen(function* () {
        for (const mock of [{}, { contacts: {}, state: {}, messages: {} }] satisfies ReadonlyArray<InventClient.Mock>) {
          const exit = yield* run(mock, name)
          const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
          expect(Cause.isDie(cause)).toBe(true)
          expect(String(Cause.squash(cause))).toMatch(
            new RegExp(`layerMock was not given ${name.replace(".", "\\.")},`)
          )
        }
      })
    )
  }

  it.effect("answers with the methods it was given, and dies for their neighbours", () =>
    Effect.gen(function* () {
      const mock: InventClient.Mock = {
        messages: { list: ({ path }) => Effect.succeed([{ id: Ids.MessageId.make(`of ${path.chat_id}`) }]) }
      }
      expect(yield* run(mock, "messages.list")).toEqual(Exit.succeed([{ id: "of chat_1" }]))
      expect(String(yield* run(mock, "messages.stream"))).toContain("messages.stream")
      expect(String(yield* run(mock, "state.update"))).toContain("state.update")
    })
  )

  it.effect("streams what it was given", () =>
    Effect.gen(function* () {
      const ids = ["m1", "m2"].map((id) => ({ id: Ids.MessageId.make(id) }))
      const mock = InventClient.layerMock({ messages: { stream: () => Stream.fromIterable(ids) } })
      const { messages } = yield* Effect.provide(InventClient.InventClient, mock)
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(messages.stream({ path: { chat_id } })))).toEqual(ids)
    })
  )

  it.effect("fails with the typed errors it was given", () =>
    Effect.gen(function* () {
      const error = new InventError.NotFound({ endpoint: "state.update", attempts: 1, status: 404, excerpt: "" })
      expect(yield* run({ state: { update: () => Effect.fail(error) } }, "state.update")).toEqual(Exit.fail(error))
    })
  )
})
