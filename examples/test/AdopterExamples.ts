/** The examples for who adopts the client: what is around its requests, their time and their size. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Reply from "@effect-invent/emulator/Reply"
import * as Requirement from "@effect-invent/test-support/Requirement"
import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Example, outputOf, scene, temporary } from "./RunExample.ts"
import * as Servers from "./Servers.ts"

const script = () => Reply.Silence
const failingOnce = Emulator.layerServer({
  script,
  faults: [{ name: "busy", when: { endpoint: "contacts.list", calls: [1] }, do: { answer: { status: 503 } } }]
})

/** Whether each request was answered, and with which headers of the client's it came. */
const requests = Effect.flatMap(Emulator.Emulator, ({ log }) =>
  Effect.map(log.entries, (entries) =>
    entries.flatMap((entry) => (entry.kind === "request" ? [{ status: entry.status, headers: entry.headers }] : []))
  )
)

export const examples: Readonly<Record<string, Example>> = {
  "17-through-a-proxy.ts": {
    what: "sends through a tunnel of the proxy, by its password",
    run: Effect.gen(function* () {
      yield* scene
      const { url } = yield* Emulator.Emulator
      const { port, seen } = yield* Servers.proxy
      expect(yield* outputOf("17-through-a-proxy.ts", { PROXY: `http://me:secret@127.0.0.1:${port}` })).toEqual([
        "1 contacts, through the proxy"
      ])
      expect(seen).toEqual([[`CONNECT ${new URL(url).host}`, `Basic ${Buffer.from("me:secret").toString("base64")}`]])
    }).pipe(Effect.scoped)
  },
  "18-own-certificates.ts": {
    what: "trusts the authority of the file, and no other",
    needs: [Requirement.program("openssl", "openssl")],
    run: Effect.gen(function* () {
      yield* scene
      const { url } = yield* Emulator.Emulator
      const folder = yield* temporary
      const [ours, another] = [yield* Servers.authority(folder, "ours"), yield* Servers.authority(folder, "another")]
      const INVENT_BASE_URL = yield* Servers.secured(url, ours)
      const file = "18-own-certificates.ts"
      expect(yield* outputOf(file, { INVENT_BASE_URL, CA_FILE: ours.ca })).toEqual([
        "1 contacts, over a certificate of our own"
      ])
      const refused = yield* outputOf(`${file}?another`, { INVENT_BASE_URL, CA_FILE: another.ca })
      expect(refused).toEqual(["not connected: UNABLE_TO_VERIFY_LEAF_SIGNATURE"])
    }).pipe(Effect.scoped)
  },
  "19-own-headers.ts": {
    what: "sends the headers of the client, of the call and of the layer below",
    run: Effect.gen(function* () {
      expect(yield* outputOf("19-own-headers.ts")).toEqual(["asked twice"])
      const always = { "x-tenant": "shop-1", "user-agent": "shop/1.2" }
      expect(yield* requests).toMatchObject([{ headers: always }, { headers: { ...always, "x-job": "nightly" } }])
      expect((yield* requests)[0]!.headers).not.toHaveProperty("x-job")
    })
  },
  "20-middleware.ts": {
    what: "sees the request that is repeated, too",
    emulator: failingOnce,
    run: Effect.gen(function* () {
      yield* scene
      expect(yield* outputOf("20-middleware.ts")).toEqual([
        "request 1 was answered with 503",
        "request 2 was answered with 200",
        "1 contacts"
      ])
      expect(yield* requests).toMatchObject([{ headers: { "x-number": "1" } }, { headers: { "x-number": "2" } }])
    })
  },
  "21-deadline.ts": {
    what: "ends although no answer does",
    emulator: Emulator.layerServer({ script, faults: [{ name: "no answer", do: { stall: 0 } }] }),
    run: Effect.gen(function* () {
      const printed = yield* outputOf("21-deadline.ts")
      expect(printed).toEqual([
        expect.stringMatching(/^the (attempt deadline of 500ms|total deadline of 2s) passed, after [2-4] requests$/)
      ])
    })
  },
  "22-upload-a-file.ts": {
    what: "uploads a file with its name, type and size, and reports one that is missing",
    run: Effect.gen(function* () {
      const { CONTACT_ID } = yield* scene
      const FILE = join(yield* temporary, "Rechnung März.pdf")
      expect(yield* outputOf("22-upload-a-file.ts?missing", { CONTACT_ID, FILE })).toEqual([`${FILE}: NotFound`])
      writeFileSync(FILE, "%PDF-")
      expect(yield* outputOf("22-upload-a-file.ts", { CONTACT_ID, FILE })).toEqual([
        "given: Rechnung März.pdf application/pdf 5",
        "kept: hours.txt text/plain 14"
      ])
    }).pipe(Effect.scoped)
  },
  "23-debug-log.ts": {
    what: "prints a line for each request and for the wait between them, and nothing of what they carry",
    emulator: failingOnce,
    run: Effect.gen(function* () {
      yield* scene
      const printed = yield* outputOf("23-debug-log.ts")
      const line = (...facts: ReadonlyArray<string>) =>
        expect.toSatisfy((text: string) => facts.every((fact) => text.includes(fact)))
      const path = 'message="GET /orgs/{org_id}/contacts"'
      expect(printed).toEqual([
        line(
          "level=DEBUG",
          path,
          "attempt=1",
          "duration=",
          "queued=",
          "http.response.status_code=503",
          "error.type=503"
        ),
        line("level=DEBUG", path, "next=2", "wait=", "because=Faulted"),
        line("level=DEBUG", path, "attempt=2", "http.response.status_code=200"),
        "1 contacts"
      ])
      expect(printed.join()).not.toContain(process.env["INVENT_API_KEY"])
    })
  },
  "24-small-bundle.ts": {
    what: "lists the messages by one group of the contract",
    run: Effect.gen(function* () {
      const { CHAT_ID } = yield* scene
      expect(yield* outputOf("24-small-bundle.ts", { CHAT_ID })).toEqual(["1 messages"])
    })
  }
}
