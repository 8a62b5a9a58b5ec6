/**
 * The emulator as a program of its own: the server with its side door, a clock that can be moved, and a world that
 * stays.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as HttpServer from "@effect/platform/HttpServer"
import type { ServeError } from "@effect/platform/HttpServerError"
import type * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as ApiDocs from "../Http/ApiDocs.ts"
import * as Control from "../Http/Control.ts"
import * as Emulator from "../Emulator.ts"
import type * as Journal from "../World/Persistence/Journal.ts"
import * as NodeServer from "../Http/NodeServer.ts"
import * as Server from "../Http/Server.ts"
import * as SocketCarrier from "../Http/SocketCarrier.ts"
import * as StateFile from "./StateFile.ts"

/** As those of a server, with the control token, the speed of the clock, and the file that keeps the world. */
export interface Settings extends Emulator.ServerSettings {
  readonly token: Redacted.Redacted
  /** Seconds of the world's clock in one of this machine's; default 1. */
  readonly speed?: number
  /** Where the world and its clock are kept across restarts; without it both are gone with the process. */
  readonly state?: string
}

const withControl = (token: Redacted.Redacted) =>
  Effect.gen(function* () {
    const control = yield* Control.make(token)
    const apiPage = yield* ApiDocs.make
    const app = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      Control.isFor(request.url) ? control.respond(request) : apiPage.respond(request)
    )
    const context = yield* Effect.context<HttpRouter.HttpRouter.DefaultServices>()
    const others = {
      isFor: (url: string) => Control.isFor(url) || ApiDocs.isFor(url),
      app: Effect.provide(app, context)
    }
    yield* NodeServer.serve(yield* Server.App, others)
  })

/** The defaults of a program that runs for long: a bounded log, and faults that need not fire. */
export const layer = ({
  host = "127.0.0.1",
  port = 0,
  speed = 1,
  state,
  token,
  ...settings
}: Settings): Layer.Layer<Emulator.Emulator | StateFile.Broken, ServeError | Journal.StateUnusable, FileSystem> =>
  Layer.scopedDiscard(withControl(token)).pipe(
    Layer.provideMerge(Layer.effect(Emulator.Emulator, HttpServer.addressFormattedWith(Emulator.make))),
    Layer.provide(Server.layerApp),
    Layer.provide(SocketCarrier.layer),
    Layer.provide(Emulator.parts({ capacity: 100_000, unfired: "ignore", ...settings })),
    Layer.provide([NodeServer.layer(port, host), NodeHttpServer.layerContext]),
    Layer.provideMerge(StateFile.layer(state, speed))
  )
