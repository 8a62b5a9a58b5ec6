/** Endpoints that the vendor limits beside the limit for all requests, such as ten assistants an hour. */
import * as Context from "effect/Context"

/**
 * The annotation of such an endpoint. A 429 to it says nothing about other requests, so the client holds only that call
 * back.
 */
export class OwnLimit extends Context.Tag("@effect-invent/domain/api/OwnLimit")<OwnLimit, true>() {}
