import * as Requirement from "@effect-invent/test-support/Requirement"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as RunProgram from "./RunProgram.ts"

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

const startBy = (command: string, first: ReadonlyArray<string>, cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(command, [...first, program, ...args], { cwd, env: {}, stdio: ["ignore", "pipe", "pipe"] })
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
    ({ child, ended }) =>
      Effect.zipRight(
        Effect.sync(() => child.kill("SIGKILL")),
        Effect.promise(() => ended)
      )
  )

const upBy = Effect.fnUntraced(function* (
  command: string,
  first: ReadonlyArray<string>,
  cwd: string,
  ...args: ReadonlyArray<string>
) {
  const running = yield* startBy(command, first, cwd, "--port", "0", ...args)
  const printed = (pattern: RegExp) => Effect.promise(() => running.said(pattern))
  const url = yield* printed(/at (http:\S+)/)
  const key = yield* printed(/INVENT_API_KEY=(\S+)/)
  const token = yield* printed(/control token +(\S+)\n/)
  const call = (path: string, secret: string, body?: unknown) =>
    Effect.promise(async () => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
      const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" }
      const response = await fetch(`${url}${path}`, { ...init, headers })
      const text = await response.text()
      return {
        status: response.status,
        body: response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text
      }
    })
  return {
    ...running,
    url,
    token,
    api: (path: string, body?: unknown, secret = key) => call(path, secret, body),
    control: (path: string, body?: unknown, secret = token) => call(`/_emulator/${path}`, secret, body)
  }
})

const up = (cwd: string, ...args: ReadonlyArray<string>) => upBy(process.execPath, [], cwd, ...args)

const ended = (cwd: string, ...args: ReadonlyArray<string>) =>
  Effect.flatMap(startBy(process.execPath, [], cwd, ...args), (running) => Effect.promise(() => running.ended))

const inOwnNumbers = ["--pid", "--fork", "--kill-child"]

/** As in a container: each process is number 1 among its own. */
const numberSpaces: Requirement.Requirement = {
  isMet: spawnSync("unshare", [...inOwnNumbers, "true"]).status === 0,
  missing: "no space of process numbers can be made, which takes unshare and CAP_SYS_ADMIN"
}

Requirement.describeWith([numberSpaces], "two emulators that are both process number 1", () => {
  it.scopedLive("are kept apart on one state file, and a killed one leaves it to the next", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const asNumberOne = ["unshare", [...inOwnNumbers, process.execPath]] as const
      const first = yield* upBy(...asNumberOne, cwd, "--state", "world")
      const second = yield* startBy(...asNumberOne, cwd, "--port", "0", "--state", "world")
      const { code, stderr } = yield* Effect.promise(() => second.ended)
      assert.strictEqual(code, 2)
      assert.match(stderr, /^invent-emulator: state world: another emulator is running on it.*\n$/)
      yield* Effect.sync(() => first.child.kill("SIGKILL"))
      yield* Effect.promise(() => first.ended)
      // Which is number 1, too, and so is whatever runs in other spaces.
      yield* upBy(...asNumberOne, cwd, "--state", "world")
    })
  )
})

/** Where a process listens, by the tables of the kernel. */
const portOf = (pid: number): number | undefined => {
  // One that is closed meanwhile is none of those that are looked for.
  const target = (fd: string) =>
    Either.getOrElse(
      Either.try(() => readlinkSync(`/proc/${pid}/fd/${fd}`)),
      () => ""
    )
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(target(fd))?.[1] ?? [])
  )
  const listening = readFileSync(`/proc/${pid}/net/tcp`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(inode ?? ""))
  return listening === undefined ? undefined : Number.parseInt(listening[1]?.split(":")[1] ?? "", 16)
}

const aFullDevice: Requirement.Requirement = {
  isMet: existsSync("/dev/full"),
  missing: "this machine has no /dev/full"
}

Requirement.describeWith([aFullDevice], "the emulator with output that cannot be written", () => {
  it.scopedLive("goes on", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const { child, ended } = yield* startBy(
        "/bin/sh",
        ["-c", 'exec "$@" > /dev/full 2> /dev/full', "sh", process.execPath],
        cwd,
        "--port",
        "0"
      )
      const pid = child.pid ?? 0
      // Its entry goes when it ends, which fails the test.
      const port = yield* Effect.repeat(
        Effect.delay(
          Effect.sync(() => portOf(pid)),
          "50 millis"
        ),
        { until: (port) => port !== undefined }
      )
      // A request that comes before there is anybody to handle it is left unanswered.
      const page = Effect.promise((signal) =>
        fetch(`http://127.0.0.1:${port}/`, { signal }).then(({ status }) => status)
      )
      yield* Effect.repeat(Effect.timeoutOption(page, "1 second"), { until: Option.isSome })
      assert.deepStrictEqual(new Set(yield* Effect.replicateEffect(page, 20)), new Set([200]))
      yield* Effect.sync(() => child.kill("SIGINT"))
      assert.strictEqual((yield* Effect.promise(() => ended)).code, 130)
    })
  )
})

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
      assert.deepStrictEqual(
        messages.body.map(({ role }: { role: string }) => role),
        ["user", "assistant"]
      )
      const { body: report } = yield* first.control("report")
      assert.deepStrictEqual(
        report.requests.map(({ applied, endpoint, status }: Record<string, unknown>) => [endpoint, status, applied]),
        [
          ["contacts.createChat", 200, true],
          ["messages.list", 200, false]
        ]
      )
      const { body: world } = yield* first.control("world")
      const { body: made } = yield* first.control("keys", { name: "nightly" })
      yield* Effect.sync(() => first.child.kill("SIGKILL"))
      yield* Effect.promise(() => first.ended)
      const second = yield* up(cwd, "--state", "world")
      assert.deepStrictEqual((yield* second.control("world")).body, world)
      const byMade = yield* second.api(`/chats/${chat.body.id}/messages`, undefined, made.key)
      assert.deepStrictEqual([byMade.status, byMade.body], [200, messages.body])
      assert.strictEqual((yield* second.control("report")).body.requests.at(-1).key, "nightly")
      const third = yield* ended(cwd, "--port", "0", "--state", "world")
      assert.deepStrictEqual([third.code, third.stdout], [2, ""])
      assert.match(third.stderr, /^invent-emulator: state world: another emulator is running on it.*\n$/)
    })
  )

  it.scopedLive(
    "ends with 2 and one line when the disk is full, and has all it said yes to when there is room again",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        // No file of the process can be longer than 8 blocks: to it, the disk is full.
        const full = yield* upBy(
          "/bin/sh",
          ["-c", 'ulimit -f 8; exec "$@"', "sh", process.execPath],
          cwd,
          "--state",
          "world"
        )
        const names: Array<string> = []
        for (let count = 0; count < 100; count++) {
          const name = `Grüße ${count}`
          const added = yield* full.control("contacts", { name, channels: [{ type: "custom" }] })
          if (added.status !== 200) {
            assert.deepStrictEqual([added.status, added.body.message], [500, "The emulator failed"])
            break
          }
          names.push(name)
        }
        const { code, stderr, stdout } = yield* Effect.promise(() => full.ended)
        assert.strictEqual(code, 2)
        assert.match(stdout, /A control request could not be handled/)
        assert.match(stderr, /^invent-emulator: state world: .*too large.*\n$/)
        const { control } = yield* up(cwd, "--state", "world")
        assert.deepStrictEqual(
          (yield* control("world")).body.contacts.map(({ name }: { name: string }) => name),
          names
        )
        assert.isAbove(names.length, 3)
      })
  )

  it.scopedLive("begins a new world in an empty file, and refuses in one line one whose row it cannot read", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      yield* Effect.sync(() => writeFileSync(join(cwd, "world"), ""))
      const { child, control, ended: over } = yield* up(cwd, "--state", "world")
      assert.strictEqual((yield* control("contacts", { name: "Ada", channels: [] })).status, 200)
      yield* Effect.sync(() => child.kill("SIGINT"))
      yield* Effect.promise(() => over)
      const bad = JSON.stringify([["chats", "chat_000009", { id: "chat_000009" }]])
      const checksum = createHash("sha256").update(bad).digest("hex").slice(0, 16)
      yield* Effect.sync(() => appendFileSync(join(cwd, "world"), `${checksum} ${bad}\n`))
      const { code, stderr, stdout } = yield* ended(cwd, "--port", "0", "--state", "world")
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.match(stderr, /^invent-emulator: state world: holds no valid chats chat_000009: \S+ is missing\n$/)
    })
  )

  it.scopedLive(
    "answers nothing on its control routes without the token, and shows a page that may run nothing but itself",
    () =>
      Effect.gen(function* () {
        const { api, control, token, url } = yield* up(yield* folder)
        for (const secret of ["", "wrong", `${token}x`]) {
          assert.strictEqual((yield* control("report", undefined, secret)).status, 401)
          assert.strictEqual((yield* control("contacts", { name: null, channels: [] }, secret)).status, 401)
          for (const path of ["none", "world", "log", "..%2freport", "report?token=x"]) {
            assert.strictEqual((yield* control(path, undefined, secret)).status, 401, path)
          }
          for (const path of ["keys", "clock/advance", "chats"])
            assert.strictEqual((yield* control(path, {}, secret)).status, 401, path)
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

  it.scopedLive("behaves where the documents are silent as its file says, and reports how", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      writeFileSync(
        join(cwd, "behaviour.yaml"),
        "behaviour:\n  emptyPatch: refuse\n  errorBody: text\n  messagesListedAfter: 1 hour\n"
      )
      const { api, control } = yield* up(cwd, "--behaviour", "behaviour.yaml")
      const contact = yield* control("contacts", { name: "Ada", channels: [{ type: "custom" }] })
      const chat = yield* control("chats", { channel_id: contact.body.channels[0].id, text: "Hello?" })
      assert.deepStrictEqual((yield* api(`/chats/${chat.body.id}/messages`)).body, [])
      const missing = yield* api("/chats/chat_9/messages")
      assert.deepStrictEqual([missing.status, typeof missing.body], [404, "string"])
      const { body } = yield* control("report")
      assert.include(body.behaviour, {
        emptyPatch: "refuse",
        errorBody: "text",
        messagesListedAfter: 3_600_000,
        replyClearsFollowUp: true
      })
    })
  )

  it.scopedLive(
    "limits by its options, runs its clock as fast as they set, and is reached from this machine's loopback address alone",
    () =>
      Effect.gen(function* () {
        const options = ["--limit", "2/600m", "--limiter", "sliding", "--clock", "3600", "--seed", "7"]
        const { api, control, url } = yield* up(yield* folder, ...options)
        const { body: before } = yield* control("report")
        const statuses = yield* Effect.forEach([1, 2, 3], () =>
          Effect.map(api("/chats/chat_9/messages"), ({ status }) => status)
        )
        assert.deepStrictEqual(statuses, [404, 404, 429])
        const { body: after } = yield* control("report")
        assert.strictEqual(after.limit, "2 in 10h, sliding")
        assert.isAbove(Date.parse(after.now) - Date.parse(before.now), 3600)
        const elsewhere = url.replace("127.0.0.1", "127.0.0.2")
        assert.notStrictEqual(elsewhere, url)
        assert.strictEqual((yield* Effect.exit(Effect.tryPromise(() => fetch(elsewhere))))._tag, "Failure")
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
          const server = createServer().listen(0, "127.0.0.1", () =>
            resume(Effect.succeed(server.address() as AddressInfo))
          )
        }),
        () => Effect.void
      )
      const file = (name: string) => join(cwd, name)
      writeFileSync(file("faults.yaml"), "- { name: a, do: { cutt: 1 } }")
      writeFileSync(file("behaviour.yaml"), "replies: twice\n")
      writeFileSync(file("diary"), "Dear diary\nall is well\n")
      const isTaken = [
        ["--port", String(busy.port)],
        /is taken; stop what listens there, or give another --port/
      ] as const
      const isUnknown = [["--nope"], /unknown argument: '--nope'/] as const
      const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, reason: RegExp]> = [
        isTaken,
        [["--port", "99999"], /--port: expected 0 to 65535/],
        [["--limit", "many"], /--limit: expected requests per window/],
        [["--limiter", "leaky"], /fixed, sliding, bucket, counter/],
        [["--clock", "0"], /--clock: expected a speed above 0/],
        isUnknown,
        [["--port", "0", "--faults", file("none.yaml")], /none\.yaml: .*no such file/],
        [["--faults", file("faults.yaml")], /faults\[0\]\.do\.cutt: is unexpected/],
        [["--behaviour", file("none.yaml")], /behaviour \S*none\.yaml: .*no such file/],
        [["--behaviour", file("behaviour.yaml")], /behaviour \S*behaviour\.yaml: behaviour\.replies: is unexpected/],
        [["--state", file("diary")], /diary: is not a state file/],
        [["--state", file("none/state")], /no such file or directory/]
      ]
      // The process of the program is the same whatever it refuses: one of its reasons of its own, and one of the
      // library's.
      const processes = [isTaken, isUnknown].map(
        ([args, reason]) => [Effect.scoped(ended(cwd, ...args)), reason] as const
      )
      const runs = [...wrong.map(([args, reason]) => [RunProgram.run(args), reason] as const), ...processes]
      for (const [run, reason] of runs) {
        const { code, stderr, stdout } = yield* run
        assert.strictEqual(code, 2, stderr)
        assert.match(stdout + stderr, reason)
        assert.lengthOf((stdout + stderr).trim().split("\n"), 1)
      }
    })
  )
})
