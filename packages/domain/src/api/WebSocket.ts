/** Marks an endpoint that is opened as a WebSocket: its success is one frame, and there are any number of them. */
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as Context from "effect/Context"

/** The annotation of an endpoint that is opened and not called. */
export class WebSocket extends Context.Tag("@effect-invent/domain/api/WebSocket")<WebSocket, true>() {}

/** The key by which an endpoint's type says that it is opened. */
export const TypeId: unique symbol = Symbol.for("@effect-invent/domain/api/WebSocket")

/** An endpoint that says in its type that it is opened and not called. */
export interface Marked {
  readonly [TypeId]: true
}

/** Marks an endpoint that is opened as a WebSocket: a client has no method for it. */
export const mark = <Endpoint extends HttpApiEndpoint.HttpApiEndpoint.Any>(endpoint: Endpoint): Endpoint & Marked =>
  Object.assign((endpoint as unknown as HttpApiEndpoint.HttpApiEndpoint.AnyWithProps).annotate(WebSocket, true), {
    [TypeId]: true
  }) as unknown as Endpoint & Marked
