/** The operator pages of two schedulers that share a PostgreSQL database, each in a browser. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Chromium from "./Browser.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy =
  "name: nudge\nversion: 1\neffective_from: all\ntime_zone: UTC\nsteps:\n  - after: 3 hours\n    action: schedule_follow_up\n"

/** As long as the test itself has. */
const patience = { timeout: 0 }

const emulator = Emulator.layerServer({ replyDelay: Duration.millis(50), runDelay: Duration.millis(50) })

Requirement.describeWith(
  [Requirement.browser, Requirement.postgres],
  "the operator pages of two schedulers on one PostgreSQL database",
  () => {
    const server = Postgres.forSuite()

    it.live(
      "show the same: a follow-up that waits, a pause from the other page, a reply, no name of an erased contact",
      () =>
        Effect.gen(function* () {
          const { apiKey, url, world } = yield* Emulator.Emulator
          const files = yield* FileSystem.FileSystem
          const cwd = yield* files.makeTempDirectoryScoped()
          const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
          const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
          yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
          yield* files.writeFileString(`${cwd}/policy.yaml`, policy)
          const DATABASE_URL = Redacted.value(yield* Effect.flatMap(server, ({ database }) => database))
          const secrets = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url, DATABASE_URL }
          const browser = yield* Chromium.connect

          const open = Effect.gen(function* () {
            const env = { ...secrets, RUNNER_PORT: String(yield* Postgres.freePort) }
            const args = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "500 millis", "--ui"]
            const serving = yield* Process.start(args, { cwd, env })
            const [address = ""] = yield* serving.prints(/http:\/\/127\.0\.0\.1:\d+/)
            return yield* Chromium.open(browser, address)
          })
          const [one, two] = [yield* open, yield* open]
          const pages = [one.page, two.page]
          const see = (selector: string) =>
            Effect.promise(() => Promise.all(pages.map((page) => page.locator(selector).first().waitFor(patience))))
          const press = (page: typeof one.page, name: string) =>
            Effect.promise(() => page.getByRole("button", { name, exact: true }).click(patience))

          yield* see(`.upcoming tbody tr:has-text("${chat.id}"):has-text("Zoë")`)
          yield* see('.quota header:has-text("2 schedulers together")')
          yield* press(one.page, "Pause")
          yield* see('.state:has-text("Paused")')
          yield* press(two.page, "Resume")
          yield* see('.state:has-text("Running")')
          yield* world.takeOver(chat.id, undefined, "I take care of this.")
          yield* see(`.recent li:has-text("${chat.id}"):has-text("a human of the staff has taken over")`)
          yield* see(".upcoming .empty")
          yield* see('.outcomes tbody tr:has-text("a human of the staff has taken over")')
          const erased = yield* Process.run(["erase", contact.id], { cwd, env: secrets })
          expect(erased.code).toBe(0)
          yield* Effect.promise(() => one.page.fill('input[name="find"]', "zoe"))
          yield* Effect.promise(() => one.page.locator('.found [role=status]:text-is("0 found")').waitFor(patience))
          const gone = { ...patience, state: "detached" } as const
          for (const page of pages) yield* Effect.promise(() => page.locator('a:has-text("Zoë")').first().waitFor(gone))
          expect([one.complaints, two.complaints]).toEqual([[], []])
        }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeContext.layer, emulator)))
    )
  }
)
