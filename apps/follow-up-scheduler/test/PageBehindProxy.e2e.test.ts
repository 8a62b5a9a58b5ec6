/** The operator page behind a stock nginx: `proxy_pass` and nothing else. */
import * as Requirement from "@effect-invent/test-support/Requirement"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as http from "node:http"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { Ledger } from "../src/Ledger.ts"
import * as Api from "../src/operatorPage/Api.ts"
import { PageAddress } from "../src/operatorPage/Server.ts"
import * as Chromium from "./Browser.ts"
import * as PageHarness from "./PageHarness.ts"
import { freePort } from "./Postgres.ts"

const nginx = Requirement.program("nginx", "nginx-light")

const conf = (port: number, target: string) => `
daemon off; pid nginx.pid; error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; }
    location /inner/ { proxy_pass ${target}/; }
  }
}
`

/** An nginx in front of the page, on this port, until the scope ends. */
const proxy = (port: number) =>
  Effect.gen(function* () {
    const target = Option.getOrThrow(yield* PageAddress).replace(/\/$/, "")
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const folder = mkdtempSync(path.join(tmpdir(), "nginx-"))
        writeFileSync(path.join(folder, "nginx.conf"), conf(port, target))
        const child = spawn("nginx", ["-p", folder, "-c", "nginx.conf"], { stdio: ["ignore", "ignore", "inherit"] })
        return { folder, child, ended: new Promise((resolve) => child.on("exit", resolve)) }
      }),
      ({ child, ended, folder }) =>
        Effect.sync(() => child.kill("SIGTERM")).pipe(
          Effect.zipRight(Effect.promise(() => ended)),
          Effect.zipRight(Effect.sync(() => rmSync(folder, { recursive: true })))
        )
    )
    yield* Effect.repeat(Effect.delay(Effect.option(ask(port, "/healthz")), "50 millis"), { until: Option.isSome })
  })

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

/** One request as a browser sends it; of an answer without end, its first event. */
const ask = (port: number, to: string, headers: Record<string, string> = {}, method = "GET", sent = "") =>
  Effect.async<Answer, Error>((resume) => {
    const request = http.request({ port, host: "127.0.0.1", path: to, method, headers }, (response) => {
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
    request.on("error", (error) => resume(Effect.fail(error))).end(sent)
    return Effect.sync(() => request.destroy())
  })

const isPaused = Effect.map(
  Effect.flatMap(Ledger, (ledger) => ledger.paused),
  Option.isSome
)

interface Behind {
  readonly port: number
  /** The page's headers, and what the browser adds to a call that is no GET. */
  readonly browser: Record<string, string>
}

const story = <E>(
  name: string,
  options: { readonly isToldOrigin: boolean; readonly from?: string },
  test: (behind: Behind) => Effect.Effect<void, E, PageAddress | Ledger | Scope.Scope>
) =>
  it.scopedLive(name, () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const origin = `http://127.0.0.1:${port}`
      const browser = {
        [Api.callHeader.name]: Api.callHeader.value,
        origin: options.from ?? origin,
        "sec-fetch-site": "same-origin"
      }
      const harness = PageHarness.layer({
        host: "127.0.0.1",
        port: 0,
        origin: options.isToldOrigin ? origin : undefined
      })
      yield* Effect.scoped(Effect.zipRight(proxy(port), test({ port, browser }))).pipe(Effect.provide(harness))
    })
  )

Requirement.describeWith([nginx], "the page behind a stock nginx", () => {
  for (const prefix of ["", "/inner"]) {
    const where = prefix === "" ? "at another port" : "below a path of the proxy's"
    story(`${where} has its events as they come, and buttons that work`, { isToldOrigin: true }, ({ browser, port }) =>
      Effect.gen(function* () {
        const { body, status } = yield* ask(port, `${prefix}${Api.livePath}`, browser)
        expect([status, body.startsWith("data: {")]).toEqual([200, true])
        expect(yield* ask(port, `${prefix}/api/pause`, browser, "POST")).toMatchObject({ status: 204 })
        expect(yield* isPaused).toBe(true)
        expect(
          yield* ask(
            port,
            `${prefix}/api/resume`,
            { ...browser, "content-type": "application/json" },
            "POST",
            JSON.stringify({ confirm: null })
          )
        ).toMatchObject({ status: 204 })
        expect(yield* isPaused).toBe(false)
      })
    )
  }

  story(
    "without --page-origin refuses a call, says what to set, and names the commands",
    { isToldOrigin: false },
    ({ browser, port }) =>
      Effect.gen(function* () {
        const { body, status } = yield* ask(port, "/api/pause", browser, "POST")
        expect(status).toBe(403)
        expect(body).toBe(
          `Calls are for the page itself. Behind a proxy, start serve with --page-origin http://127.0.0.1:${port}. The commands pause and resume work without the page.\n`
        )
        expect(yield* isPaused).toBe(false)
      })
  )

  for (const from of ["http://evil.example", "https://127.0.0.1", "null"]) {
    story(`refuses a call from another origin, such as ${from}`, { isToldOrigin: true, from }, ({ browser, port }) =>
      Effect.gen(function* () {
        expect(yield* ask(port, "/api/pause", browser, "POST")).toMatchObject({ status: 403 })
        expect(yield* isPaused).toBe(false)
      })
    )
  }
})

Requirement.describeWith([nginx, Requirement.browser], "the page behind a stock nginx, in a browser", () => {
  for (const prefix of ["/", "/inner/"]) {
    story(`is drawn, live and pauses under ${prefix}`, { isToldOrigin: true }, ({ port }) =>
      Effect.gen(function* () {
        const browser = yield* Chromium.connect
        const { complaints, page } = yield* Chromium.open(browser, `http://127.0.0.1:${port}${prefix}`)
        const press = (name: string) =>
          Effect.promise(() => page.getByRole("button", { name, exact: true }).click({ timeout: 0 }))
        yield* press("Pause")
        yield* press("Resume")
        yield* Effect.promise(() => page.getByRole("button", { name: "Pause", exact: true }).waitFor({ timeout: 0 }))
        expect(yield* isPaused).toBe(false)
        expect(complaints).toEqual([])
      })
    )
  }

  story("says what to set where a button is refused", { isToldOrigin: false }, ({ port }) =>
    Effect.gen(function* () {
      const browser = yield* Chromium.connect
      const { page } = yield* Chromium.open(browser, `http://127.0.0.1:${port}/`)
      yield* Effect.promise(() => page.getByRole("button", { name: "Pause", exact: true }).click({ timeout: 0 }))
      yield* Effect.promise(() =>
        page.getByText(`start serve with --page-origin http://127.0.0.1:${port}`).waitFor({ timeout: 0 })
      )
    })
  )
})
