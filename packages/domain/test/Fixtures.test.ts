import * as AsContact from "@effect-invent/domain/api/AsContact"
import * as Messages from "@effect-invent/domain/api/Messages"
import * as State from "@effect-invent/domain/api/State"
import * as Open from "@effect-invent/domain/schema/Open"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { readFileSync } from "node:fs"
import { it } from "../../../tools/testing/it.ts"

const published = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"))

const responses = {
  "respond-to-tool": AsContact.respondToTool.successSchema,
  "send-message": AsContact.sendMessage.successSchema,
  "create-chat": AsContact.createChat.successSchema,
  "update-state": State.update.successSchema,
  "list-messages": Messages.list.successSchema
} as const

const requests = {
  "respond-to-tool": AsContact.RespondToTool,
  "send-message": AsContact.SendMessage,
  "create-chat": AsContact.CreateChat,
  "update-state": State.UpdateState
} as const

const asWire = (schema: Schema.Schema.AnyNoContext) => schema as Schema.Schema<unknown, unknown>

type Edit = (value: unknown, key: string) => unknown

/** Applies an edit to every value of a JSON document, from the leaves up. */
const everywhere = (json: unknown, edit: Edit, key = ""): unknown => {
  if (Array.isArray(json))
    return edit(
      json.map((item) => everywhere(item, edit)),
      key
    )
  if (typeof json !== "object" || json === null) return edit(json, key)
  return edit(Object.fromEntries(Object.entries(json).map(([k, v]) => [k, everywhere(v, edit, k)])), key)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const drifts: Record<string, Edit> = {
  "with a key nobody documented in every object": (value) =>
    isObject(value) ? { ...value, brand_new: { deep: [1, null, "x"] } } : value,
  "with null for every key but ids": (value, key) =>
    isObject(value) || Array.isArray(value) || key === "id" || key === "" ? value : null,
  "with undocumented values in every enum": (value, key) =>
    ["role", "status", "state", "type", "visibility", "integration_id", "kind", "effort", "language"].includes(key) &&
    typeof value === "string"
      ? `${value}_v2`
      : value,
  "with only its ids": (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).filter(([k, v]) => k === "id" || typeof v === "object"))
      : value,
  "with bare dates": (value) => (typeof value === "string" && value.startsWith("2023-11") ? "2023-12-25" : value),
  "with microseconds and an offset": (value) =>
    typeof value === "string" && value.startsWith("2023-11") ? "2023-11-07T05:31:56.123456+02:00" : value
}

describe("a published body", () => {
  for (const [name, schema] of Object.entries(responses)) {
    const wire = asWire(schema)
    const roundTrip = (json: unknown) => Effect.flatMap(Schema.decodeUnknown(wire)(json), Schema.encode(wire))

    it.effect(`${name}: the response decodes and encodes to what was published`, () =>
      Effect.gen(function* () {
        const json = published(`${name}.response`)
        expect(yield* roundTrip(json)).toStrictEqual(json)
      })
    )

    for (const [drift, edit] of Object.entries(drifts)) {
      it.effect(`${name}: the response ${drift} survives a round trip unchanged`, () =>
        Effect.gen(function* () {
          const original = published(`${name}.response`)
          const json = everywhere(original, edit)
          expect(json).not.toStrictEqual(original)
          expect(yield* roundTrip(json)).toStrictEqual(json)
        })
      )
    }
  }

  for (const [name, schema] of Object.entries(requests)) {
    const wire = asWire(schema)
    it.effect(`${name}: the request decodes and encodes to what was published`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2023, 10, 1))
        const json = published(`${name}.request`)
        expect(yield* Effect.flatMap(Schema.decodeUnknown(wire)(json), Schema.encode(wire))).toStrictEqual(json)
      })
    )

    it.effect(`${name}: a request with a key nobody documented is refused`, () =>
      Effect.gen(function* () {
        const json = { ...(published(`${name}.request`) as object), brand_new: 1 }
        const error = yield* Effect.flip(Schema.decodeUnknown(wire)(json))
        expect(String(error)).toContain("brand_new")
      })
    )
  }
})

describe("an open enum", () => {
  const Color = Open.literals("red", "green")

  it("gives what it knows as a literal and the rest as Unknown, so a switch can be exhaustive", () => {
    const name = (text: string): string => {
      const color = Schema.decodeSync(Color)(text)
      if (typeof color !== "string") return `unknown ${color.value}`
      switch (color) {
        case "red":
          return "known red"
        case "green":
          return "known green"
      }
    }
    expect([name("red"), name("green"), name("blue")]).toEqual(["known red", "known green", "unknown blue"])
  })

  it("is not confused by names that every object has", () => {
    expect(Schema.decodeSync(Color)("constructor")).toEqual(new Open.Unknown({ value: "constructor" }))
  })
})
