/**
 * An emulated Invent, its simulated customers, and the events of their channels, as layers. The demo, and tests that
 * need people of every scenario, put a scheduler beside them.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Customers from "./Customers.ts"

/**
 * The documented quota of 500 requests, in two seconds instead of a minute, as silences last seconds instead of hours.
 */
export const quota = { limit: 500, window: Duration.seconds(2) }

/** The customers: `arrive` opens the chat of one. */
export class SimulatedCustomers extends Context.Tag("@effect-invent/customers/SimulatedCustomers")<
  SimulatedCustomers,
  Effect.Effect.Success<ReturnType<typeof Customers.make>>
>() {}

/** Chats on whose channel something passed. */
export class ChannelEvents extends Context.Tag("@effect-invent/customers/ChannelEvents")<
  ChannelEvents,
  Queue.Queue<ChatId>
>() {}

/** An emulated Invent with {@link quota}, on a free port of this machine. Fails where none can be used. */
export const emulator = VirtualTime.layerOutside(
  Emulator.layerServer({
    limit: { limit: quota.limit, window: quota.window, model: "sliding" },
    script: Customers.script,
    replyDelay: Duration.millis(200),
    runDelay: Duration.millis(300)
  })
)

/**
 * A client that talks to the emulator under its own key and shares the quota of this machine's address. Its requests go
 * over a socket one at a time: two that are sent at the same instant would arrive in any order.
 */
export const client = (key: string) =>
  Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layerShared({ apiKey: apiKey(key), baseUrl: url }))
  ).pipe(Layer.provide(VirtualTime.layerHttpClient))

/** The events of one world: nothing has passed yet. */
export const events = Layer.effect(ChannelEvents, Queue.unbounded<ChatId>())

/** Customers with a client of their own, who report to {@link ChannelEvents} what they did. */
export const customers = Layer.effect(
  SimulatedCustomers,
  Effect.flatMap(ChannelEvents, (events) => Customers.make((chat_id) => Queue.offer(events, chat_id)))
).pipe(Layer.provide(client("customers")))
