/**
 * Serves the operator page, its calls, and three endpoints for supervisors and monitors: `/healthz`, `/readyz` and
 * `/metrics`.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { SqlError } from "@effect/sql/SqlError"
import * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Ledger } from "../Ledger.ts"
import { CurrentOperator } from "../Ledger/Operator.ts"
import { unconfirmed } from "../Ledger/Unconfirmed.ts"
import { Health } from "../Operations/Health.ts"
import * as HealthServer from "../Operations/HealthServer.ts"
import * as Listener from "../Operations/Listener.ts"
import * as Prometheus from "../Operations/Prometheus.ts"
import * as Api from "./Api.ts"
import * as ChatSearch from "./ChatSearch.ts"
import * as Overview from "./Overview.ts"
import * as Timeline from "./Timeline.ts"
import * as StaticFiles from "./StaticFiles.ts"
import * as AccessControl from "./AccessControl.ts"
import * as Operators from "./Operators.ts"
import * as ResolveUnknown from "./ResolveUnknown.ts"

/** Where the page is served. */
export interface Options {
  /** An address of this machine. Any but a loopback address needs a token: see `Operators`. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The address of the page in the browser, where it is behind a proxy: scheme, host and port. */
  readonly origin?: string | undefined
}

/** The page cannot be served: the port is in use, or the token is missing or too short. */
export class PageUnavailable extends Schema.TaggedError<PageUnavailable>()("PageUnavailable", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {
  override get message() {
    return `operator page on ${this.host}:${this.port}: ${this.reason}`
  }
}

/** The URL of the page; none where it is not served. */
export class PageAddress extends Context.Tag("@effect-invent/follow-up-scheduler/page/PageAddress")<
  PageAddress,
  Option.Option<string>
>() {}

/** An empty comment every 15 seconds, so that browser and server find out when the other one is gone. */
const heartbeat = Stream.fromSchedule(Schedule.spaced("15 seconds")).pipe(Stream.as(": \n\n"))

const orFailed = <A, E, R>(effect: Effect.Effect<A, E | SqlError, R>) =>
  Effect.catchIf(
    effect,
    (error): error is Extract<E | SqlError, SqlError> =>
      error instanceof Error && "_tag" in error && error._tag === "SqlError",
    (error) =>
      Effect.zipRight(Effect.logError("the ledger failed", error), new Api.LedgerFailed({ reason: "see the log" }))
  )

/** The second header is for nginx, which would otherwise buffer the events. */
const unbuffered = { "cache-control": "no-store", "x-accel-buffering": "no" }

const live = Effect.map(Overview.Overview, ({ changes }) =>
  changes.pipe(
    Stream.map((overview) => `data: ${overview}\n\n`),
    Stream.merge(heartbeat, { haltStrategy: "left" }),
    Stream.encodeText,
    Stream.tapErrorCause((cause) => Effect.logWarning("the page no longer receives changes", cause)),
    (body) => HttpServerResponse.stream(body, { contentType: "text/event-stream", headers: unbuffered })
  )
)

/** Runs a change, and has the page show it at once. */
const shown = <A, E, R>(change: Effect.Effect<A, E, R>) =>
  Effect.zipLeft(
    change,
    Effect.flatMap(Overview.Overview, (board) => board.renew)
  )

const calls = HttpApiBuilder.group(Api.PageApi, "page", (handlers) =>
  handlers
    .handleRaw("live", () => live)
    .handle("operator", () =>
      Effect.map(AccessControl.Caller, ({ name = null, right }) => ({ name, mayChange: right === "change" }))
    )
    .handle("search", ({ payload }) => orFailed(ChatSearch.read(payload)))
    .handle("conversation", ({ path }) => orFailed(Timeline.read(path.chat_id)))
    .handle("pause", () => orFailed(shown(pause)))
    .handle("resume", ({ payload }) => orFailed(shown(resume(payload.confirm ?? unconfirmed))))
    .handle("resolve", ({ path, payload }) => orFailed(shown(ResolveUnknown.resolve(path.key, payload.as))))
)

const logged = (what: string) =>
  Effect.flatMap(CurrentOperator, (name) => Effect.logInfo(`${name ?? "an operator"} ${what} follow-ups`))

const pause = Effect.zipRight(
  Effect.flatMap(Ledger, (ledger) => ledger.pause),
  logged("paused")
)

const resume = (confirmed: number) =>
  Effect.flatMap(Ledger, (ledger) => ledger.resumeWith(confirmed)).pipe(
    Effect.catchTag("NotConfirmed", ({ message }) => new Api.NotConfirmed({ reason: message })),
    Effect.zipRight(logged("resumed"))
  )

const metrics = Effect.map(Metric.snapshot, (pairs) =>
  HttpServerResponse.text(Prometheus.encode(pairs), {
    contentType: Prometheus.contentType,
    headers: { "cache-control": "no-store" }
  })
)

const files = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    const health = yield* Health
    yield* Effect.forEach(yield* StaticFiles.all, ({ answer, path }) => router.get(path, answer), { discard: true })
    yield* router.get("/healthz", Effect.provideService(HealthServer.liveness, Health, health))
    yield* router.get("/readyz", Effect.provideService(HealthServer.readiness, Health, health))
    yield* router.get(AccessControl.metricsPath, metrics)
  })
)

const operators = (options: Options) =>
  Effect.gen(function* () {
    const refuse = (reason: string) => new PageUnavailable({ ...options, reason })
    const found = yield* Effect.catchIf(Operators.config, ConfigError.isInvalidData, ({ message, path }) =>
      refuse(`${path.join("_")} ${message}`)
    )
    const isReached =
      !AccessControl.isLoopback(options.host) ||
      (options.origin !== undefined && !AccessControl.isLoopback(new URL(options.origin).hostname))
    if (found.length === 0 && isReached) {
      return yield* refuse(
        `other machines reach it; set FOLLOW_UPS_TOKEN to a secret of at least ${Operators.leastToken} characters`
      )
    }
    return found
  })

const listen = (options: Options) => Listener.layer(options, (reason) => new PageUnavailable({ ...options, reason }))

const address = Layer.effect(
  PageAddress,
  HttpServer.addressFormattedWith((url) => Effect.as(Console.log(`The operator page is at ${url}`), Option.some(url)))
)

/**
 * Serves the page for as long as the layer lives. Fails with `PageUnavailable`, or with `PageMissing` where the page is
 * not built.
 */
export const layer = (options: Options) =>
  Layer.unwrapEffect(
    Effect.map(operators(options), (operators) =>
      Layer.provideMerge(
        address,
        HttpApiBuilder.serve(AccessControl.make({ operators, origin: Option.fromNullable(options.origin) }))
      ).pipe(
        Layer.provide(listen(options)),
        Layer.provide([HttpApiBuilder.api(Api.PageApi).pipe(Layer.provide(calls)), files]),
        Layer.provide(Overview.layer),
        Layer.provide(NodeHttpServer.layerContext)
      )
    )
  )

const layerNone = Layer.succeed(PageAddress, Option.none())

/** As {@link layer}; serves nothing where no port is given. */
export const layerOptional = ({ port, ...options }: Omit<Options, "port"> & { readonly port: Option.Option<number> }) =>
  Layer.unwrapEffect(
    Option.match(port, { onNone: () => layerNone, onSome: (port) => layer({ ...options, port }) }).pipe(Effect.succeed)
  )
