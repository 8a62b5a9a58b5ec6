import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as Pages from "../../domain/test/Pages.ts"
import { layer } from "../src/Emulator.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { withWorld } from "./Conformance.ts"
import * as PrintedKeys from "./PrintedKeys.ts"
import * as Tour from "./Tour.ts"

const script = ({ turn }: { readonly turn: number }) => {
  if (turn === 1) return Reply.Tool("connect")
  return turn <= 3 ? Reply.Approval("refund") : Reply.Silence
}

const called: Array<string> = []
HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) => {
    if (!endpoint.path.endsWith("/ws")) called.push(`${group.identifier}.${endpoint.name}`)
  }
})

/** The answer with this key on each contact inside a chat. */
const onEachContact = (key: string, json: Pages.Json): Pages.Json => {
  if (Array.isArray(json)) return json.map((item) => onEachContact(key, item))
  if (!Pages.isObject(json)) return json
  const found = Object.entries(json).map(([name, value]) => [name, onEachContact(key, value)] as const)
  return Object.fromEntries(
    found.map(([name, value]) => [
      name,
      name === "contact" && Pages.isObject(value) ? { ...value, [key]: true } : value
    ])
  )
}

describe("an emulator that invents a field", () => {
  const invents = Effect.gen(function* () {
    const answers = yield* Tour.answers
    return answers
      .filter(({ endpoint }) => ["messages.list", "state.update", "chats.list", "inbox.list"].includes(endpoint))
      .map(({ endpoint, hasBody, json }) => ({ endpoint, hasBody, json: onEachContact("unsubscribed", json) }))
  })

  it.effect("is found out: no page prints `unsubscribed` on the contact inside a chat", () =>
    Effect.gen(function* () {
      for (const { endpoint, hasBody, json } of yield* invents) {
        const found = PrintedKeys.surplus(PrintedKeys.keysOf(endpoint, hasBody, json))
        assert.deepStrictEqual(found, ["MemberContact.unsubscribed"], endpoint)
      }
    }).pipe(Effect.provide(withWorld(layer({ script }))))
  )

  it.effect("fails every test that asks it over this client", () =>
    Effect.gen(function* () {
      const invented = (yield* invents).find(({ endpoint }) => endpoint === "messages.list")
      const inventing = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(invented?.json)))
      )
      const client = Context.get(
        PrintedKeys.checked(Context.make(HttpClient.HttpClient, inventing)),
        HttpClient.HttpClient
      )
      const cause = yield* Effect.sandbox(client.get("http://127.0.0.1/chats/chat_1/messages")).pipe(Effect.flip)
      assert.include(Cause.pretty(cause), "messages.list answers with what no page prints: MemberContact.unsubscribed")
    }).pipe(Effect.provide(withWorld(layer({ script }))))
  )
})

describe("the answers of the emulator", () => {
  it.effect("have no key that no page prints, but those that are listed with a reason, each of which is sent", () =>
    Effect.gen(function* () {
      const answers = yield* Tour.answers
      const refused = answers.flatMap(({ endpoint, json, status }) =>
        status === 200 ? [] : [[endpoint, status, json]]
      )
      assert.deepStrictEqual(refused, [])
      assert.deepStrictEqual(answers.map(({ endpoint }) => endpoint).sort(), called.sort())
      const keys = answers.flatMap(({ endpoint, hasBody, json }) => PrintedKeys.keysOf(endpoint, hasBody, json))
      assert.deepStrictEqual(PrintedKeys.surplus(keys), [])
      const sent = new Set(keys.filter((key) => !Pages.isPrinted(key)))
      assert.deepStrictEqual([...sent].sort(), Object.keys(Pages.unprinted.sent).sort())
    }).pipe(Effect.provide(withWorld(layer({ script }))))
  )

  it.effect("hold something for every endpoint of which a page prints an answer", () =>
    Effect.gen(function* () {
      const answers = yield* Tour.answers
      const empty = answers.filter(
        ({ endpoint, hasBody, json }) => PrintedKeys.keysOf(endpoint, hasBody, json).length === 0
      )
      const unknown = Pages.pages.filter(({ noun }) => noun === undefined).map(({ endpoint }) => endpoint)
      assert.deepStrictEqual(
        empty.map(({ endpoint }) => endpoint).filter((endpoint) => !unknown.includes(endpoint)),
        []
      )
    }).pipe(Effect.provide(withWorld(layer({ script }))))
  )
})
