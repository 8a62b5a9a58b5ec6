/** Runs an example as a newcomer does, with nothing but its environment, against an Invent of its own. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Reply from "@effect-invent/emulator/Reply"
import type { Requirement } from "@effect-invent/test-support/Requirement"
import { Effect, type Layer, Redacted } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vi } from "vitest"

/** Where the examples are. */
export const folder = new URL("../", import.meta.url)

/** A contact with a custom channel, in a chat that it opened. */
export const scene = Effect.gen(function* () {
  const { world } = yield* Emulator.Emulator
  const contact = yield* world.addContact({ name: "Ana", channels: [{ type: "custom" }] })
  const channel_id = contact.channels[0]!.id
  const chat = yield* world.startChat({ channelId: channel_id, text: "Hello?" })
  return { CONTACT_ID: contact.id, CHANNEL_ID: channel_id, CHAT_ID: chat.id }
})

/** What an example prints, with these settings in its environment. */
export const outputOf = (file: string, settings: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* Emulator.Emulator
    const environment = { INVENT_API_KEY: Redacted.value(apiKey("newcomer")), INVENT_BASE_URL: url, ...settings }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const printed = vi.spyOn(console, "log").mockImplementation(() => {})
    yield* Effect.promise(() => import(new URL(file, folder).href))
    return printed.mock.calls.map((words) => words.join(" "))
  })

/** What was written in a chat. */
export const messagesOf = (chatId: Parameters<Emulator.Emulator["Type"]["world"]["listMessages"]>[0]) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) => Effect.map(world.listMessages(chatId), ({ messages }) => messages))

/** A folder that is gone with its scope. */
export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "example-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** What an example does, how it is run and judged, and where it runs unless the usual Invent will do. */
export interface Example {
  readonly what: string
  readonly run: Effect.Effect<void, unknown, Emulator.Emulator>
  readonly emulator?: Layer.Layer<Emulator.Emulator, unknown>
  readonly needs?: ReadonlyArray<Requirement>
}

/** An Invent whose assistant writes nothing. */
export const silent = Emulator.layerServer({ script: () => Reply.Silence })
