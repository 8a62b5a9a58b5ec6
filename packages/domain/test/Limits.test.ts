import * as AsContact from "@effect-invent/domain/api/AsContact"
import * as State from "@effect-invent/domain/api/State"
import * as Ids from "@effect-invent/domain/Ids"
import { Instant } from "@effect-invent/domain/Instant"
import * as InventError from "@effect-invent/domain/InventError"
import * as MessagePart from "@effect-invent/domain/MessagePart"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"

const isAccepted = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Effect.map(Effect.either(Schema.encode(schema)(value)), Either.isRight)

describe("a documented limit", () => {
  it.effect("holds a title to 256 characters", () =>
    Effect.gen(function* () {
      expect(yield* isAccepted(AsContact.CreateChat, { title: "x".repeat(256) })).toBe(true)
      expect(yield* isAccepted(AsContact.CreateChat, { title: "x".repeat(257) })).toBe(false)
    })
  )

  it.effect("asks for at least one part", () =>
    Effect.gen(function* () {
      expect(yield* isAccepted(AsContact.SendMessage, { message: MessagePart.text("hello") })).toBe(true)
      const empty = [] as unknown as MessagePart.UserMessage
      expect(yield* isAccepted(AsContact.SendMessage, { message: empty })).toBe(false)
      expect(yield* isAccepted(AsContact.CreateChat, { message: empty })).toBe(false)
    })
  )

  it.effect("holds a csat score to the whole numbers from 1 to 5", () =>
    Effect.gen(function* () {
      const scores = [0, 1, 5, 6, 2.5, Number.NaN]
      const accepted = yield* Effect.forEach(scores, (csat_score) => isAccepted(State.UpdateState, { csat_score }))
      expect(accepted).toEqual([false, true, true, false, false, false])
    })
  )

  it.effect("holds muted_until to one year after now", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const at = (iso: string) => DateTime.unsafeMake(iso)
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00Z") })).toBe(true)
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00.001Z") })).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00.001Z") })).toBe(true)
    })
  )

  it.effect("lets null clear follow_up_at and muted_until, and keeps a key that was left out out", () =>
    Effect.gen(function* () {
      const cleared = { follow_up_at: null, muted_until: null }
      expect(yield* Schema.encode(State.UpdateState)(cleared)).toStrictEqual(cleared)
      expect(yield* Schema.encode(State.UpdateState)({})).toStrictEqual({})
    })
  )
})

describe("an instant", () => {
  const decode = Schema.decodeEither(Instant)

  it("is written in whole seconds unless it has milliseconds", () => {
    const write = (iso: string) => Schema.encodeSync(Instant)(DateTime.unsafeMake(iso))
    expect(write("2026-03-10T12:00:00.000Z")).toBe("2026-03-10T12:00:00Z")
    expect(write("2026-03-10T12:00:00.250Z")).toBe("2026-03-10T12:00:00.250Z")
  })

  it("reads a bare date and a time without offset as UTC", () => {
    const millis = (text: string) => Either.getOrThrow(decode(text)).epochMillis
    expect(millis("2023-12-25")).toBe(Date.UTC(2023, 11, 25))
    expect(millis("2023-12-25T10:00:00")).toBe(Date.UTC(2023, 11, 25, 10))
    expect(millis("2023-12-25T10:00:00+02:00")).toBe(Date.UTC(2023, 11, 25, 8))
  })

  it("refuses text that is no date-time", () => {
    for (const text of ["", "soon", "1700000000", "2023-13-01T00:00:00Z", "2023", "25/12/2023"]) {
      expect(Either.isLeft(decode(text)), text).toBe(true)
    }
  })
})

describe("an error", () => {
  it("that leaves the outcome open never counts as retryable", () => {
    const call = { endpoint: "contacts.sendMessage", attempts: 1 }
    const unknown = new InventError.OutcomeUnknown({
      ...call,
      fingerprint: "POST / 0",
      sentAt: DateTime.unsafeMake(0),
      reason: "ECONNRESET",
      reconcile: "list"
    })
    expect(InventError.isRetryable(unknown)).toBe(false)
    expect(InventError.isRetryable(new InventError.ConnectionFailed({ ...call, reason: "ECONNREFUSED" }))).toBe(true)
    expect(InventError.isRetryable(new InventError.InvalidRequest({ endpoint: "state.update", issue: "x" }))).toBe(false)
  })
})

describe("ids", () => {
  it("are the vendor's strings, unchanged", () => {
    expect(Ids.ChatId.make("chat_1")).toBe("chat_1")
  })
})
