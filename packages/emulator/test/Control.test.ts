import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import { control, layer } from "./ControlRoutes.ts"

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
