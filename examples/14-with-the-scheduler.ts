/** The scheduler inside a program of yours: your channel names the chats to read, a policy decides. Runs for LASTS. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Database from "@effect-invent/follow-up-scheduler/Ledger/Database"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import * as Policy from "@effect-invent/follow-up-scheduler/Policy"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import * as ChatStory from "@effect-invent/follow-up-scheduler/Operations/ChatStory"
import * as Watch from "@effect-invent/follow-up-scheduler/Watch"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Config, Console, Duration, Effect, Layer, Schema, Stream } from "effect"

const policy = Policy.decode({
  name: "quick-nudge",
  version: 1,
  effective_from: "all",
  time_zone: "UTC",
  steps: [{ after: "1 second", action: "schedule_follow_up" }]
})

const channelEvents = Stream.fromEffect(Effect.orDie(Schema.Config("CHAT_ID", ChatId)))
const database = Layer.unwrapEffect(Effect.map(Config.option(Config.string("DATABASE")), Database.layer))
const scheduler = Scheduler.layerServe(Duration.seconds(1)).pipe(
  Layer.provideMerge(Watch.layerEvents(channelEvents)),
  Layer.provideMerge(Ledger.layer),
  Layer.provide([database, Layer.effect(Policy.ActivePolicy, policy)]),
  Layer.provide(InventClient.layerConfig()),
  Layer.provide([NodeHttpClient.layerUndici, NodeContext.layer])
)

const program = Effect.gen(function* () {
  const lasts = yield* Config.duration("LASTS")
  yield* Effect.timeoutOption(Scheduler.serve(Scheduler.serveDefaults), lasts)
  const tally = yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.tally)
  for (const line of ChatStory.ofAll(tally)) yield* Console.log(line)
})

await Effect.runPromise(Effect.provide(program, scheduler))
