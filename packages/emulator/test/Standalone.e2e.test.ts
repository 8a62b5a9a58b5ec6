import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly said: (pattern: RegExp) => Promise<string>
}

const start = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(process.execPath, [program, ...args], { cwd, env: {}, stdio: ["ignore", "pipe", "pipe"] })
      const output = { stdout: "", stderr: "" }
      const waiting = new Set<() => void>()
      child.stdout.on("data", (chunk: Buffer) => {
        output.stdout += chunk.toString()
        for (const look of waiting) look()
      })
      child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()))
      const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...output })))
      const said = (pattern: RegExp) =>
        new Promise<string>((resolve, reject) => {
          const look = () => {
            const found = pattern.exec(output.stdout)?.[1]
            if (found !== undefined) resolve(found)
          }
          waiting.add(look)
          look()
          void ended.then(({ stderr }) => reject(new Error(stderr)))
        })
      return { child, ended, said }
    }),
    ({ child, ended }) => Effect.zipRight(Effect.sync(() => child.kill("SIGKILL")), Effect.promise(() => ended))
  )

const up = Effect.fnUntraced(function* (cwd: string, ...args: ReadonlyArray<string>) {
  const running = yield* start(cwd, "--port", "0", ...args)
  const told = (pattern: RegExp) => Effect.promise(() => running.said(pattern))
  const url = yield* told(/at (http:\S+)/)
  const key = yield* told(/INVENT_API_KEY=(\S+)/)
  const token = yield* told(/control token +(\S+)\n/)
  const call = (path: string, secret: string, body?: unknown) =>
    Effect.promise(async () => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
      const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" }
      const response = await fetch(`${url}${path}`, { ...init, headers })
      const text = await response.text()
      return { status: response.status, body: response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text }
    })
  return {
    ...running,
    url,
    token,
    api: (path: string, body?: unknown) => call(path, key, body),
    control: (path: string, body?: unknown, secret = token) => call(`/_emulator/${path}`, secret, body)
  }
})

const ended = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.flatMap(start(cwd, ...args), (running) => Effect.promise(() => running.ended))

describe("the emulator as a program", () => {
  it.scopedLive("plays a conversation over HTTP, reports it, moves its clock, and brings it back after a kill", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const first = yield* up(cwd, "--state", "world")
      const contact = yield* first.control("contacts", { name: "Ada", channels: [{ type: "custom" }] })
      const path = `/orgs/c/contacts/${contact.body.id}/channels/${contact.body.channels[0].id}/chats`
      const chat = yield* first.api(path, { message: [{ type: "text", text: "Grüße 👋" }] })
      assert.deepStrictEqual([contact.status, chat.status], [200, 200])
      yield* first.control("clock/advance", { by: "1 minute" })
      const messages = yield* first.api(`/chats/${chat.body.id}/messages`)
      assert.deepStrictEqual(messages.body.map(({ role }: { role: string }) => role), ["user", "assistant"])
      const { body: report } = yield* first.control("report")
      assert.deepStrictEqual(
        report.requests.map(({ applied, endpoint, status }: Record<string, unknown>) => [endpoint, status, applied]),
        [["contacts.createChat", 200, true], ["messages.list", 200, false]]
      )
      const { body: world } = yield* first.control("world")
      yield* Effect.sync(() => first.child.kill("SIGKILL"))
      yield* Effect.promise(() => first.ended)
      const second = yield* up(cwd, "--state", "world")
      assert.deepStrictEqual((yield* second.control("world")).body, world)
      const third = yield* ended(cwd, "--port", "0", "--state", "world")
      assert.deepStrictEqual([third.code, third.stdout], [2, ""])
      assert.match(third.stderr, /^invent-emulator: state world: another emulator is running on it.*\n$/)
    })
  )

  it.scopedLive("answers nothing on its control routes without the token, and shows a page that may run nothing but itself", () =>
    Effect.gen(function* () {
      const { api, control, token, url } = yield* up(yield* folder)
      for (const secret of ["", "wrong", `${token}x`]) {
        assert.strictEqual((yield* control("report", undefined, secret)).status, 401)
        assert.strictEqual((yield* control("contacts", { name: null, channels: [] }, secret)).status, 401)
        assert.strictEqual((yield* control("none", undefined, secret)).status, 401)
      }
      assert.deepStrictEqual((yield* control("world")).body.contacts, [])
      assert.strictEqual((yield* control("none")).status, 404)
      assert.strictEqual((yield* control("contacts", { name: null, chanels: [] })).status, 400)
      assert.strictEqual((yield* control("clock/advance", { by: "soon" })).status, 400)
      assert.strictEqual((yield* control("chats/chat_9/messages", { text: "Hi" })).status, 404)
      assert.deepStrictEqual((yield* api("/_emulator/world")).status, 401)
      const page = yield* Effect.promise(() => fetch(`${url}/`))
      assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'none'; script-src 'sha256-/)
      const html = yield* Effect.promise(() => page.text())
      assert.notInclude(html, token)
      assert.notMatch(html, /\b(src|href)=|https?:/)
    })
  )

  it.scopedLive("ends cleanly on Ctrl-C, with 130", () =>
    Effect.gen(function* () {
      const { child, ended } = yield* up(yield* folder)
      yield* Effect.sync(() => child.kill("SIGINT"))
      const { code, stderr } = yield* Effect.promise(() => ended)
      assert.deepStrictEqual([code, stderr], [130, ""])
    })
  )

  it.scopedLive("refuses what it cannot use in one line, with 2", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const busy = yield* Effect.acquireRelease(
        Effect.async<AddressInfo>((resume) => {
          const server = createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server.address() as AddressInfo)))
        }),
        () => Effect.void
      )
      writeFileSync(join(cwd, "faults.yaml"), "- { name: a, do: { cutt: 1 } }")
      writeFileSync(join(cwd, "diary"), "Dear diary\nall is well\n")
      const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, reason: RegExp]> = [
        [["--port", String(busy.port)], /is taken; stop what listens there, or give another --port/],
        [["--port", "99999"], /--port: expected 0 to 65535/],
        [["--limit", "many"], /--limit: expected requests per window/],
        [["--limiter", "leaky"], /fixed, sliding, bucket, counter/],
        [["--clock", "0"], /--clock: expected a speed above 0/],
        [["--nope"], /unknown argument: '--nope'/],
        [["--port", "0", "--faults", "none.yaml"], /none\.yaml: .*no such file/],
        [["--faults", "faults.yaml"], /faults\[0\]\.do\.cutt: is unexpected/],
        [["--state", "diary"], /diary: is not a state file/],
        [["--state", "none/state"], /no such file or directory/]
      ]
      const results = yield* Effect.forEach(wrong, ([args]) => Effect.scoped(ended(cwd, ...args)), {
        concurrency: 2
      })
      for (const [index, { code, stderr, stdout }] of results.entries()) {
        assert.strictEqual(code, 2, stderr)
        assert.match(stdout + stderr, wrong[index]?.[1] ?? /^$/)
        assert.lengthOf((stdout + stderr).trim().split("\n"), 1)
      }
    })
  )
})
