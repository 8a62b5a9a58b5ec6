/** Runs each example as a newcomer does, with nothing but its environment, against an Invent of its own. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import { action, pendingTool } from "@effect-invent/emulator/PendingTool"
import * as Reply from "@effect-invent/emulator/Reply"
import { describeWith } from "@effect-invent/test-support/Requirement"
import { describe, expect, it } from "@effect/vitest"
import { Array, Effect, Fiber, Option, Schedule } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, vi } from "vitest"
import { examples as adopters } from "./AdopterExamples.ts"
import { type Example, folder, messagesOf, outputOf, scene, silent, temporary } from "./RunExample.ts"

const files = readdirSync(folder).filter((file) => /^\d\d-.*\.ts$/.test(file))

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const asking = Emulator.layerServer({ script: () => Reply.Tool("connect_calendar"), replyDelay: 0, runDelay: 0 })
const losing = Emulator.layerServer({
  script: () => Reply.Silence,
  faults: [{ name: "the answer is lost", when: { endpoint: "contacts.sendMessage", calls: [1] }, do: { cut: 0 } }]
})

const approving = Emulator.layerServer({ script: () => Reply.Approval("refund"), replyDelay: 0, runDelay: 0 })

const first: Readonly<Record<string, Example>> = {
  "01-list-contacts.ts": {
    what: "lists those who are subscribed",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      yield* scene
      const other = yield* world.addContact({ name: "Bo", channels: [{ type: "custom" }] })
      yield* world.unsubscribe(other.id)
      expect(yield* outputOf("01-list-contacts.ts")).toEqual(["contact_000001 Ana custom"])
    })
  },
  "02-block-a-contact.ts": {
    what: "blocks the contact",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { CHAT_ID, CONTACT_ID } = yield* scene
      expect(yield* outputOf("02-block-a-contact.ts", { CONTACT_ID })).toEqual(["contact_000001 is blocked"])
      const { members } = yield* world.snapshot(CHAT_ID)
      expect(members?.map((member) => member.contact_channel?.contact?.blocked)).toContain(true)
    })
  },
  "03-open-a-chat.ts": {
    what: "opens a chat in which the contact has written",
    run: Effect.gen(function* () {
      const { CHANNEL_ID, CONTACT_ID } = yield* scene
      expect(yield* outputOf("03-open-a-chat.ts", { CHANNEL_ID, CONTACT_ID })).toEqual(["opened chat_000002"])
    })
  },
  "04-answer-a-tool.ts": {
    what: "answers the tool, which is then no longer pending",
    run: Effect.gen(function* () {
      const { CHAT_ID, ...ids } = yield* scene
      const asks = Effect.map(messagesOf(CHAT_ID), (messages) =>
        Array.findFirst(messages, (message) => pendingTool(message)._tag === "Some")
      )
      const message = yield* Effect.retry(Effect.flatten(asks), Schedule.spaced("10 millis"))
      const { tool_call_id } = yield* pendingTool(message)
      const printed = yield* outputOf("04-answer-a-tool.ts", {
        ...ids,
        CHAT_ID,
        MESSAGE_ID: message.id,
        TOOL_CALL_ID: tool_call_id,
        CONNECTION_ID: "connection_1"
      })
      expect(printed).toEqual([expect.stringMatching(/^answered with message_\d+$/)])
      expect(yield* asks).toHaveProperty("_tag", "None")
    }),
    emulator: asking
  },
  "05-decide-an-approval.ts": {
    what: "accepts the action, which is carried out",
    run: Effect.gen(function* () {
      const { CHAT_ID } = yield* scene
      const asks = Effect.map(messagesOf(CHAT_ID), (messages) =>
        Array.findFirst(messages, (message) => action(message)._tag === "Some")
      )
      const message = yield* Effect.retry(Effect.flatten(asks), Schedule.spaced("10 millis"))
      const { tool_call_id } = yield* action(message)
      const ids = { CHAT_ID, MESSAGE_ID: message.id, TOOL_CALL_ID: tool_call_id }
      expect(yield* outputOf("05-decide-an-approval.ts", ids)).toEqual([`${message.id} is COMPLETED`])
      expect(Option.map(yield* asks, (message) => Option.map(action(message), ({ status }) => status))).toEqual(
        Option.some(Option.some("completed"))
      )
    }),
    emulator: approving
  },
  "06-stream-the-inbox.ts": {
    what: "prints the chats that are there, and those that come",
    run: Effect.gen(function* () {
      const { log, world } = yield* Emulator.Emulator
      const { CHANNEL_ID } = yield* scene
      const isListed = Effect.map(log.entries, (entries) =>
        entries.some((entry) => entry.kind === "request" && entry.endpoint === "inbox.list")
      )
      const listed = Effect.repeat(Effect.delay(isListed, "10 millis"), { until: (yes) => yes })
      yield* Effect.fork(Effect.zipRight(listed, world.startChat({ channelId: CHANNEL_ID, text: "Me too" })))
      const printed = yield* outputOf("06-stream-the-inbox.ts", { EVENTS: "2" })
      expect(printed.toSorted()).toEqual(["Listed chat_000001 user", "Pushed chat_000002 user"])
    })
  },
  "07-transactional-broadcast.ts": {
    what: "reaches the contact",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { CONTACT_ID } = yield* scene
      const { id: BROADCAST_ID } = yield* world.setUp.addBroadcast("order sent", [
        { channel_type: "custom", text: "Order {{order}} is on its way." }
      ])
      const printed = yield* outputOf("07-transactional-broadcast.ts", { BROADCAST_ID, CONTACT_ID })
      expect(printed).toEqual([expect.stringMatching(/ sent$/)])
    })
  },
  "08-search-files.ts": {
    what: "finds the images of the right name",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { CHAT_ID } = yield* scene
      for (const [filename, mimetype] of [
        ["invoice-1042.png", "image/png"],
        ["invoice-1042.pdf", "application/pdf"],
        ["cat.png", "image/png"]
      ] as const) {
        yield* world.setUp.shareFile(CHAT_ID, { filename, mimetype, size: 1 })
      }
      expect(yield* outputOf("08-search-files.ts", { CHAT_ID })).toEqual(["invoice-1042.png image/png"])
    })
  },
  "09-messages-since.ts": {
    what: "lists what was written since, oldest first",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { CHAT_ID } = yield* scene
      yield* Effect.sleep("5 millis")
      yield* world.contactWrites(CHAT_ID, "Anybody?")
      const [first, second] = (yield* outputOf("09-messages-since.ts", { CHAT_ID, SINCE: "2020-01-01T00:00:00Z" })).map(
        (line) => line.split(" ")[1]
      )
      expect([first, second]).toEqual(["message_000001", "message_000002"])
    })
  },
  "11-own-policy.ts": {
    what: "waits for Monday morning",
    run: Effect.gen(function* () {
      expect(yield* outputOf("11-own-policy.ts")).toEqual(["waits until 2026-07-20T09:59:45.000Z quiet_hours"])
    })
  },
  "12-reconcile.ts": {
    what: "writes once although the answer was lost",
    run: Effect.gen(function* () {
      const { CHAT_ID, CONTACT_ID } = yield* scene
      expect(yield* outputOf("12-reconcile.ts", { CHAT_ID, CONTACT_ID })).toEqual(["written once, as message_000002"])
      expect(yield* messagesOf(CHAT_ID)).toHaveLength(2)
    }),
    emulator: losing
  },
  "13-in-a-service.ts": {
    what: "has the assistant follow up",
    run: Effect.gen(function* () {
      const { world } = yield* Emulator.Emulator
      const { CHAT_ID } = yield* scene
      expect(yield* outputOf("13-in-a-service.ts", { CHAT_ID })).toEqual([
        "the assistant reminds the customer tomorrow"
      ])
      expect((yield* world.snapshot(CHAT_ID)).state?.follow_up_at).toBeTruthy()
    })
  },
  "14-with-the-scheduler.ts": {
    what: "sets a follow-up by its policy, and records why",
    run: Effect.gen(function* () {
      const { CHAT_ID } = yield* scene
      yield* Effect.repeat(Effect.delay(messagesOf(CHAT_ID), "10 millis"), {
        until: (messages) => messages.at(-1)?.status === "COMPLETED" && messages.length === 2
      })
      const database = join(yield* temporary, "follow-ups.db")
      const printed = yield* outputOf("14-with-the-scheduler.ts", { CHAT_ID, DATABASE: database, LASTS: "8 seconds" })
      expect(printed).toEqual(["    1  no follow-up; due or under way", "    1  chats in all"])
      const { log } = yield* Emulator.Emulator
      expect((yield* log.entries).filter((entry) => entry.kind === "state" && entry.follow_up_at !== null)).not.toEqual(
        []
      )
    }).pipe(Effect.scoped),
    emulator: Emulator.layerServer({ replyDelay: 0, runDelay: 0 })
  },
  "15-by-hand.ts": {
    what: "writes twice, as the answer was lost",
    run: Effect.gen(function* () {
      const { CHAT_ID, CONTACT_ID } = yield* scene
      expect(yield* outputOf("15-by-hand.ts", { CHAT_ID, CONTACT_ID })).toEqual(["written, as message_000003"])
      expect(yield* messagesOf(CHAT_ID)).toHaveLength(3)
    }),
    emulator: losing
  },
  "16-share-the-quota.ts": {
    what: "keeps to a quota that two programs spend",
    run: Effect.gen(function* () {
      const settings = {
        CALLS: "8",
        QUOTA: join(yield* temporary, "quota.db"),
        INVENT_RATE_LIMIT: "5",
        INVENT_RATE_WINDOW: "1 second"
      }
      const printed = ["8 answers, and nobody was refused"]
      const another = yield* Effect.fork(outputOf("16-share-the-quota.ts?another", settings))
      yield* outputOf("16-share-the-quota.ts", settings)
      expect(new Set(yield* Fiber.join(another))).toEqual(new Set(printed))
      const { log } = yield* Emulator.Emulator
      const statuses = (yield* log.entries).flatMap((entry) => (entry.kind === "request" ? [entry.status] : []))
      expect(statuses).toEqual(Array.replicate(200, 16))
    }).pipe(Effect.scoped),
    emulator: Emulator.layerServer({ limit: { limit: 5, window: "1 second" } })
  }
}

const examples = { ...first, ...adopters }

describe("an example", () => {
  for (const [file, { emulator = silent, needs = [], run, what }] of Object.entries(examples)) {
    const test = () => it.live(`${file} ${what}`, () => Effect.provide(run, emulator))
    if (needs.length === 0) test()
    else describeWith(needs, "that needs a program", test)
  }

  it("is run here, or is a test itself", () => {
    expect(files.filter((file) => !file.endsWith(".test.ts"))).toEqual(Object.keys(examples).toSorted())
  })

  it.each(files)("%s states in its first line what it does, and is shorter than 40 lines", (file) => {
    const lines = readFileSync(new URL(file, folder), "utf8").trimEnd().split("\n")
    expect(lines[0]).toMatch(/^\/\*\* .*[.] \*\/$/)
    expect(lines.length).toBeLessThan(40)
  })
})
