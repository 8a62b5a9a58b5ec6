/** Policy files that change under a running process: what is put in force, and what changes nothing and is logged. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { it } from "../../../tools/testing/it.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Policies from "../src/Policies.ts"
import * as PolicyFiles from "../src/Policies/PolicyFiles.ts"
import * as PolicyVersions from "../src/Policies/PolicyVersions.ts"
import * as Reload from "../src/Policies/Reload.ts"
import type * as Rollout from "../src/Policies/Rollout.ts"
import * as Activity from "../src/Telemetry/Activity.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"
import * as FakeInbox from "./FakeInbox.ts"
import { reviewChat, record, setClock, story as singleStory, sweepAt, underPolicies } from "./Scheduling.ts"

const { after, minute } = Build

const text = (name: string, version: number, wait = "1 hour", more = "") =>
  `name: ${name}\nversion: ${version}\ntime_zone: UTC\neffective_from: all\n${more}steps:\n  - { after: ${wait}, action: schedule_follow_up }\n  - { after: ${wait}, action: schedule_follow_up }\n`

/** A folder with `quotes` and `nudge` in it, which are in force, and what happens to it. */
const begin = (running: Rollout.Running = "keep") =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const write = (name: string, content: string) => files.writeFileString(`${folder}/${name}`, content)
    yield* write("10-quotes.yaml", text("quotes", 1))
    yield* write("20-nudge.yaml", text("nudge", 1))
    const reload = Reload.make([folder], running)
    const lines: Array<string> = []
    let refused: string | undefined
    const activity = {
      ...(yield* Activity.CurrentActivity),
      policiesRefused: (reasons: string | undefined) => Effect.sync(() => void (refused = reasons))
    }
    const observed = <R>(look: Effect.Effect<void, never, R>) =>
      look.pipe(
        Effect.provideService(Activity.CurrentActivity, activity),
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ message }) => lines.push(String(message)))
          )
        )
      )
    const look = observed(reload.look)
    return {
      folder,
      write,
      remove: (name: string) => files.remove(`${folder}/${name}`),
      look,
      lines,
      /** As many looks as a change takes. */
      settle: Effect.zipRight(look, look),
      /** The look that an operator asks for, and the lines that it logged. */
      asked: Effect.zipRight(
        Effect.sync(() => (lines.length = 0)),
        Effect.as(observed(reload.lookNow), lines)
      ),
      refused: () => refused?.replaceAll(`${folder}/`, ""),
      inForce: Effect.flatMap(Policies.Policies, ({ current }) => Effect.map(current, Policies.idsOf))
    }
  })

type Folder = Effect.Effect.Success<ReturnType<typeof begin>>

const inProcess = (folder: string) =>
  Effect.provide(
    Layer.provideMerge(PolicyVersions.layer, Ledger.layer).pipe(Layer.provide(PolicyFiles.layer([folder])))
  )

const story = (
  name: string,
  test: (
    folder: Folder
  ) => Effect.Effect<void, unknown, SqlClient.SqlClient | Ledger.Ledger | Policies.Policies | NodeContext.NodeContext>
) =>
  it.scoped(name, () =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const folder = yield* begin()
      yield* test(folder).pipe(inProcess(folder.folder))
    }).pipe(Effect.provide([Databases.sqlite, NodeContext.layer]))
  )

const before = "quotes@1, nudge@1"

describe("a policy file that changes under a running process", () => {
  story("is in force once two looks in a row have found the same, and its contacts are counted first", (folder) =>
    Effect.gen(function* () {
      const ledger = yield* Ledger.Ledger
      yield* ledger.start("nudge@1")
      yield* ledger.settle("nudge@1", 0)
      yield* folder.settle
      expect(yield* folder.inForce).toBe(before)
      yield* folder.write("10-quotes.yaml", text("quotes", 2, "2 hours"))
      yield* folder.look
      expect(yield* folder.inForce).toBe(before)
      yield* folder.look
      expect(yield* folder.inForce).toBe("quotes@2, nudge@1")
      expect(yield* PolicyVersions.inForce).toEqual([
        { policy: "quotes@2", since: Build.start },
        { policy: "nudge@1", since: Build.start }
      ])
      expect([(yield* ledger.held)("quotes@2"), (yield* ledger.held)("nudge@1")]).toEqual([true, false])
      expect(folder.refused()).toBeUndefined()
    })
  )

  story("can be a new one, in the place that its name gives it", (folder) =>
    Effect.gen(function* () {
      yield* folder.write("15-close.yaml", text("close", 1))
      yield* folder.settle
      expect(yield* folder.inForce).toBe("quotes@1, close@1, nudge@1")
    })
  )

  story("can get another name, and with it another place", (folder) =>
    Effect.gen(function* () {
      yield* folder.remove("10-quotes.yaml")
      yield* folder.write("30-quotes.yaml", text("quotes", 1))
      yield* folder.settle
      expect(yield* folder.inForce).toBe("nudge@1, quotes@1")
    })
  )

  /** What happens to the folder, and how each line of the log begins. */
  const wrong: Readonly<
    Record<string, readonly [(folder: Folder) => Effect.Effect<unknown, unknown>, ...Array<string>]>
  > = {
    "has wrong fields, and another one has, too": [
      ({ write }) =>
        Effect.zipRight(
          write("10-quotes.yaml", text("quotes", 2, "soon")),
          write("20-nudge.yaml", text("nudge", 2, "1 hour", "weekday: [1]\n"))
        ),
      "policy 10-quotes.yaml, line 6, column 14: steps.0.after",
      "policy 10-quotes.yaml, line 7, column 14: steps.1.after",
      "policy 20-nudge.yaml, line 5, column 10: weekday"
    ],
    "is empty": [({ write }) => write("10-quotes.yaml", ""), "policy 10-quotes.yaml, line 1: is empty"],
    "is half of what it was": [
      ({ write }) => write("10-quotes.yaml", text("quotes", 2).slice(0, 60)),
      "policy 10-quotes.yaml, line 5, column 1: "
    ],
    "is gone from its folder": [
      ({ remove }) => remove("10-quotes.yaml"),
      "policy quotes is in force and no file has it any more"
    ],
    "has another content under the same version": [
      ({ write }) => write("10-quotes.yaml", text("quotes", 1, "3 hours")),
      "policy quotes@1 is on record with other steps"
    ],
    "has the name of another one": [
      ({ write }) => write("30-more.yaml", text("nudge", 2)),
      "policy 30-more.yaml, line 1, column 7: name: nudge is the name of 20-nudge.yaml, too"
    ]
  }
  for (const [what, [change, ...lines]] of Object.entries(wrong)) {
    story(`and ${what} changes nothing, and is reported until it is right`, (folder) =>
      Effect.gen(function* () {
        yield* folder.settle
        yield* change(folder)
        yield* folder.settle
        expect(yield* folder.inForce).toBe(before)
        expect((yield* PolicyVersions.inForce).map(({ policy }) => policy)).toEqual(["quotes@1", "nudge@1"])
        const reported = folder.refused()?.split("\n") ?? []
        expect(reported.map((line, index) => line.slice(0, lines[index]?.length))).toEqual(lines)
        yield* folder.write("10-quotes.yaml", text("quotes", 1))
        yield* folder.write("20-nudge.yaml", text("nudge", 1))
        yield* Effect.ignore(folder.remove("30-more.yaml"))
        yield* folder.settle
        expect(folder.refused()).toBeUndefined()
        expect(yield* folder.inForce).toBe(before)
      })
    )
  }

  story("and is written in two halves, the first of which is a policy, is read as a whole", (folder) =>
    Effect.gen(function* () {
      const whole = text("quotes", 2)
      yield* folder.settle
      yield* folder.write("10-quotes.yaml", whole.slice(0, whole.lastIndexOf("  - ")))
      yield* folder.look
      yield* folder.write("10-quotes.yaml", whole)
      yield* folder.settle
      expect(yield* folder.inForce).toBe("quotes@2, nudge@1")
      expect((yield* Effect.flatMap(PolicyVersions.find("quotes@2"), Effect.orDie)).steps).toHaveLength(2)
    })
  )

  it.scoped("and whose folder is removed changes nothing, and is reported", () =>
    Effect.gen(function* () {
      const folder = yield* begin()
      yield* Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        yield* files.rename(folder.folder, `${folder.folder}-away`)
        yield* folder.settle
        expect(yield* folder.inForce).toBe(before)
        expect(folder.refused()).toContain("does not exist")
        yield* files.rename(`${folder.folder}-away`, folder.folder)
        yield* folder.settle
        expect(folder.refused()).toBeUndefined()
      }).pipe(inProcess(folder.folder))
    }).pipe(Effect.provide([Databases.sqlite, NodeContext.layer]))
  )
})

describe("a look that an operator asks for", () => {
  story("puts what has changed in force at once, and logs a line also where nothing has changed", (folder) =>
    Effect.gen(function* () {
      const nothing = "the policy files were read again: nothing has changed"
      expect(yield* folder.asked).toEqual([nothing])
      yield* folder.write("10-quotes.yaml", text("quotes", 2))
      expect(yield* folder.asked).toEqual([
        "the policy files have changed: in force are quotes@2, nudge@1, before quotes@1, nudge@1"
      ])
      expect(yield* folder.inForce).toBe("quotes@2, nudge@1")
      expect(yield* folder.asked).toEqual([nothing])
    })
  )

  story("refuses a wrong file each time, and leaves nothing to the other looks", (folder) =>
    Effect.gen(function* () {
      yield* folder.write("10-quotes.yaml", "")
      for (let times = 0; times < 2; times++) {
        const [line] = yield* folder.asked
        expect(line).toMatch(/^the policy files are refused, and the policies in force stay:\n.*10-quotes.yaml/)
        expect(folder.refused()).toContain("10-quotes.yaml")
        yield* folder.settle
        expect(folder.lines).toHaveLength(1)
      }
      expect(yield* folder.inForce).toBe(before)
      yield* folder.write("10-quotes.yaml", text("quotes", 1))
      expect(yield* folder.asked).toEqual(["the policy files are those in force again"])
      expect(folder.refused()).toBeUndefined()
    })
  )
})

describe("a version that a reload puts in force", () => {
  for (const [running, expected] of Object.entries({
    keep: ["1 nudge@1 planned"],
    retime: ["1 nudge@2 armed"],
    exit: ["1 nudge@1 skipped exited"]
  } as const)) {
    singleStory(`leaves what runs on the one before to --running ${running}`, (fake) =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const file = `${yield* files.makeTempDirectoryScoped()}/nudge.yaml`
        yield* files.writeFileString(file, text("nudge", 1))
        const policies = yield* PolicyFiles.load([file])
        yield* Effect.gen(function* () {
          yield* reviewChat
          yield* files.writeFileString(file, text("nudge", 2, "30 minutes"))
          const { look } = Reload.make([file], running as Rollout.Running)
          yield* Effect.zipRight(look, look)
          yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.settle(["nudge@1", "nudge@2"], 1))
          yield* sweepAt(after(30 * minute - 15 * Build.second))
          expect(yield* record).toEqual(expected)
        }).pipe(Effect.provide(underPolicies(Ledger.layer, fake, policies)))
      }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
    )
  }

  it.scoped("holds everything where it would write to more contacts than are confirmed", () =>
    Effect.gen(function* () {
      yield* setClock(Build.start)
      const inbox = FakeInbox.make({
        ada: { contact: "ada", channel: "custom" },
        ben: { contact: "ben", channel: "custom" }
      })
      const pass = (confirmed: number) => Scheduler.runOnce(inbox.names, () => Effect.void, { confirmed })
      const folder = yield* begin("retime")
      const policies = yield* PolicyFiles.load([folder.folder])
      yield* Effect.gen(function* () {
        const { heldBy } = yield* Ledger.Ledger
        yield* pass(2)
        expect(yield* heldBy).toEqual(Option.none())
        yield* folder.write("10-quotes.yaml", text("quotes", 2))
        yield* folder.settle
        yield* pass(1)
        expect(yield* heldBy).toEqual(Option.some("quotes@2 was put in force, and 2 contacts would be written to"))
      }).pipe(Effect.provide(underPolicies(Ledger.layer, inbox, policies)))
    }).pipe(Effect.provide([Databases.sqlite, NodeContext.layer]))
  )
})
