/** The control routes and the contract of one emulator, without a socket and on the clock of the test. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Emulator from "../src/Emulator.ts"
import * as Control from "../src/Http/Control.ts"
import * as InProcessClient from "../src/Http/InProcessClient.ts"
import * as Server from "../src/Http/Server.ts"
import * as StateFile from "../src/Program/StateFile.ts"

const token = Redacted.make("token")

interface Settings extends Emulator.Settings {
  /** Where the world and its clock are kept. */
  readonly state?: string
  readonly speed?: number
}

export const layer = ({ speed, state, ...settings }: Settings = {}) =>
  Layer.effect(Emulator.Emulator, Emulator.make(InProcessClient.url)).pipe(
    Layer.provideMerge(Server.layerApp),
    Layer.provide(InProcessClient.layerCarrier),
    Layer.provideMerge(Emulator.parts(settings)),
    Layer.provideMerge(NodeHttpServer.layerContext),
    Layer.provideMerge(StateFile.layer(state, speed))
  )

const answerOf = (response: HttpServerResponse.HttpServerResponse) =>
  Effect.promise(async () => {
    const web = HttpServerResponse.toWeb(response)
    const text = await web.text()
    return { status: web.status, body: text === "" ? undefined : JSON.parse(text) }
  })

const requestOf = (method: string, path: string, secret: Redacted.Redacted, body: unknown) => {
  const headers = { authorization: `Bearer ${Redacted.value(secret)}`, "content-type": "application/json" }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  return HttpServerRequest.fromWeb(new Request(`${InProcessClient.url}${path}`, init))
}

/** Sends a request to a control route, with the control token. */
export const control = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { respond } = yield* Control.make(token)
  const request = requestOf(method, `/_emulator${path}`, token, body)
  const response = yield* Effect.provideService(respond(request), HttpServerRequest.HttpServerRequest, request)
  return yield* answerOf(response)
})

/** Sends a request to the contract, with this key. */
export const send = Effect.fnUntraced(function* (
  key: string | Redacted.Redacted,
  method: string,
  path: string,
  body?: unknown
) {
  const app = yield* Server.App
  const secret = typeof key === "string" ? Redacted.make(key) : key
  return yield* Effect.flatMap(app(requestOf(method, path, secret, body)), answerOf)
})
