import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import { Emulator } from "../src/Emulator.ts"
import { control, layer, send } from "./ControlRoutes.ts"

describe("the control route of the clock", () => {
  it.scoped("refuses to move it back with 400, and leaves it where it was", () =>
    Effect.gen(function* () {
      const advance = (by: string) => control("POST", "/clock/advance", { by })
      const moved = yield* advance("1 day")
      const refused = yield* Effect.forEach(["-1 day", " -5 minutes", "-0 millis"], advance)
      assert.deepStrictEqual(
        refused.map(({ body, status }) => [status, body.message]),
        ["-1 day", " -5 minutes", "-0 millis"].map((by) => [400, `by: the clock cannot be moved back, got "${by}"`])
      )
      const stayed = yield* advance("0 seconds")
      assert.deepStrictEqual([stayed.status, stayed.body], [200, moved.body])
    }).pipe(Effect.provide(layer()))
  )
})

describe("the control routes of setUp", () => {
  it.scoped("activate a transactional broadcast, and refuse that for a marketing one", () =>
    Effect.gen(function* () {
      const { apiKey } = yield* Emulator
      const made = yield* control("POST", "/setUp/addBroadcast", {
        name: "Shipped",
        templates: [{ channel_type: "email", text: "Hi" }],
        active: false
      })
      const post = (path: string, body?: unknown) => send(apiKey("test"), "POST", path, body)
      const sale = yield* post("/orgs/c/broadcasts", { name: "Sale" })
      const change = (broadcast_id: string) => control("POST", "/setUp/changeBroadcast", { broadcast_id, active: true })
      const mail = post(`/orgs/c/broadcasts/${made.body.id}/send`, { email: "ada@invent.test" })
      const answers = [yield* mail, yield* change(made.body.id), yield* mail]
      const others = [yield* change(sale.body.id), yield* change("broadcast_9")]
      assert.deepStrictEqual(
        [...answers, ...others].map(({ status }) => status),
        [400, 200, 200, 400, 404]
      )
    }).pipe(Effect.provide(layer()))
  )
})
