import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as HttpApi from "@effect/platform/HttpApi"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
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
