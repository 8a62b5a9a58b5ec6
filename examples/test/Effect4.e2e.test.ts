/**
 * The example of Effect 4, from its own install lines: the real effect 4 of the registry, and our packages from their
 * tarballs beside effect 3.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Reply from "@effect-invent/emulator/Reply"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { bin, manifestIn, root, run, tarballOf } from "../../scripts/test/Packed.ts"

const example = join(root, "examples/effect-4")
const readme = readFileSync(join(example, "README.md"), "utf8")
const lines = readme.split("\n").filter((line) => line.startsWith("npm install "))
const folder = realpathSync(mkdtempSync(join(tmpdir(), "effect-4-")))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const npm = async (words: ReadonlyArray<string>, cwd: string, overrides: Readonly<Record<string, string>>) => {
  writeFileSync(join(cwd, "package.json"), JSON.stringify({ private: true, type: "module", overrides }))
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] }
  const args = ["install", "--no-audit", "--no-fund", "--prefer-offline", ...words]
  const installed = await run("npm", args, cwd, env)
  expect(installed, installed.output).toMatchObject({ status: 0 })
}

/** Hands two requests on to `target` and answers no other; gives its address, and when such a request was ended. */
const silentAfterTwo = async (target: string) => {
  let requests = 0
  let hasEnded: () => void
  const ended = new Promise<void>((resolve) => (hasEnded = resolve))
  const server = http.createServer(({ headers, url = "" }, response) => {
    if (++requests > 2) return void response.on("close", hasEnded)
    fetch(new URL(url, target), { headers: { authorization: headers.authorization ?? "" } }).then(
      async (answer) =>
        response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text()),
      () => response.destroy()
    )
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ended, requests: () => requests, close }
}

it("a program on effect 4 installs, compiles, calls, catches an error by its tag, and ends the request of a call that it gives up", async () => {
  cpSync(example, folder, { recursive: true, filter: (path) => !["node_modules", "test"].includes(basename(path)) })
  const [ofFour = "", ofThree = ""] = lines
  expect(lines).toHaveLength(2)
  await npm(ofFour.split(" ").slice(2), folder, {})
  const tarballs = new Map<string, string>()
  for (const place of ["packages/domain", "packages/client"])
    tarballs.set(manifestIn(join(root, place)).name, `file:${await tarballOf(place)}`)
  const words = ofThree.split(" ").slice(2)
  await npm(
    words.map((word) => tarballs.get(word) ?? word),
    join(folder, "invent"),
    {}
  )
  const versions = ["", "invent"].map((place) => manifestIn(join(folder, place, "node_modules/effect")).version)
  expect(versions.map((version) => version.split(".")[0])).toEqual(["4", "3"])

  mkdirSync(join(folder, "node_modules/@types"), { recursive: true })
  const types = "node_modules/@types/node"
  symlinkSync(realpathSync(join(root, types)), join(folder, types), "junction")
  const options = {
    module: "NodeNext",
    target: "ES2022",
    strict: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    types: ["node"]
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["Main.ts"] }))
  const compiled = await run(process.execPath, [bin("typescript", "bin/tsc"), "--project", "."], folder)
  expect(compiled.output).toBe("")

  const ran = Effect.gen(function* () {
    const { apiKey, url, world } = yield* Emulator.Emulator
    const contact = yield* world.addContact({ name: "Ana", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
    const server = yield* Effect.acquireRelease(
      Effect.promise(() => silentAfterTwo(url)),
      ({ close }) => Effect.sync(close)
    )
    const settings = {
      INVENT_API_KEY: Redacted.value(apiKey("newcomer")),
      INVENT_BASE_URL: server.url,
      CHAT_ID: chat.id
    }
    const said = yield* Effect.promise(() =>
      run(process.execPath, ["Main.js"], folder, { ...process.env, ...settings })
    )
    expect(said).toEqual({ status: 0, output: "1 messages\na chat that is not there: NotFound\ngiven up: true\n" })
    yield* Effect.promise(() => server.ended)
    expect(server.requests()).toBe(3)
  })
  await Effect.runPromise(
    ran.pipe(Effect.provide(Emulator.layerServer({ script: () => Reply.Silence })), Effect.scoped)
  )
})
