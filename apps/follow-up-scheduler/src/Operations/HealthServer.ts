/** `/healthz` and `/readyz`, for a supervisor and for monitors: 200, or 503 and what is wrong. */
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Health } from "./Health.ts"
import * as Listener from "./Listener.ts"
import { advise, unready } from "./Trouble.ts"

const answer = (isWell: boolean, text: string) =>
  HttpServerResponse.text(`${text}\n`, { status: isWell ? 200 : 503, headers: { "cache-control": "no-store" } })

/** 200 while the loop runs, else 503. */
export const liveness = Effect.map(
  Effect.flatMap(Health, ({ isLive }) => isLive),
  (isLive) => answer(isLive, isLive ? "alive" : "the loop that searches for what is due does not turn")
)

/** A probe waits five seconds, as a rule. */
const readyWithin = Duration.seconds(3)

const unanswered = "ledger_failing: The ledger cannot be used: it does not answer"

/**
 * 200 while what is due can be sent, else 503 with one line per reason. 503, too, where the ledger does not answer
 * within {@link readyWithin}.
 */
export const readiness = Effect.map(
  Effect.flatMap(Health, ({ troubles }) => troubles),
  (troubles) => {
    const lines = troubles
      .filter(({ kind }) => unready.includes(kind))
      .map((trouble) => `${trouble.kind}: ${advise(trouble)}`)
    return answer(lines.length === 0, lines.length === 0 ? "ready" : lines.join("\n"))
  }
).pipe(
  Effect.timeoutTo({
    duration: readyWithin,
    onSuccess: identity,
    onTimeout: () => answer(false, unanswered)
  })
)

/** The address cannot be used, because the port is in use or the host is not this machine's. */
export class HealthUnavailable extends Schema.TaggedError<HealthUnavailable>()("HealthUnavailable", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {
  override get message() {
    return `health on ${this.host}:${this.port}: ${this.reason}`
  }
}

const routes = HttpRouter.empty.pipe(HttpRouter.get("/healthz", liveness), HttpRouter.get("/readyz", readiness))

const printAddress = HttpServer.addressWith((address) =>
  address._tag === "TcpAddress"
    ? Console.log(`Health is served at ${address.hostname}:${address.port}, under /healthz and /readyz`)
    : Effect.void
)

/** Serves both paths for as long as the layer lives; nothing without a port. */
export const layerOptional = ({ host, port }: { readonly host: string; readonly port: Option.Option<number> }) =>
  Option.match(port, {
    onNone: () => Layer.empty,
    onSome: (port) =>
      Layer.merge(HttpServer.serve(routes), Layer.effectDiscard(printAddress)).pipe(
        Layer.provide(Listener.layer({ host, port }, (reason) => new HealthUnavailable({ host, port, reason })))
      )
  })
