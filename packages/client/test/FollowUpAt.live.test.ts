/**
 * A server that shares no code with ours gets an update with a `follow_up_at`, carries it out, and cuts the connection
 * instead of answering. The same update after that instant would have the assistant write a second message.
 */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import * as PlainServer from "./PlainServer.ts"
import * as Sockets from "./Sockets.ts"
import { chat, chat_id } from "./Vendor.ts"

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, an update with a follow_up_at whose answer was cut off`, () => {
    /** How it ended, and the instants that the server was given. */
    const updated = (ahead: DurationInput) =>
      Effect.gen(function* () {
        const { baseUrl, received } = yield* PlainServer.serve((_, response) => {
          if (received.length === 1) response.destroy()
          else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(chat))
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        const follow_up_at = DateTime.addDuration(yield* DateTime.now, ahead)
        const ended = yield* Effect.either(invent.state.update({ path: { chat_id }, payload: { follow_up_at } }))
        const given = received.map(({ body }) => (JSON.parse(body) as { readonly follow_up_at: string }).follow_up_at)
        return { ended: ended._tag === "Left" ? ended.left._tag : "applied", given, follow_up_at }
      })

    it.scopedLive("is sent once where a second might be handled after that instant", () =>
      Effect.gen(function* () {
        const { ended, follow_up_at, given } = yield* updated("10 seconds")
        expect(ended).toBe("ConnectionLost")
        expect(given).toEqual([DateTime.formatIso(follow_up_at)])
      })
    )

    it.scopedLive("is sent again where that instant is far away", () =>
      Effect.gen(function* () {
        const { ended, follow_up_at, given } = yield* updated("1 hour")
        expect(ended).toBe("applied")
        expect(given).toEqual([DateTime.formatIso(follow_up_at), DateTime.formatIso(follow_up_at)])
      })
    )
  })
}
