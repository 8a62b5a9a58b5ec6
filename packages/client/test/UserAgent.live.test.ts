import * as CallOptions from "@effect-invent/client/CallOptions"
import * as Settings from "@effect-invent/client/Settings"
import { ChatId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as PlainServer from "./PlainServer.ts"
import * as Sockets from "./Sockets.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

const chat_id = ChatId.make("chat_1")
const transports = { ...Sockets.transports, "node:http": NodeHttpClient.layer }

describe("the user agent", () => {
  it("of a client that is given none is effect-invent and the version of the package", () => {
    expect(Settings.defaultUserAgent, "set it in src/Settings.ts to the version in package.json").toBe(
      `effect-invent/${version}`
    )
  })

  for (const [name, transport] of Object.entries(transports)) {
    it.scopedLive(`reaches the server over ${name}: the default, the client's, the call's`, () =>
      Effect.gen(function* () {
        const { baseUrl, received } = yield* PlainServer.serve((_, response) => {
          response.setHeader("content-type", "application/json").end("[]")
        })
        const usual = yield* Sockets.connect(baseUrl, transport)
        yield* usual.messages.list({ path: { chat_id } })
        yield* usual.request({ method: "GET", path: "/health", safety: "Safe" })
        const own = yield* Sockets.connect(baseUrl, transport, { userAgent: "shop/1.2 (orders)" })
        yield* own.messages.list({ path: { chat_id } })
        const options = { headers: { "User-Agent": "nightly/3" } }
        yield* own.messages.list({ path: { chat_id } }).pipe(CallOptions.withCallOptions(options))
        expect(received.map(({ headers }) => headers["user-agent"])).toEqual([
          `effect-invent/${version}`,
          `effect-invent/${version}`,
          "shop/1.2 (orders)",
          "nightly/3"
        ])
      })
    )
  }
})
