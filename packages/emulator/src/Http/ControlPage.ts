/** The page at `/`: one file, which reads what it shows from the control routes. Nothing but itself may run in it. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"

const file = fileURLToPath(new URL("../../assets/page.html", import.meta.url))

const hashOf = (html: string, tag: "script" | "style") => {
  const inside = html.slice(html.indexOf(`<${tag}>`) + tag.length + 2, html.indexOf(`</${tag}>`))
  return `'sha256-${createHash("sha256").update(inside).digest("base64")}'`
}

/** Reads the page once and makes the answer to `/`. Dies where the file is missing. */
export const make = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const html = yield* Effect.orDie(files.readFileString(file))
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(html, "script")}`,
    `style-src ${hashOf(html, "style")}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
  return HttpServerResponse.html(html).pipe(
    HttpServerResponse.setHeaders({
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store"
    })
  )
})
