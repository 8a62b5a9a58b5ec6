/** The bundle that `docs/adopting.md` makes: built by its command, word for word, it runs. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Reply from "@effect-invent/emulator/Reply"
import { Effect, ManagedRuntime, Redacted } from "effect"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "bundle-"))
const invent = ManagedRuntime.make(Emulator.layerServer({ script: () => Reply.Silence }))
afterAll(async () => {
  await invent.dispose()
  rmSync(folder, { recursive: true })
})

const execute = promisify(execFile)

describe("the command that bundles a program", () => {
  it("makes one file that makes its call", async () => {
    const command = /^npx (esbuild .*) --outfile=main\.mjs$/m.exec(
      readFileSync(join(root, "docs/adopting.md"), "utf8")
    )?.[1]
    const [program = "", ...words] = command?.split(" ") ?? []
    const main = join(folder, "main.mjs")
    await execute(join(root, "tools/benchmarks/node_modules/.bin", program), [...words, `--outfile=${main}`], {
      cwd: root
    })
    const env = await invent.runPromise(
      Effect.gen(function* () {
        const { apiKey, url, world } = yield* Emulator.Emulator
        const { channels } = yield* world.addContact({ name: "Ana", channels: [{ type: "custom" }] })
        const { id } = yield* world.startChat({ channelId: channels[0]!.id, text: "Hello?" })
        return { INVENT_API_KEY: Redacted.value(apiKey("bundle")), INVENT_BASE_URL: url, CHAT_ID: id }
      })
    )
    const { stdout } = await execute(process.execPath, [main], { cwd: folder, env })
    expect(stdout).toBe("1 messages\n")
  })
})
