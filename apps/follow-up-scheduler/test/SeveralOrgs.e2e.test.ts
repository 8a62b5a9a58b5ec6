/**
 * `serve` with two organizations, over a server that shares no code with ours: each keeps an inbox and contacts of its
 * own, and the requests are counted by their paths. A plain listener stands in for a chat program.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { receiver, until } from "./AlertHarness.ts"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const step = `steps:\n  - { after: 1 second, action: send_message, message: "Do you still need help?" }\n`
const header = (name: string) => `name: ${name}\nversion: 1\neffective_from: all\ntime_zone: UTC\n`
const onlyA = `${header("only-a")}match: { orgs: [org_a], channels: [custom] }\n${step}`
const both = `${header("both")}match: { channels: [whatsapp_bot] }\n${step}`

const whatsapp = { integration_id: "whatsapp_bot" }
const chats: Readonly<Record<string, PlainVendor.Fixture>> = {
  a_matched: { org: "org_a" },
  b_other: { org: "org_b" },
  a_both: { org: "org_a", state: whatsapp },
  b_both: { org: "org_b", state: whatsapp },
  b_left: { org: "org_b", state: whatsapp, listed: ["UNSUBSCRIBED"] },
  // The same id of a contact in another organization, whose list does not name it.
  a_left: { org: "org_a", state: whatsapp, person: "b_left" }
}

const metricsOf = (address: string) => Effect.promise(() => fetch(`${address}/metrics`).then((answer) => answer.text()))

const orgs = ["--org", "org_a", "--org", "org_b"]

it.live("serve follows up in both, and goes on in one while the service refuses the other", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/only-a.yaml`, onlyA)
    yield* files.writeFileString(`${cwd}/both.yaml`, both)
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    let isRefused = false
    const vendor = yield* PlainVendor.serve({
      chats,
      since,
      now: () => new Date().toISOString(),
      broken: (line) =>
        isRefused && / \/(orgs\/org_b|chats\/b_)/.test(line)
          ? { status: 403, body: `{"message":"no access"}` }
          : undefined
    })
    const { alerts, url } = yield* receiver(0)
    const env = {
      INVENT_API_KEY: "inv_key",
      INVENT_BASE_URL: vendor.url,
      INVENT_RATE_LIMIT: "1000",
      FOLLOW_UPS_SWEEP_EVERY: "200 millis",
      FOLLOW_UPS_ALERT_URL: url
    }
    const named = ["--policy", "only-a.yaml", "--policy", "both.yaml"]
    const running = yield* Process.start(
      ["serve", ...named, "--inbox", "--every", "1 second", "--ui", "--db", "a.db", ...orgs],
      { cwd, env }
    )
    const sent = () => Object.fromEntries(Object.keys(chats).map((chat) => [chat, vendor.sentTo(chat)]))

    yield* running.says("a follow-up went out", 4)
    expect(sent()).toEqual({ a_matched: 1, b_other: 0, a_both: 1, b_both: 1, b_left: 0, a_left: 1 })
    const explained = (chat: string) =>
      Effect.map(Process.run(["explain", "--db", "a.db", chat], { cwd, env }), ({ stdout }) => stdout)
    expect(yield* explained("b_other")).toContain("no follow-up: the policy is for other chats")
    expect(yield* explained("b_left")).toContain("the contact unsubscribed")

    expect(yield* explained("b_both")).toContain("chat b_both of organization org_b")
    expect(running.said()).toMatch(/a follow-up went out.* chat=b_both org=org_b$/m)

    const json = (...args: ReadonlyArray<string>) =>
      Effect.map(Process.run([...args, "--db", "a.db"], { cwd, env }), ({ stdout }) => stdout)
    expect(JSON.parse(yield* json("status", "--json"))).toMatchObject({
      orgs: [
        { org_id: "org_a", chats: 3 },
        { org_id: "org_b", chats: 3 }
      ]
    })
    const exported = (yield* json("export", "--format", "csv")).split("\r\n")
    expect(exported[0]).toMatch(/,org_id$/)
    expect(exported.filter((line) => line.includes(",b_both,"))).toSatisfy(
      (lines: ReadonlyArray<string>) => lines.length > 0 && lines.every((line) => line.endsWith(",org_b"))
    )
    yield* files.writeFileString(`${cwd}/ids.txt`, "b_other\na_matched\n")
    const preview = JSON.parse(yield* json("preview", "--json", ...named, "--chats", "ids.txt", ...orgs)) as {
      readonly chats: ReadonlyArray<Readonly<Record<string, unknown>>>
    }
    expect(preview.chats).toMatchObject([
      { chat_id: "b_other", org_id: "org_b", reason: "not_matched" },
      { chat_id: "a_matched", org_id: "org_a" }
    ])

    const [address] = yield* running.prints(/http:\/\/127\.0\.0\.1:\d+/)
    const called = (path: string, body: unknown) =>
      Effect.promise(async () => {
        const headers = { "x-follow-ups": "page", "content-type": "application/json" }
        const answer = await fetch(`${address}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
        return (await answer.json()) as { readonly found: ReadonlyArray<{ chat_id: string; org_id: string }> }
      })
    const { found } = yield* called("/api/search", { org: "org_b" })
    expect(found.map(({ chat_id, org_id }) => [chat_id, org_id])).toEqual([
      ["b_both", "org_b"],
      ["b_left", "org_b"],
      ["b_other", "org_b"]
    ])
    expect(yield* metricsOf(address!)).toMatch(/^invent_scheduler_ends_total\{.*org="org_b".*\} 1$/m)

    /** What was requested of each organization, by its path: each contact's activities of its own alone. */
    const paths = new Set(vendor.requests.flatMap((line) => / (\/orgs\/[^?]*)/.exec(line)?.[1] ?? []))
    const lists = ["org_a", "org_b"].flatMap((org) => [`/orgs/${org}/inbox`, `/orgs/${org}/contacts`])
    expect([...paths]).toEqual(expect.arrayContaining(lists))
    const others = [...paths].filter((path) => !lists.includes(path) && !path.endsWith("/inbox/ws"))
    expect(others.filter((path) => path !== "/orgs/org_b/contacts/contact_b_left/activities")).toEqual([])

    isRefused = true
    yield* until(() => alerts.length > 0)
    expect(alerts[0]).toMatch(/^The service refuses the inbox of organization org_b \(403\), since /)
    for (const chat of ["a_both", "b_both"]) {
      vendor.writes(chat, "contact")
      vendor.writes(chat, "assistant")
    }
    yield* until(() => vendor.sentTo("a_both") === 2)
    expect(sent()).toMatchObject({ a_both: 2, b_both: 1 })
    expect(alerts).toHaveLength(1)

    isRefused = false
    yield* until(() => vendor.sentTo("b_both") === 2)
    yield* until(() => alerts.length > 1)
    expect(alerts[1]).toMatch(/^No longer: the service refuses the inbox of organization org_b/)

    running.process.kill("SIGTERM")
    expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
