/**
 * The answer to an update that sets `follow_up_at` is lost. The update may have been applied, and the assistant may
 * write by it at any time: sent again and handled late, it would have the assistant write a second time.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Encoded } from "@effect-invent/emulator/Faults"
import type { Entry } from "@effect-invent/emulator/Log"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { arrive, followUps, life, opening, played, quota } from "./EmulatedService.ts"

type Request = Extract<Entry, { readonly kind: "request" }>

const limit = quota(1)

/** When a chat got its follow-ups, in milliseconds after `opening`, and all requests in their order. */
const withFaults = (faults: ReadonlyArray<Encoded>) =>
  played(
    Effect.gen(function* () {
      const { log } = yield* Emulator.Emulator
      const chats = yield* arrive(1)
      yield* Effect.sleep("6 minutes")
      yield* life(limit, Stream.fromIterable(chats))(Effect.sleep("5 minutes"))
      const entries = yield* log.entries
      const requests = entries.flatMap((entry) => (entry.kind === "request" ? [entry] : []))
      return { sent: followUps(entries).map(([, at]) => at - opening.epochMillis), requests }
    }),
    { limit, faults }
  )

const update = (call: number) => ({ endpoint: "state.update", calls: [call] as const })
const updates = (requests: ReadonlyArray<Request>) => requests.filter(({ endpoint }) => endpoint === "state.update")

it.live("an update whose answer is lost is looked for, and is not sent again where it was applied", () =>
  Effect.gen(function* () {
    const { requests, sent } = yield* withFaults([
      { name: "lost", when: update(1), do: { answer: { status: 503, applied: true } } }
    ])
    expect(sent).toHaveLength(1)
    expect(updates(requests)).toHaveLength(1)
  })
)

it.live("one that was not applied is sent again after the look, for the same instant", () =>
  Effect.gen(function* () {
    const { requests, sent } = yield* withFaults([{ name: "lost", when: update(1), do: { answer: { status: 503 } } }])
    expect(sent).toEqual([expect.closeTo(0, -4)])
    const [first, second] = updates(requests)
    const between = requests.slice(requests.indexOf(first!) + 1, requests.indexOf(second!))
    expect(between.map(({ endpoint }) => endpoint)).toEqual(["inbox.list"])
  })
)

it.live("one that a 429 refused was not applied, and waits for its turn without another look", () =>
  Effect.gen(function* () {
    const { requests, sent } = yield* withFaults([
      { name: "refused", when: update(1), do: { answer: { status: 429 } } }
    ])
    expect(sent).toHaveLength(1)
    const [first, second] = updates(requests)
    expect(requests.indexOf(second!) - requests.indexOf(first!)).toBe(1)
  })
)
