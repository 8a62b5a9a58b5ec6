/** The files of the built page: read once at the start, served from memory. */
import * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

/** The page was not built: its files are missing in this installation. */
export class PageMissing extends Schema.TaggedError<PageMissing>()("PageMissing", { folder: Schema.String }) {
  override get message() {
    return `the operator page is not built: ${this.folder} is missing; run the build`
  }
}

/** The folder of the built page. The path is right both for the sources and for the bundle. */
export const folder = fileURLToPath(new URL("../../dist/static/", import.meta.url))

/** The files that are served. `index.html` is served as `/`. */
export const names = ["index.html", "page.js", "page.css", "icon.svg"] as const

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml"
}

const load = (name: string) =>
  Effect.gen(function* () {
    const bytes = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.readFile(`${folder}${name}`))
    const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`
    const headers = {
      etag,
      "cache-control": "no-cache",
      vary: "accept-encoding",
      "content-type": types[name.split(".").at(-1) ?? ""] ?? ""
    }
    const plain = HttpServerResponse.uint8Array(bytes, { headers, contentType: headers["content-type"] })
    const zipped = HttpServerResponse.uint8Array(gzipSync(bytes, { level: 9 }), {
      headers: { ...headers, "content-encoding": "gzip" },
      contentType: headers["content-type"]
    })
    const unchanged = HttpServerResponse.empty({ status: 304, headers: { etag } })
    const answer = Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
      request.headers["if-none-match"] === etag
        ? unchanged
        : /\bgzip\b/.test(request.headers["accept-encoding"] ?? "")
          ? zipped
          : plain
    )
    const path: `/${string}` = name === "index.html" ? "/" : `/${name}`
    return { path, answer }
  })

/**
 * For each file its path and its answer: 304 where the browser has it already, gzip where it accepts that. Fails with
 * `PageMissing`.
 */
export const all = Effect.mapError(Effect.forEach(names, load), (_: PlatformError) => new PageMissing({ folder }))
