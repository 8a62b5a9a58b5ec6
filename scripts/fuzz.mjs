// Sends the emulator what no client should: broken HTTP, broken JSON, huge and deep bodies, bad UTF-8, path tricks,
// wrong keys, random bytes. Passes when each was answered below 500 or closed, nothing was printed on stderr, and the
// world is right.
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { join } from "node:path"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "120000" },
    seed: { type: "string", default: "1" },
    connections: { type: "string", default: "10000" }
  }
})
const count = Number(values.requests)
const idle = Number(values.connections)
const lanes = 64

// mulberry32: small, seeded, good enough to choose inputs.
let state = Number(values.seed) >>> 0
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const below = (limit) => Math.floor(random() * limit)
const pick = (list) => list[below(list.length)]
const bytes = (length) => Buffer.from(Array.from({ length }, () => below(256)))

const emulator = spawn(
  process.execPath,
  [
    join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../packages/emulator/dist/main.js"),
    "--port",
    "0",
    "--limit",
    "1000000000/60s"
  ],
  { stdio: ["ignore", "pipe", "pipe"] }
)
let printed = ""
let complaints = ""
emulator.stdout.on("data", (chunk) => (printed += chunk))
emulator.stderr.on("data", (chunk) => (complaints += chunk))
const find = async (pattern) => {
  for (;;) {
    const found = pattern.exec(printed)?.[1]
    if (found !== undefined) return found
    if (emulator.exitCode !== null) throw new Error(`the emulator did not start: ${complaints}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const url = new URL(await find(/at (http:\S+)/))
const key = await find(/INVENT_API_KEY=(\S+)/)
const token = await find(/control token +(\S+)\n/)
const target = { host: url.hostname, port: Number(url.port) }

const control = async (path, body) => {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
  const response = await fetch(new URL(`/_emulator/${path}`, url), { ...init, headers })
  return response.json()
}

const contact = await control("contacts", { name: "Ada", channels: [{ type: "custom" }] })
const channel = contact.channels[0].id
const chat = (await control("chats", { channel_id: channel })).id

// Every endpoint of the contract, about what exists where the path has a place for it, and otherwise about nothing.
const known = { org_id: "c", contact_id: contact.id, channel_id: channel, chat_id: chat }
const contract = JSON.parse(readFileSync(new URL("../docs/openapi.json", import.meta.url), "utf8"))
const paths = [
  ...Object.keys(contract.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, (_, name) => known[name] ?? "none")),
  `/chats/${chat}/state`,
  `/chats/${chat}/messages`,
  `/orgs/c/contacts/${contact.id}/chats/${chat}/messages`,
  `/orgs/c/contacts/${contact.id}/channels/${channel}/chats`,
  `/orgs/c/contacts/${contact.id}/channels/${channel}/chats/${chat}/messages/m/tools/t`,
  "/_emulator/world?last=1",
  "/_emulator/contacts",
  "/_emulator/clock/advance",
  `/_emulator/chats/${chat}/state`,
  "/"
]
const tricks = [
  "/../../etc/passwd",
  "//",
  "/%00",
  "/%ff%fe",
  "/%2e%2e%2f",
  "/chats/%E0%A4%A/messages",
  "/chats/__proto__/messages",
  "/chats/constructor/state",
  "*",
  "/?".padEnd(7000, "a"),
  `/chats/${chat}/messages?take=1e9&page=-1`,
  `/chats/${chat}/messages?take[]=1&take=2`,
  `/chats/${chat}/messages?from_date=%00`,
  "http://elsewhere/chats",
  "/chats/" + "x/".repeat(1000)
]
const deep = (open, close, depth) => open.repeat(depth) + close.repeat(depth)
const bodies = [
  () => "",
  () => "{",
  () => "null",
  () => "[]",
  () => '"text"',
  () => "1e999",
  () => '{"__proto__":{"state":"CLOSED"}}',
  () => '{"state":"NONSENSE"}',
  () => '{"state":{"$gt":""}}',
  () => '{"follow_up_at":"9999999-01-01"}',
  () => '{"message":[{"type":"text","text":1}]}',
  () => '{"channels":[{"type":"carrier pigeon"}],"name":"x"}',
  () => '{"by":"-1 day"}',
  () => deep("[", "]", 1 + below(100_000)),
  () => deep('{"a":', "}", 1 + below(50_000)),
  () => `{"title":"${"x".repeat(below(2_000_000))}"}`,
  () => Buffer.concat([Buffer.from('{"title":"'), bytes(below(200)), Buffer.from('"}')]),
  () => bytes(below(2000))
]
const methods = ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"]
const keys = (path) =>
  pick([
    ...Array(10).fill(`Bearer ${path.startsWith("/_emulator") ? token : key}`),
    "Bearer wrong",
    "Basic x",
    "",
    `Bearer ${token.slice(1)}`,
    `Bearer ${"y".repeat(5000)}`
  ])

const outcomes = new Map()
const faults = []
const note = (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
const agent = new Agent({ keepAlive: true, maxSockets: lanes })

/** HTTP that is well-formed, about something that is not. */
const odd = () =>
  new Promise((resolve) => {
    const done = (outcome) => {
      note(outcome)
      resolve()
    }
    // Big ones are rare: they find little more than the first hundred did.
    const body = random() < 0.02 ? pick(bodies)() : bodies[below(13)]()
    const path = random() < 0.3 ? pick(tricks) : pick(paths)
    const headers = {
      authorization: keys(path),
      "content-type": pick([
        "application/json",
        "text/plain",
        "application/json; charset=utf-7",
        "multipart/form-data",
        "multipart/form-data; boundary=b"
      ]),
      "content-length": Buffer.byteLength(body)
    }
    const sent = request({ ...target, agent, method: pick(methods), path, headers, timeout: 20_000 }, (response) => {
      if (response.statusCode >= 500) faults.push(`${sent.method} ${path.slice(0, 100)} ${String(body).slice(0, 100)}`)
      response
        .resume()
        .on("end", () => done(response.statusCode))
        .on("error", () => done("closed"))
    })
    sent
      .on("error", () => done("closed"))
      .on("timeout", () => {
        faults.push(`${sent.method} ${path.slice(0, 100)} ${String(body).slice(0, 100)}`)
        done("HUNG")
        sent.destroy()
      })
    sent.end(body)
  })

const garbage = [
  () => bytes(1 + below(300)),
  () => `GET ${pick(tricks)} HTTP/1.1\r\n\r\n`,
  () =>
    `PATCH /chats/${chat}/state HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n{}`,
  () =>
    `POST ${pick(paths)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nTransfer-Encoding: chunked\r\n\r\n${pick(["zz\r\n", "5\r\n{", "-1\r\n\r\n", "fffffffff\r\n"])}`,
  () =>
    `POST ${pick(paths)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: ${pick(["-1", "1e9", "99999999999999999999", "abc"])}\r\n\r\n`,
  () => `GET / HTTP/${pick(["0.9", "3.0", "1.1.1", "x"])}\r\nHost: x\r\n\r\n`,
  () => `GET / HTTP/1.1\r\n${"X: y\r\n".repeat(below(3000))}\r\n`,
  () => `GET / HTTP/1.1\r\nHost: x\r\nX: ${"z".repeat(below(40_000))}\r\n\r\n`,
  () => `GET / HTTP/1.1\nHost: x\n\n`,
  () => `GET /chats/${chat}/messages HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  () => `CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`
]

/** Bytes that are no HTTP, or half of it. */
const raw = () =>
  new Promise((resolve) => {
    let answer = ""
    const socket = connect(target, () => {
      socket.write(pick(garbage)())
      socket.end()
    })
    socket.setTimeout(20_000, () => {
      note("HUNG")
      socket.destroy()
    })
    socket.on("data", (chunk) => (answer += chunk.toString("latin1").slice(0, 20)))
    socket.on("error", () => {})
    socket.on("close", () => {
      note(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0) || "closed")
      resolve()
    })
  })

const open = (number) =>
  Promise.all(
    Array.from(
      { length: number },
      () =>
        new Promise((resolve) => {
          const socket = connect(target, () => resolve(socket))
          socket.on("error", () => resolve(socket))
        })
    )
  )

const started = performance.now()
const sockets = await open(idle)
for (const socket of sockets) socket.write("POST / HT")
let left = count
await Promise.all(
  Array.from({ length: lanes }, async () => {
    while (left-- > 0) await (random() < 0.9 ? odd() : raw())
  })
)
const seconds = (performance.now() - started) / 1000

const words = "Still there?"
const alive = await fetch(new URL(`/orgs/c/contacts/${contact.id}/chats/${chat}/messages`, url), {
  method: "POST",
  headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  body: JSON.stringify({ message: [{ type: "text", text: words }] })
})
const written = await alive.json()
const world = await control("world")
const report = await control("report?last=1")
for (const socket of sockets) socket.destroy()
agent.destroy()
const memory =
  process.platform === "linux"
    ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${emulator.pid}/status`, "utf8"))[1]) / 1024
    : 0
emulator.kill("SIGINT")
const code = await new Promise((resolve) => emulator.on("close", resolve))

const found = world.chats.find(({ id }) => id === chat)
const failures = [
  ...[...outcomes]
    .filter(([outcome]) => outcome === "HUNG" || (typeof outcome === "number" && outcome >= 500))
    .map(([outcome, times]) => `${times} requests ended with ${outcome}`),
  ...faults.slice(0, 5).map((request) => `answered with 5xx or not at all: ${request}`),
  ...(/ (ERROR|FATAL) \(/.test(printed)
    ? [`logged: ${printed.slice(printed.search(/ (ERROR|FATAL) \(/)).slice(0, 2000)}`]
    : []),
  ...(complaints === "" ? [] : [`stderr: ${complaints.slice(0, 2000)}`]),
  ...(alive.status === 200 ? [] : [`a good request is answered with ${alive.status}`]),
  ...(found.messages.some(({ id }) => id === written.id) ? [] : ["the message that was sent last is not in the world"]),
  ...(world.contacts.every(({ channels }) => channels.every(({ type }) => type === "custom"))
    ? []
    : ["a contact has a channel that does not exist"]),
  ...(found.state.state === "OPEN" ? [] : [`the chat is ${found.state.state}, and no request has set that`]),
  ...(memory < 1024 ? [] : [`the emulator holds ${memory.toFixed(0)} MB`]),
  ...(code === 130 ? [] : [`the emulator ended with ${code}`])
]
const counts = [...outcomes]
  .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  .map(([outcome, times]) => `${outcome}: ${times}`)
console.log(
  `seed ${values.seed}: ${count} requests in ${seconds.toFixed(1)} s beside ${idle} idle connections; ${counts.join(", ")}`
)
console.log(`the emulator logged ${report.total + report.dropped} requests and holds ${memory.toFixed(0)} MB`)
for (const failure of failures) console.error(`failed: ${failure}`)
console.log(failures.length === 0 ? "0 unhandled errors" : `${failures.length} failures`)
process.exitCode = failures.length === 0 ? 0 : 1
