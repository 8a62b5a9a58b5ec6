import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sockets from "./Sockets.ts"
import * as Spans from "./Spans.ts"
import { calls } from "./Vendor.ts"

for (const [name, transport] of Object.entries(Sockets.transports)) {
  describe(`over ${name}`, () => {
    it.scopedLive("a request has one span, not the platform's beside it, and its ids stay here", () =>
      Effect.gen(function* () {
        const { baseUrl, requests } = yield* Sockets.serve((response) => response.end("[]"))
        const { spans, traced } = Spans.record()
        const invent = yield* Sockets.connect(baseUrl, transport)
        yield* traced(calls.Safe(invent))
        expect(spans.map(({ name }) => name)).toEqual(["InventClient.messages.list", "GET /chats/{chat_id}/messages"])
        expect(Object.keys(requests[0]!).filter((header) => /trace|b3/.test(header))).toEqual([])
      })
    )
  })
}
