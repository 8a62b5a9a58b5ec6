/** A server in a process of its own that reports its address to its parent, for as long as the parent lives. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Population from "@effect-invent/emulator/Population"
import { World } from "@effect-invent/emulator/World"
import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Redacted from "effect/Redacted"

export type Kind = "emulator" | "bare"

/** The path to request, and the key to use. */
export interface Address {
  readonly url: string
  readonly path: string
  readonly key: string
}

const [kind, body = ""] = process.argv.slice(2)
process.on("disconnect", () => process.exit(0))

const emulator = Effect.gen(function* () {
  const { apiKey, url, world } = yield* Emulator.Emulator
  const [person] = yield* Effect.provideService(Population.make({ seed: 1, contacts: 1 }), World, world)
  // Until the assistant has answered, the list is not yet what it will be.
  yield* Effect.sleep("1 second")
  const address: Address = { url, path: `/chats/${person!.chat_ids[0]}/messages`, key: Redacted.value(apiKey("bench")) }
  process.send!(address)
  return yield* Effect.never
})

if (kind === "emulator") {
  const layer = Emulator.layerServer({ limit: { limit: 1e9 }, capacity: 10_000 })
  Effect.runFork(Effect.provide(emulator, layer))
} else {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    response.end(body)
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    process.send!({ url: `http://127.0.0.1:${port}`, path: "/", key: "" } satisfies Address)
  })
}
