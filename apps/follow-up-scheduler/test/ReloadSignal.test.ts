/** SIGHUP under `serve`: its policy files are read at once, and it goes on. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { EventEmitter } from "node:events"
import * as ReloadSignal from "../src/cli/Serve/ReloadSignal.ts"
import * as CommandLine from "./CommandLine.ts"

const policy = (version: number, after = "1 hour") => `name: nudge
version: ${version}
effective_from: all
time_zone: UTC
steps: [{ after: ${after}, action: schedule_follow_up }]
`

const headers = { "pagination-count": "0", "pagination-page": "1", "pagination-take": "100" }

/** Has no chats. */
const http = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, Response.json([], { headers })))
)

describe("SIGHUP under serve", () => {
  it.live("puts what has changed in force, refuses what is wrong, and says where nothing has changed", () =>
    CommandLine.inFolder(
      { "nudge.yaml": policy(1) },
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const write = (text: string) => files.writeFileString("nudge.yaml", text)
        const [signals, printed] = [yield* Queue.unbounded<void>(), yield* Queue.unbounded<string>()]
        const says = (text: string) => Effect.repeat(Queue.take(printed), { until: (line) => line.includes(text) })
        const signalled = (text: string) => Effect.zipRight(Queue.offer(signals, undefined), says(text))
        const serving = CommandLine.run(["serve", "--policy", "nudge.yaml", "--inbox", "--db", "a.db"], {
          http,
          // Within the test it looks once by itself, at its start.
          env: { INVENT_API_KEY: "inv_key", FOLLOW_UPS_SWEEP_EVERY: "1 hour" },
          onPrint: (text) => void printed.unsafeOffer(text)
        }).pipe(Effect.provide(Layer.succeed(ReloadSignal.ReloadSignal, { received: Effect.succeed(signals) })))
        const ended = Effect.flatMap(serving, ({ stderr }) => Effect.dieMessage(`it has ended: ${stderr}`))
        const signalling = Effect.gen(function* () {
          yield* says("following up the chats of the inbox")
          yield* signalled("the policy files were read again: nothing has changed")
          yield* write(policy(2))
          yield* signalled("the policy files have changed: in force are nudge@2, before nudge@1")
          yield* write(policy(3, "soon"))
          yield* signalled("the policy files are refused, and the policies in force stay:")
        })
        yield* Effect.raceFirst(ended, signalling)
      })
    )
  )

  it.scoped("is handled from when serve begins until it has ended, and as one until it is taken", () =>
    Effect.gen(function* () {
      const process = new EventEmitter()
      const hangUp = Effect.sync(() => process.emit("SIGHUP"))
      const { received } = ReloadSignal.make(process)
      expect(yield* hangUp).toBe(false)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const signals = yield* received
          expect([yield* hangUp, yield* hangUp]).toEqual([true, true])
          expect(yield* Queue.size(signals)).toBe(1)
          yield* Queue.take(signals)
          yield* hangUp
          yield* Queue.take(signals)
        })
      )
      expect(process.listenerCount("SIGHUP")).toBe(0)
    })
  )
})
