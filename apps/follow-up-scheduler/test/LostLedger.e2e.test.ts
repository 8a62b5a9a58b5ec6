/**
 * No contact gets a step twice, even without the ledger: the program against a server that shares no code with ours.
 * Two chats and a policy of two steps make four follow-ups, and the chats are the only witness of those that the ledger
 * has lost.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"
import { followUps, type Options, policy } from "./Passes.ts"

const chats = { chat_one: {}, chat_two: {} }
const both = { chat_one: 2, chat_two: 2 }

const write = { name: "in the words of the policy", policy }
const ask = {
  name: "in the words of the assistant",
  // A short lead: each pass ends after its last look, two seconds after the update.
  policy: policy
    .replaceAll(/action: send_message, message: "[^"]*"/g, "action: schedule_follow_up")
    .replace("steps:", "arm_lead: 3 seconds\nsteps:")
}

/**
 * Each step is begun in one pass and seen in the next; the last two are long after both, and would begin and see a
 * third.
 */
const passes = [
  "2026-07-15T13:00:30Z",
  "2026-07-15T13:05:00Z",
  "2026-07-15T15:30:00Z",
  "2026-07-15T15:35:00Z",
  "2026-07-15T23:00:00Z",
  "2026-07-15T23:05:00Z"
]
const [, , secondStep, , end] = passes.keys()

/** With what SQLite keeps beside it. */
const filesOf = (ledger: string) => ["", "-wal", "-shm"].map((suffix) => `${ledger}${suffix}`)

const removeAll = (names: ReadonlyArray<string>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.forEach(names, (file) => files.remove(file, { force: true }), { discard: true })
  )

/** With its lock: beside that, the program refuses to begin anew. */
const remove = (ledger: string) => removeAll([...filesOf(ledger), `${ledger}.lock`])

const copy = (from: string, to: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* removeAll(filesOf(to))
    for (const [index, file] of filesOf(from).entries()) {
      if (yield* files.exists(file)) yield* files.copyFile(file, filesOf(to)[index]!)
    }
  })

/** The ledger's file before each pass of these. */
const at =
  (
    changes: Readonly<Record<number, (ledger: string) => Effect.Effect<void, unknown, FileSystem.FileSystem>>>
  ): NonNullable<Options["before"]> =>
  (pass, ledger) =>
    changes[pass]?.(ledger) ?? Effect.void

const backup = (ledger: string) => copy(ledger, `${ledger}.backup`)
const restore = (ledger: string) => copy(`${ledger}.backup`, ledger)

/** By the command of the program. */
const command = (name: "backup" | "restore") => (ledger: string) =>
  Effect.map(CommandLine.run([name, `${ledger}.copy`, "--db", ledger]), ({ code, stderr }) =>
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  )

const worlds: ReadonlyArray<readonly [what: string, options: Partial<Options>]> = [
  ["stays as it is", {}],
  [
    "is replaced, after both steps, by a copy from between them",
    { before: at({ [secondStep!]: backup, [end!]: restore }) }
  ],
  [
    "is restored by the commands, after both steps, from between them",
    { before: at({ [secondStep!]: command("backup"), [end!]: command("restore") }) }
  ],
  ["is deleted between the steps", { before: at({ [secondStep!]: remove }) }],
  ["is deleted before every pass", { before: (_, ledger) => remove(ledger) }],
  ["is not the one that a second scheduler has beside it", { ledgers: ["follow-ups.db", "other.db"] }]
]

for (const { name, policy } of [write, ask]) {
  describe(`two chats get four follow-ups ${name}, where the ledger`, () => {
    for (const [what, options] of worlds) {
      it.live(what, () =>
        Effect.gen(function* () {
          const { sent } = yield* followUps({ chats, policy, passes, ...options })
          expect(sent).toEqual(both)
        })
      )
    }
  })
}

describe("a follow_up_at that a lost ledger has set", () => {
  it.live("is left alone until the assistant has written by it", () =>
    Effect.gen(function* () {
      const [first, ...later] = passes
      const standing = [first!, "2026-07-15T13:00:40Z", ...later]
      const { requests, sent } = yield* followUps({
        chats,
        policy: ask.policy,
        passes: standing,
        before: at({ 1: remove })
      })
      expect(sent).toEqual(both)
      // Each step is set once in each chat, and nothing is set anew or taken back.
      expect(requests.filter((line) => line.startsWith("PATCH")).length).toBe(4)
    })
  )
})

describe("`run` after `serve`, with another file", () => {
  it.live("takes the second step only", () =>
    Effect.gen(function* () {
      const { sent } = yield* followUps({ chats, passes: passes.slice(1), served: { at: passes[0]!, followUps: 2 } })
      expect(sent).toEqual(both)
    })
  )
})
