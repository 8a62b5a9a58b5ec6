/**
 * Who may talk to the page's server. It listens where every page in the operator's browser can send requests to, so a call
 * must come from the page itself: by its host (against DNS rebinding), by its origin, and by a header that no foreign page can
 * send. A server that other machines reach asks for a token besides. A scraper of the metrics is no browser: it needs that token
 * and nothing else.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as HttpApp from "@effect/platform/HttpApp"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { createHash, timingSafeEqual } from "node:crypto"
import { callHeader } from "./Api.ts"
import * as StaticFiles from "./StaticFiles.ts"

export const metricsPath = "/metrics"

/** What tells nothing about anybody. The router takes other spellings of a path for the same; to this, they are calls. */
const open: ReadonlySet<string> = new Set(["/", "/healthz", "/readyz", ...StaticFiles.names.map((name) => `/${name}`)])

/** The longest body that is read, in bytes. */
const longestBody = 1024

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i

export const isLoopback = (host: string): boolean => loopback.test(host)

const isThisMachine = (header: string): boolean => isLoopback(header.replace(/:\d+$/, ""))

export interface Access {
  readonly token: Option.Option<Redacted.Redacted>
  /** Where a browser finds the page, if that is behind a proxy: scheme, host and port. */
  readonly origin: Option.Option<string>
}

type Headers = HttpServerRequest.HttpServerRequest["headers"]

const parse = Option.liftThrowable((url: string) => new URL(url))

/** A host under which a server without a token may be asked: this machine's own names, and that of the proxy. */
const isOwnHost = (host: string, { origin }: Access): boolean =>
  isThisMachine(host) || Option.exists(Option.flatMap(origin, parse), (url) => url.host === host)

/** What is no browser cannot be misled into sending a request, and names no site. */
const isForeignSite = ({ "sec-fetch-site": site }: Headers): boolean => site !== undefined && site !== "same-origin" && site !== "none"

/** A browser says where a request comes from. Most proxies put the server's own address in the place of `Host`. */
const isSameOrigin = ({ host, origin }: Headers, access: Access): boolean =>
  origin === undefined || Option.contains(access.origin, origin) || Option.exists(parse(origin), (url) => url.host === host)

const notThePage = "Calls are for the page itself."

/** What an operator has to do whose page is behind a proxy that this server does not know of. */
const unknownOrigin = (origin: string) =>
  Option.match(parse(origin), {
    onNone: () => notThePage,
    onSome: (url) =>
      `${notThePage} Behind a proxy, start serve with --page-origin ${url.origin}. The commands pause and resume work without the page.`
  })

const digest = (text: string) => createHash("sha256").update(text).digest()

const isToken = (authorization: string | undefined, token: Redacted.Redacted): boolean =>
  timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${Redacted.value(token)}`))

const always = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const refuse = (status: number, why: string) => Effect.succeed(HttpServerResponse.text(`${why}\n`, { status, headers: always }))

/** On every answer, that to a mistake included. */
const withHeaders = HttpApp.withPreResponseHandler((_, response) => Effect.succeed(HttpServerResponse.setHeaders(response, always)))

/** Without a token only this machine is answered, by its own names and the proxy's; with one, under any name. */
export const make =
  (access: Access) =>
  <E, R>(app: HttpApp.Default<E, R>): HttpApp.Default<E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, url }) => {
      const path = url.replace(/\?.*/s, "")
      const { token } = access
      if (Option.isNone(token) && !isOwnHost(headers["host"] ?? "", access)) {
        return refuse(421, "This server does not answer for that host. Behind a proxy, start serve with --page-origin.")
      }
      if (open.has(path)) return withHeaders(app)
      const isScrape = path === metricsPath
      if (!isScrape && (headers[callHeader.name] !== callHeader.value || isForeignSite(headers))) return refuse(403, notThePage)
      if (!isScrape && !isSameOrigin(headers, access)) return refuse(403, unknownOrigin(headers["origin"] ?? ""))
      if (Option.exists(token, (token) => !isToken(headers["authorization"], token))) return refuse(401, "The token is missing or wrong.")
      if (Number(headers["content-length"] ?? 0) > longestBody) return refuse(413, "The body is longer than any call of the page.")
      return withHeaders(HttpIncomingMessage.withMaxBodySize(app, Option.some(FileSystem.Size(longestBody))))
    })
