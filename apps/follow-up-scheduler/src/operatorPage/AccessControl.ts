/**
 * Decides which requests the page's server answers. Every page in the operator's browser can send requests to it, so a
 * call must come from the page itself. That is checked by the host (against DNS rebinding), by the origin, and by a
 * header that no other site's page can send. A server that other machines can reach asks for a token, too. A scraper of
 * the metrics is no browser: it needs that token and nothing else.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as HttpApp from "@effect/platform/HttpApp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Option from "effect/Option"
import { CurrentOperator } from "../Ledger/Operator.ts"
import { callHeader, searchPath } from "./Api.ts"
import * as Operators from "./Operators.ts"
import * as StaticFiles from "./StaticFiles.ts"

/** The path of the metrics for Prometheus. */
export const metricsPath = "/metrics"

/**
 * Paths that contain nothing about contacts. The router accepts other spellings of these paths; here those count as
 * calls.
 */
const open: ReadonlySet<string> = new Set(["/", "/healthz", "/readyz", ...StaticFiles.names.map((name) => `/${name}`)])

/** The longest body that is read, in bytes. */
const longestBody = 1024

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether a host name or address is this machine's own: `localhost`, 127.x.x.x or ::1. */
export const isLoopback = (host: string): boolean => loopback.test(host)

const isThisMachine = (header: string): boolean => isLoopback(header.replace(/:\d+$/, ""))

/** What a request is checked against. */
export interface Access {
  /**
   * Whose tokens are accepted. Empty: only requests from this machine, or through the proxy of `origin`, are answered.
   */
  readonly operators: ReadonlyArray<Operators.Operator>
  /** The address of the page in the browser, where it is behind a proxy: scheme, host and port. */
  readonly origin: Option.Option<string>
}

type Headers = HttpServerRequest.HttpServerRequest["headers"]

const parse = Option.liftThrowable((url: string) => new URL(url))

/** Whether a server without a token answers for this `Host`: this machine's names, and that of the proxy. */
const isOwnHost = (host: string, { origin }: Access): boolean =>
  isThisMachine(host) || Option.exists(Option.flatMap(origin, parse), (url) => url.host === host)

/**
 * Whether a browser says that another site sent the request. A program that is no browser does not send this header.
 */
const isForeignSite = ({ "sec-fetch-site": site }: Headers): boolean =>
  site !== undefined && site !== "same-origin" && site !== "none"

/**
 * Whether a browser says that the page itself sent the request. Most proxies replace `Host` by the server's own
 * address, so the configured origin counts, too.
 */
const isSameOrigin = ({ host, origin }: Headers, access: Access): boolean =>
  origin === undefined ||
  Option.contains(access.origin, origin) ||
  Option.exists(parse(origin), (url) => url.host === host)

const notThePage = "Calls are for the page itself."

/** The text of a 403: what to do where the page is behind a proxy that this server was not given. */
const unknownOrigin = (origin: string) =>
  Option.match(parse(origin), {
    onNone: () => notThePage,
    onSome: (url) =>
      `${notThePage} Behind a proxy, start serve with --page-origin ${url.origin}. The commands pause and resume ` +
      "work without the page."
  })

/** The operator whose call this is, for the handlers of the calls. */
export class Caller extends Context.Reference<Caller>()("@effect-invent/follow-up-scheduler/operatorPage/Caller", {
  defaultValue: (): Pick<Operators.Operator, "name" | "right"> => ({ name: undefined, right: "change" })
}) {}

/** Runs the app as this operator: what it changes is recorded with their name. */
const as = (operator: Operators.Operator) =>
  flow(Effect.provideService(Caller, operator), Effect.provideService(CurrentOperator, operator.name))

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD"])

/** Whether a request can change nothing. Another spelling of the path of the search counts as one that can. */
const isSafe = (method: string, path: string): boolean =>
  safeMethods.has(method) || (method === "POST" && path === searchPath)

const always = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri " +
    "'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const refuse = (status: number, why: string) =>
  Effect.succeed(HttpServerResponse.text(`${why}\n`, { status, headers: always }))

/** Adds the security headers to every answer, to errors, too. */
const withHeaders = HttpApp.withPreResponseHandler((_, response) =>
  Effect.succeed(HttpServerResponse.setHeaders(response, always))
)

/**
 * Checks each request before the app. Answers 421 for an unknown host, 403 for a call that is not the page's, 401
 * without a token, 403 for a change by a token that only reads, 413 for a body over 1,024 bytes.
 */
export const make =
  (access: Access) =>
  <E, R>(app: HttpApp.Default<E, R>): HttpApp.Default<E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, method, url }) => {
      const path = url.replace(/\?.*/s, "")
      const { operators } = access
      if (operators.length === 0 && !isOwnHost(headers["host"] ?? "", access)) {
        return refuse(421, "This server does not answer for that host. Behind a proxy, start serve with --page-origin.")
      }
      if (open.has(path)) return withHeaders(app)
      const isScrape = path === metricsPath
      if (!isScrape && (headers[callHeader.name] !== callHeader.value || isForeignSite(headers)))
        return refuse(403, notThePage)
      if (!isScrape && !isSameOrigin(headers, access)) return refuse(403, unknownOrigin(headers["origin"] ?? ""))
      const operator = Operators.find(operators, headers["authorization"])
      if (operators.length > 0 && Option.isNone(operator)) return refuse(401, "The token is missing or wrong.")
      if (!isSafe(method, path) && Option.exists(operator, ({ right }) => right === "read"))
        return refuse(403, "This token only reads: nothing was changed.")
      if (Number(headers["content-length"] ?? 0) > longestBody)
        return refuse(413, "The body is longer than any call of the page.")
      const bounded = HttpIncomingMessage.withMaxBodySize(app, Option.some(FileSystem.Size(longestBody)))
      return withHeaders(Option.match(operator, { onNone: () => bounded, onSome: (operator) => as(operator)(bounded) }))
    })
