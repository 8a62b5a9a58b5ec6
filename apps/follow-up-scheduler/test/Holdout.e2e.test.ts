/**
 * A policy with a `holdout` in a real `serve`, over a server that shares no code with ours. The groups are worked out
 * here by the documented rule, so that the program cannot choose them otherwise.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHmac } from "node:crypto"
import { until } from "./AlertHarness.ts"
import * as PlainVendor from "./PlainVendor.ts"
import * as Process from "./Process.ts"

const words = "Do you still need help?"
const policy =
  "name: nudge\nversion: 1\neffective_from: all\ntime_zone: UTC\nholdout: 50 %\n" +
  `steps:\n  - { after: 1 second, action: send_message, message: "${words}" }\n`

const names = Array.from({ length: 16 }, (_, index) => `chat${index + 1}`)

/** The first 48 bits of the HMAC of the contact's id, as a share of all that they can be, are below the holdout. */
const isHeldOut = (chat: string) =>
  createHmac("sha256", "holdout of nudge").update(`contact_${chat}`).digest().readUIntBE(0, 6) / 2 ** 48 < 0.5

const heldOut = names.filter(isHeldOut)
const treated = names.filter((name) => !isHeldOut(name))

interface Status {
  readonly outcomes: ReadonlyArray<{ readonly reason: string | null; readonly chats: number }>
}

it.live("the same contacts are left out after a kill -9 in the midst of sending, and after the ledger is lost", () =>
  Effect.gen(function* () {
    expect(heldOut.length).toBeGreaterThan(2)
    expect(treated.length).toBeGreaterThan(2)
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
    const since = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`
    let posts = 0
    const vendor = yield* PlainVendor.serve({
      chats: Object.fromEntries(names.map((name) => [name, {}])),
      since,
      now: () => new Date().toISOString(),
      meanwhile: (line) => void (line.startsWith("POST") && posts++)
    })
    const env = {
      INVENT_API_KEY: "inv_key",
      INVENT_BASE_URL: vendor.url,
      INVENT_RATE_LIMIT: "1000",
      FOLLOW_UPS_SWEEP_EVERY: "200 millis"
    }
    const serve = Process.start(
      ["serve", "--policy", "policy.yaml", "--inbox", "--every", "1 second", "--db", "a.db"],
      { cwd, env }
    )
    const sent = (to: ReadonlyArray<string>) => Object.fromEntries(to.map((name) => [name, vendor.sentTo(name)]))
    const expected = (of: ReadonlyArray<string>) =>
      Object.fromEntries(of.map((name) => [name, isHeldOut(name) ? 0 : 1]))
    const inDoubt = (name: string) =>
      Effect.map(Process.run(["explain", name, "--db", "a.db"], { cwd, env }), ({ stdout }) =>
        stdout.includes("the message is not there yet")
      )
    const withReason = (reason: string) =>
      Effect.map(Process.run(["status", "--json", "--db", "a.db"], { cwd, env }), ({ stdout }) =>
        // Before the ledger has been made there is none.
        (stdout === "" ? { outcomes: [] } : (JSON.parse(stdout) as Status)).outcomes
          .filter((outcome) => outcome.reason === reason)
          .reduce((sum, { chats }) => sum + chats, 0)
      )
    const untilAllHeldOut = Effect.repeat(withReason("holdout"), { until: (count) => count === heldOut.length })

    const killed = yield* serve
    yield* until(() => posts >= 2)
    killed.process.kill("SIGKILL")
    yield* killed.ended

    const second = yield* serve
    // A message that had not left when the process was killed stays in doubt, and is not sent again without a person.
    const settled = Effect.forEach(treated, (name) => (vendor.sentTo(name) > 0 ? Effect.succeed(true) : inDoubt(name)))
    yield* Effect.repeat(settled, { until: (all) => all.every((one) => one) })
    yield* untilAllHeldOut
    const certain = names.filter((name) => isHeldOut(name) || vendor.sentTo(name) > 0)
    expect(sent(certain)).toEqual(expected(certain))
    second.process.kill("SIGTERM")
    yield* second.ended

    for (const file of yield* files.readDirectory(cwd))
      if (file.startsWith("a.db")) yield* files.remove(`${cwd}/${file}`)
    const third = yield* serve
    yield* untilAllHeldOut
    expect(yield* withReason("followed_up_already")).toBe(certain.length - heldOut.length)
    yield* until(() => treated.every((name) => vendor.sentTo(name) > 0))
    expect(sent(names)).toEqual(expected(names))
    third.process.kill("SIGTERM")
    expect(yield* third.ended).toMatchObject({ code: 143, stderr: "" })
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
