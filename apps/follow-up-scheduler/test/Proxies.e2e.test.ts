/** The examples of deploy/ for a proxy, as they are but for addresses and certificates: nginx and Caddy take them. */
import * as Requirement from "@effect-invent/test-support/Requirement"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as https from "node:https"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { Ledger } from "../src/Ledger.ts"
import * as Api from "../src/operatorPage/Api.ts"
import { PageAddress } from "../src/operatorPage/Server.ts"
import * as PageHarness from "./PageHarness.ts"
import { freePort } from "./Postgres.ts"

const example = (name: string) => readFileSync(new URL(`../../../deploy/${name}`, import.meta.url), "utf8")
const host = "follow-ups.example.com"
const token = "t0ken-of-the-operator"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(path.join(tmpdir(), "proxy-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** A certificate and its key, for an hour or so. */
const certify = (folder: string) =>
  Effect.sync(() => {
    const [key, certificate] = [path.join(folder, "key.pem"), path.join(folder, "certificate.pem")]
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", `/CN=${host}`]
    const { status, stderr } = spawnSync("openssl", [...args, "-keyout", key, "-out", certificate], {
      encoding: "utf8"
    })
    expect(status, stderr).toBe(0)
    return { key, certificate }
  })

/** A process until the scope ends. */
const running = (program: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = process.env) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(program, args, { env, stdio: "ignore" })
      return { child, ended: new Promise((resolve) => child.on("exit", resolve)) }
    }),
    ({ child, ended }) =>
      Effect.zipRight(
        Effect.sync(() => child.kill("SIGTERM")),
        Effect.promise(() => ended)
      )
  )

/** One call of the page through the proxy; of an answer without end, its first event. */
const request = (port: number, to: string, method = "GET") =>
  Effect.async<{ readonly status: number | undefined; readonly body: string }, Error>((resume) => {
    const headers = {
      host,
      [Api.callHeader.name]: Api.callHeader.value,
      origin: `https://${host}`,
      "sec-fetch-site": "same-origin",
      authorization: `Bearer ${token}`
    }
    const options = { port, host: "127.0.0.1", servername: host, path: to, method, headers, rejectUnauthorized: false }
    const request = https.request(options, (response) => {
      let body = ""
      const answer = () => resume(Effect.succeed({ status: response.statusCode, body }))
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk
        if (!body.includes("data: ") || !body.includes("\n\n")) return
        answer()
        request.destroy()
      })
      response.on("end", answer)
    })
    request.on("error", (error) => resume(Effect.fail(error))).end()
    return Effect.sync(() => request.destroy())
  })

/** The page is live and pauses through the proxy that `begin` starts at this port, in front of this address. */
const serves = <E>(begin: (port: number, target: string) => Effect.Effect<void, E, Scope.Scope>) =>
  Effect.gen(function* () {
    const port = yield* freePort
    const target = new URL(Option.getOrThrow(yield* PageAddress)).host
    yield* begin(port, target)
    yield* Effect.retry(request(port, "/healthz"), Schedule.spaced("100 millis"))
    const { body, status } = yield* request(port, Api.livePath)
    expect([status, body.startsWith("data: {")]).toEqual([200, true])
    expect(yield* request(port, "/api/pause", "POST")).toMatchObject({ status: 204 })
    expect(Option.isSome(yield* Effect.flatMap(Ledger, (ledger) => ledger.paused))).toBe(true)
  }).pipe(
    Effect.scoped,
    Effect.provide(
      PageHarness.layer({ host: "127.0.0.1", port: 0, origin: `https://${host}` }, { FOLLOW_UPS_TOKEN: token })
    )
  )

const openssl = Requirement.program("openssl", "openssl")

Requirement.describeWith([Requirement.program("nginx", "nginx-light"), openssl], "the example for nginx", () => {
  it.live("passes nginx -t, and serves the page", () =>
    serves((port, target) =>
      Effect.gen(function* () {
        const own = yield* folder
        const { certificate, key } = yield* certify(own)
        const plainPort = yield* freePort
        const site = example("nginx.conf")
          .replace("listen 80;", `listen 127.0.0.1:${plainPort};`)
          .replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
          .replace(/\/\S+fullchain\.pem/, certificate)
          .replace(/\/\S+privkey\.pem/, key)
          .replace("127.0.0.1:8080", target)
        const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
          .map((name) => `${name}_temp_path ${name};`)
          .join(" ")
        const main = `daemon off; pid nginx.pid; error_log stderr warn; events {} http { access_log off; ${temporary}\n`
        writeFileSync(path.join(own, "nginx.conf"), `${main}${site}}`)
        const args = ["-p", own, "-c", "nginx.conf"]
        const { status, stderr } = spawnSync("nginx", ["-t", "-q", ...args], { encoding: "utf8" })
        expect({ status, stderr: stderr.replaceAll(/^.*could not open error log file.*\n/gm, "") }).toEqual({
          status: 0,
          stderr: ""
        })
        yield* running("nginx", args)
      })
    )
  )
})

Requirement.describeWith([Requirement.program("caddy", "caddy"), openssl], "the example for Caddy", () => {
  it.live("is laid out as Caddy lays out its files, and serves the page", () =>
    serves((port, target) =>
      Effect.gen(function* () {
        const own = yield* folder
        const file = path.join(own, "Caddyfile")
        writeFileSync(file, example("Caddyfile"))
        expect(spawnSync("caddy", ["fmt", file], { encoding: "utf8" }).stdout).toBe(example("Caddyfile"))
        const { certificate, key } = yield* certify(own)
        const site = example("Caddyfile")
          .replace(`${host} {`, `https://${host}:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`)
          .replace("127.0.0.1:8080", target)
        writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`)
        yield* running("caddy", ["run", "--config", file, "--adapter", "caddyfile"], { ...process.env, HOME: own })
      })
    )
  )
})
