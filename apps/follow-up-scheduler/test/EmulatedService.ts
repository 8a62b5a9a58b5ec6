/**
 * A scheduler with the real client, limiter and timers, against an emulator in virtual time. All contacts are in
 * Ireland, where it is nine o'clock at `opening`.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Encoded } from "@effect-invent/emulator/Faults"
import type { Entry } from "@effect-invent/emulator/Log"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Ledger from "../src/Ledger.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import { Watch } from "../src/Watch.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

/** A part of the documented quota. */
export const quota = (part: number) => ({
  limit: Math.floor(RateLimit.defaults.limit * part),
  window: RateLimit.defaults.window
})
export type Quota = ReturnType<typeof quota>

/** The `arm_lead` of the policy, in milliseconds. */
export const lead = Build.minute
export const opening = Build.after(-4 * Build.hour)
const begin = DateTime.subtract(opening, { minutes: 8 })
const policy = Build.policy({
  effective_from: "all",
  quiet_hours: { start: "21:00", end: "09:00" },
  arm_lead: "1 minute",
  steps: [{ after: "5 minutes", action: "schedule_follow_up" }]
})

const client = (limit: Quota) =>
  Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) =>
      InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url, rateLimit: limit })
    )
  )

/** A chat for each of so many people, with an answer of ours. */
export const arrive = (people: number) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) =>
    Effect.forEach(Arr.range(1, people), (n) =>
      Effect.gen(function* () {
        const { channels } = yield* world.addContact({
          name: `Ada ${n}`,
          country: "IE",
          channels: [{ type: "custom" }]
        })
        const chat = yield* world.startChat({ channelId: channels[0]!.id, text: "Do you ship to Malta?" })
        return chat.id
      })
    )
  )

/** When the follow-ups were written, in milliseconds, each with its chat. */
export const followUps = (entries: ReadonlyArray<Entry>) =>
  entries.flatMap((entry) =>
    entry.kind === "message" && entry.cause === "follow_up" ? [[entry.chat_id, entry.at.epochMillis] as const] : []
  )

/** One life of a scheduler that reads these chats. */
export const life =
  (limit: Quota, chats: Watch["Type"]["chats"]) =>
  <A, E, R>(use: Effect.Effect<A, E, R>) =>
    Effect.raceFirst(use, Effect.zipRight(Scheduler.serve(Scheduler.serveDefaults), Effect.never)).pipe(
      Effect.provide(
        Layer.fresh(
          Scheduler.layerServe(Duration.seconds(1)).pipe(
            Layer.provide(client(limit)),
            Layer.provideMerge(Ledger.layer),
            Layer.provideMerge(Layer.succeed(Watch, { chats, keepsRows: false, inTurn: identity })),
            Layer.provide(Layer.succeed(ActivePolicy, policy))
          )
        )
      )
    )

/** Against a service with this quota, from eight minutes before `opening`. */
export const played = <A, E>(
  test: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof Emulator.layer>> | SqlClient.SqlClient>,
  options: { readonly limit: Quota; readonly faults?: ReadonlyArray<Encoded> }
) =>
  test.pipe(
    Effect.provide(Layer.mergeAll(Emulator.layer(options), Databases.sqlite)),
    Effect.withTracerEnabled(false),
    (test) => Effect.zipRight(Scheduler.load, VirtualTime.run(test, begin))
  )
