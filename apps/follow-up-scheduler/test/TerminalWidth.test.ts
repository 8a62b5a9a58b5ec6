/**
 * Whatever names it is fed, the program writes lines that fit a terminal of 80 columns, and nothing that moves its
 * cursor.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import stringWidth from "string-width"
import * as RecordedConversation from "../src/Simulation/RecordedConversation.ts"
import * as TerminalText from "../src/TerminalText.ts"
import * as Build from "./Build.ts"
import * as CommandLine from "./CommandLine.ts"

const hostile = [
  "550e8400-e29b-41d4-a716-446655440000",
  "x".repeat(300),
  "チャット".repeat(40),
  "👩‍👩‍👧‍👦".repeat(30),
  "e\u0301\u0323".repeat(90),
  "\u202Eabc\u2066def",
  "chat\u001B[2J\u001B[31mred\u0007",
  "dépêche-🙂-漢字-".repeat(9)
]

/** In the terminal's own terms, by another library than the program's. */
const overflowing = (text: string) => text.split("\n").filter((line) => stringWidth(line) > TerminalText.columns)

describe("lines", () => {
  it("print all of what is too wide, under the last of their columns that has room", () => {
    const why = "the customer wrote last and waits for us, ".repeat(4).trim()
    const words = (lines: ReadonlyArray<string>) =>
      lines
        .join(" ")
        .split(/\s+/)
        .filter((word) => word !== "")
    for (const lead of ["", "  ", "chat_1  stop      ", `${hostile[0]}  wait: step 1  2026-11-21T17:31:38Z  `]) {
      const lines = TerminalText.fit(lead + why)
      expect(overflowing(lines.join("\n"))).toEqual([])
      expect(words(lines)).toEqual(words([lead, why]))
    }
    expect(TerminalText.fit(`error     key       ${why}`)[1]).toMatch(/^ {20}\S/)
    for (const name of hostile) expect(TerminalText.fit(name).join("")).toBe(name)
  })

  it("align columns of any script", () => {
    const rows = TerminalText.table([["name", "count"], ...hostile.map((name) => [name, "12"])])
    const places = rows.slice(1).map((row) => stringWidth(row.slice(0, row.lastIndexOf("12"))))
    expect(new Set(places).size).toBe(1)
  })
})

const policy = (version: number, text: string) =>
  JSON.stringify({
    name: "nudge",
    version,
    time_zone: "UTC",
    match: { languages: hostile.slice(2, 3).map((name) => name + text) },
    steps: [{ after: "1 hour", action: "send_message", message: text }]
  })

const conversation = RecordedConversation.toLine({
  chat_id: Build.chat_id,
  chat: { zone: "Europe/Lisbon", channel: "whatsapp_bot" },
  names: { "contact.name": hostile.join("") },
  events: [
    { at: Build.after(0), writes: "contact", text: hostile.join("\n") },
    { at: Build.after(Build.minute), writes: "assistant" }
  ],
  until: Build.after(3 * Build.day)
})

describe("the terminal", () => {
  it.live("gets no line wider than 80 columns, and nothing that is not to be printed, from any command", () =>
    Effect.gen(function* () {
      const { apiKey, url, world } = yield* Emulator.Emulator
      const contact = yield* world.addContact({ name: hostile.join(""), country: "IE", channels: [{ type: "custom" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: hostile.join(" ") })
      const http = yield* HttpClient.HttpClient
      const online = { http, env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url } }
      const wide = `${"履歴".repeat(20)}.jsonl`
      const files = {
        "ids.txt": [chat.id, ...hostile.slice(0, 2)].join("\n"),
        "one.yaml": policy(1, hostile.join(" ")),
        "two.yaml": policy(2, hostile.toReversed().join(" ")),
        "history.jsonl": conversation
      }
      const commands = [
        ["--help"],
        ["serve", "--help"],
        ["policy", "apply", "--help"],
        ["doctor", "--policy", "one.yaml", "--db", `${hostile[3]}.db`],
        ["preview", "--policy", "one.yaml", "--chats", "ids.txt"],
        ["run", "--policy", "one.yaml", "--chats", "ids.txt", "--dry-run"],
        ["run", "--policy", "one.yaml", "--chats", "ids.txt"],
        ["status"],
        ["explain", chat.id],
        ...hostile.slice(-3).map((name) => ["explain", name]),
        ["policy", "apply", "--policy", "two.yaml"],
        ["simulate", "--policy", "one.yaml", "--compare", "two.yaml", "--against", "history.jsonl"],
        ["record", "inbox", "--out", wide],
        ["pause"],
        ["run", "--policy", "one.yaml", "--chats", "ids.txt"],
        ["resume"],
        ["erase", contact.id]
      ]
      const printed = yield* CommandLine.inFolder(
        files,
        Effect.forEach(commands, (args) => CommandLine.run(args, online))
      )
      for (const [index, { stderr, stdout }] of printed.entries()) {
        const command = commands[index]!.join(" ")
        expect(stdout, `${command}: ${stderr}`).not.toBe("")
        expect(overflowing(stdout), command).toEqual([])
        expect(TerminalText.printable(stdout.replaceAll("\n", "")), command).toBe(stdout.replaceAll("\n", ""))
      }
    }).pipe(Effect.provide(Emulator.layer({ script: () => ({ _tag: "Silence" }) })))
  )
})
