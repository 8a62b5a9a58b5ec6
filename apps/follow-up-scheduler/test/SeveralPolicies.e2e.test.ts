/**
 * `serve` with a folder of two policies, which changes while it runs: over a server that shares no code with ours, with
 * a plain listener in place of a chat program.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { receiver, until } from "./AlertHarness.ts"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const header = (name: string, version: number, channel: string) =>
  `name: ${name}\nversion: ${version}\neffective_from: all\ntime_zone: UTC\nmatch: { channels: [${channel}] }\nsteps:\n`
const step = (message: string) => `  - { after: 1 second, action: send_message, message: "${message}" }\n`

const first = { quotes: "Is our quote all right?", nudge: "Do you still need help?" }
const second = "Shall we hold the quote for you?"
const quotes = `${header("quotes", 1, "whatsapp_bot")}${step(first.quotes)}`
const longer = `${header("quotes", 2, "whatsapp_bot")}${step(first.quotes)}${step(second)}`

const chats = {
  quoted: { state: { integration_id: "whatsapp_bot" } },
  asked: { state: { integration_id: "custom" } },
  elsewhere: { state: { integration_id: "telegram_bot" } }
}

interface Listed {
  readonly role: string
  readonly messages: ReadonlyArray<{ readonly parts: ReadonlyArray<{ readonly text: string }> }>
}

it.live(
  "each chat gets the follow-up of its own policy; a wrong file changes nothing and is reported, a right one counts",
  () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      yield* files.makeDirectory(`${cwd}/policies`)
      const write = (name: string, text: string) => files.writeFileString(`${cwd}/policies/${name}.yaml`, text)
      yield* write("1-quotes", quotes)
      yield* write("2-nudge", `${header("nudge", 1, "custom")}${step(first.nudge)}`)

      const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
      const vendor = yield* PlainVendor.serve({ chats, since, now: () => new Date().toISOString() })
      const { alerts, url } = yield* receiver(0)
      const env = {
        INVENT_API_KEY: "inv_key",
        INVENT_BASE_URL: vendor.url,
        INVENT_RATE_LIMIT: "1000",
        FOLLOW_UPS_SWEEP_EVERY: "200 millis",
        FOLLOW_UPS_ALERT_URL: url
      }
      const db = ["--db", "a.db"]
      const running = yield* Process.start(
        ["serve", "--policy", "policies", "--running", "retime", "--inbox", "--every", "1 second", "--ui", ...db],
        { cwd, env }
      )
      /** What was sent to each chat, word for word. */
      const sent = Effect.promise(async () => {
        const each = Object.keys(chats).map(async (chat) => {
          const listed = (await (await fetch(`${vendor.url}/chats/${chat}/messages`)).json()) as ReadonlyArray<Listed>
          return [chat, listed.slice(2).map(({ messages }) => messages[0]?.parts[0]?.text)] as const
        })
        return Object.fromEntries(await Promise.all(each))
      })
      const inForce = Effect.map(Process.run(["status", "--json", ...db], { cwd, env }), ({ stdout }) =>
        (JSON.parse(stdout) as { in_force: ReadonlyArray<{ policy: string }> }).in_force.map(({ policy }) => policy)
      )

      const [address] = yield* running.prints(/http:\/\/127\.0\.0\.1:\d+/)
      /** What the page shows next. */
      const shown = Effect.promise(async () => {
        const answer = await fetch(`${address}/api/live`, { headers: { "x-follow-ups": "page" } })
        let text = ""
        for await (const part of answer.body ?? []) {
          text += new TextDecoder().decode(part)
          if (text.includes("}\n\n")) break
        }
        return text
      })

      yield* running.says("a follow-up went out", 2)
      const ofBoth = { quoted: [first.quotes], asked: [first.nudge], elsewhere: [] }
      expect(yield* sent).toEqual(ofBoth)
      const story = yield* Process.run(["explain", ...db, "elsewhere"], { cwd, env })
      expect(story.stdout).toContain("no follow-up: the policy is for other chats")

      yield* write("1-quotes", longer.replaceAll("1 second", "soon"))
      yield* running.says("steps.1.after")
      yield* until(() => alerts.length > 0)
      expect(running.said()).toMatch(/the policies in force stay:.*1-quotes\.yaml, line 7, column 14: steps\.0\.after/s)
      expect(alerts[0]).toMatch(
        /^A policy file is refused: policy policies\/1-quotes\.yaml, line 7, .* and 1 more, since /
      )
      expect(alerts[0]).toContain("First: follow-ups doctor.")
      expect(yield* inForce).toEqual(["quotes@1", "nudge@1"])
      expect(yield* shown).toContain("A policy file is refused: ")
      expect(yield* sent).toEqual(ofBoth)

      yield* write("1-quotes", longer)
      yield* running.says("in force are quotes@2, nudge@1, before quotes@1, nudge@1")
      yield* running.says("a follow-up went out", 3)
      expect(yield* sent).toEqual({ ...ofBoth, quoted: [first.quotes, second] })
      expect(yield* inForce).toEqual(["quotes@2", "nudge@1"])
      expect(yield* shown).toContain('"policy":"quotes@2, nudge@1"')
      yield* until(() => alerts.length > 1)
      expect(alerts[1]).toMatch(/^No longer: a policy file is refused/)

      running.process.kill("SIGTERM")
      expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
      expect(alerts).toHaveLength(2)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)

it.live("a start without a policy that conversations run on prints how many, and treats them by --running", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    const later = (name: string, channel: string) =>
      `${header(name, 1, channel)}${step(`Is all well with your ${name}?`).replace("1 second", "1 hour")}`
    yield* files.writeFileString(`${cwd}/quotes.yaml`, later("quotes", "whatsapp_bot"))
    yield* files.writeFileString(`${cwd}/nudge.yaml`, later("nudge", "custom"))
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    const vendor = yield* PlainVendor.serve({ chats, since, now: () => new Date().toISOString() })
    const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: vendor.url }
    const options = ["--inbox", "--db", "a.db"]
    const left =
      "1 conversation with a follow-up waiting or under way by quotes@1, which is not among the policies any more"

    yield* Process.run(["run", "--policy", "quotes.yaml", "--policy", "nudge.yaml", ...options], { cwd, env })
    const { stdout } = yield* Process.run(["run", "--policy", "nudge.yaml", ...options], { cwd, env })
    expect(stdout).toContain(`${left}: they go on as they began (--running keep)`)

    const exit = ["serve", "--policy", "nudge.yaml", "--running", "exit", ...options]
    const running = yield* Process.start(exit, { cwd, env })
    yield* running.says(`${left}: they have ended (--running exit)`)
    running.process.kill("SIGTERM")
    yield* running.ended
    const story = yield* Process.run(["explain", "--db", "a.db", "quoted"], { cwd, env })
    expect(story.stdout).toContain("did not follow up: the policy was changed, and this cadence")
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)

it.live("SIGHUP has serve read its policies at once, and never ends it", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    const write = (text: string) => files.writeFileString(`${cwd}/quotes.yaml`, text)
    yield* write(quotes)
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    const vendor = yield* PlainVendor.serve({ chats: {}, since, now: () => new Date().toISOString() })
    // It looks once by itself, at its start.
    const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: vendor.url, FOLLOW_UPS_SWEEP_EVERY: "1 hour" }
    const running = yield* Process.start(["serve", "--policy", "quotes.yaml", "--inbox", "--db", "a.db"], { cwd, env })
    yield* running.says("following up the chats of the inbox")
    running.process.kill("SIGHUP")
    yield* running.says("the policy files were read again: nothing has changed")
    yield* write(longer)
    running.process.kill("SIGHUP")
    yield* running.says("in force are quotes@2, before quotes@1")
    yield* write("")
    running.process.kill("SIGHUP")
    yield* running.says("the policies in force stay:")
    running.process.kill("SIGTERM")
    // One that comes while it stops does not end it, either.
    running.process.kill("SIGHUP")
    expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
