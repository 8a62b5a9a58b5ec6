/** The files and folders that `--policy` names: their order, and what is wrong in all of them at once. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Policies from "../src/Policies.ts"
import * as PolicyFiles from "../src/Policies/PolicyFiles.ts"

const text = (name: string, after = "1 hour") =>
  `name: ${name}\nversion: 1\ntime_zone: UTC\nsteps:\n  - { after: ${after}, action: schedule_follow_up }\n`

/** In a folder with these files, whose paths are given below it. */
const loading = (files: Readonly<Record<string, string>>, ...paths: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const system = yield* FileSystem.FileSystem
    const folder = yield* system.makeTempDirectoryScoped()
    yield* system.makeDirectory(`${folder}/empty`)
    yield* system.makeDirectory(`${folder}/all`)
    for (const [name, content] of Object.entries(files)) yield* system.writeFileString(`${folder}/${name}`, content)
    return yield* PolicyFiles.load(paths.map((path) => `${folder}/${path}`)).pipe(
      Effect.map((policies) => policies.map(({ name }) => name)),
      Effect.mapError(({ message }) => message.replaceAll(`${folder}/`, ""))
    )
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const folder = {
  "all/20-nudge.yml": text("nudge"),
  "all/10-quotes.yaml": text("quotes"),
  "all/.10-quotes.yaml": "what an editor keeps",
  "all/policy.schema.json": "{}",
  "all/notes.md": "# Notes"
}

describe("policies are in the stated order", () => {
  it.live("of files, and of a folder by the names of its files", () =>
    Effect.gen(function* () {
      expect(yield* loading(folder, "all")).toEqual(["quotes", "nudge"])
      expect(yield* loading(folder, "all/20-nudge.yml", "all/10-quotes.yaml")).toEqual(["nudge", "quotes"])
      expect(yield* loading({ ...folder, "first.yaml": text("first") }, "first.yaml", "all")).toEqual([
        "first",
        "quotes",
        "nudge"
      ])
    })
  )

  it.live("in the service that decisions read", () =>
    Effect.gen(function* () {
      const path = new URL("../../../policies", import.meta.url).pathname
      const ids = Effect.flatMap(Policies.Policies, ({ current }) => Effect.map(current, Policies.idsOf))
      const inForce = Layer.provide(Policies.layer, PolicyFiles.layer([path]))
      expect(yield* Effect.provide(ids, inForce)).toBe(
        "idle-nudge@1, quiet-snooze@1, quote-reminder@1, two-waits@1, whatsapp-window@1"
      )
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

describe("policies are refused", () => {
  const refused = (files: Readonly<Record<string, string>>, ...paths: ReadonlyArray<string>) =>
    Effect.map(Effect.flip(loading(files, ...paths)), String)

  it.live("with every problem of every file, each with its file and line", () =>
    Effect.gen(function* () {
      const wrong = {
        "a.yaml": text("Quotes", "soon"),
        "b.yaml": text("nudge"),
        "c.yaml": `${text("close")}weekday: [1]\n`
      }
      const lines = (yield* refused(wrong, "a.yaml", "b.yaml", "c.yaml", "d.yaml")).split("\n")
      expect(lines.map((line) => /^policy (\w\.yaml(?:, line \d+, column \d+)?): /.exec(line)?.[1])).toEqual([
        "a.yaml, line 1, column 7",
        "a.yaml, line 5, column 14",
        "c.yaml, line 6, column 10",
        "d.yaml"
      ])
      expect(lines[3]).toContain("does not exist")
    })
  )

  it.live("where two have one name, at the place of the second one", () =>
    Effect.map(
      refused({ "a.yaml": text("nudge"), "b.yaml": `# Again\n${text("nudge", "2 hours")}` }, "a.yaml", "b.yaml"),
      (message) =>
        expect(message).toBe(
          "policy b.yaml, line 2, column 7: name: nudge is the name of a.yaml, too; give each policy a name of its own"
        )
    )
  )

  it.live("where a file is named twice", () =>
    Effect.map(refused(folder, "all/10-quotes.yaml", "all"), (message) =>
      expect(message).toContain("name: quotes is the name of all/10-quotes.yaml, too")
    )
  )

  it.live("where a folder has none, or is missing", () =>
    Effect.gen(function* () {
      expect(yield* refused({}, "empty")).toMatch(/^policy empty: is a folder without a policy; put /)
      expect(yield* refused({}, "gone")).toMatch(/^policy gone: does not exist; name /)
      // What is right does not hide it.
      expect(yield* refused(folder, "all", "empty")).toMatch(/^policy empty: /)
    })
  )
})
