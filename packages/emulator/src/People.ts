/**
 * The people of a world that lives: customers who answer after a while, never or at night, who block and who want a
 * human; agents who take over, close, snooze and hand back; and the assistant that answers them. The same seed, the
 * same people.
 */
import { type ChannelId, type ChatId, ConnectionId, type ContactId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import { PCGRandom } from "effect/Utils"
import { pendingTool } from "./Assistant/PendingTool.ts"
import * as Script from "./People/Script.ts"
import type { Refusal } from "./Refusal.ts"
import * as Reply from "./Assistant/Reply.ts"
import { World } from "./World.ts"

/** How many conversations there are, how fast they begin, and by which seed. */
export interface Settings {
  readonly seed: number
  readonly conversations: number
  /** How long new ones go on to begin, spread evenly; default a day. */
  readonly during?: Duration.DurationInput
  /** Called with every chat in which one of them has just done something. */
  readonly onAct?: (chat_id: ChatId) => Effect.Effect<unknown>
}

interface Talk {
  readonly script: Script.Script
  readonly contact_id: ContactId
  readonly channel_id: ChannelId
  readonly chat_id: ChatId
}

/** An assistant that does what it is asked, sometimes fails, and sometimes writes nothing. */
export const assistant =
  (seed: number): Reply.Script =>
  ({ chatId, contactText, turn }) => {
    if (contactText === Script.words.calendar) return Reply.Tool("connect_calendar")
    const chance = new PCGRandom(Hash.string(`${seed} ${chatId} ${turn}`)).number()
    if (chance < 0.03) return Reply.Failure("The model is overloaded")
    return chance < 0.05 ? Reply.Silence : Reply.Text(`About "${contactText}": happy to help! What else do you need?`)
  }

const sleepUntil = (instant: DateTime.DateTime) =>
  Effect.flatMap(DateTime.now, (now) => Effect.sleep(Duration.millis(Math.max(0, DateTime.distance(now, instant)))))

const nextHour = (now: DateTime.Utc, country: Script.Country, hours: number, minutes: number) => {
  const today = DateTime.setParts(DateTime.setZone(now, DateTime.zoneUnsafeMakeNamed(Script.zones[country])), {
    hours,
    minutes,
    seconds: 0
  })
  return DateTime.greaterThan(today, now) ? today : DateTime.add(today, { days: 1 })
}

/** The waits for the next follow-up of a chat; each ends with its instant when it is set. */
const makeFollowUps = Effect.gen(function* () {
  const world = yield* World
  const waiting = new Map<ChatId, Deferred.Deferred<DateTime.Utc>>()
  const events = yield* world.events
  yield* Queue.take(events).pipe(
    Effect.flatMap((event) => {
      const isSet = event._tag === "FollowUpSet" && event.follow_up_at !== null
      const deferred = isSet ? waiting.get(event.chat_id) : undefined
      return isSet && deferred !== undefined ? Deferred.succeed(deferred, event.follow_up_at) : Effect.void
    }),
    Effect.forever,
    Effect.forkScoped
  )
  return Effect.fnUntraced(function* (chat_id: ChatId, patience: Duration.DurationInput) {
    const standing = (yield* world.snapshot(chat_id)).state?.follow_up_at
    if (standing != null) return Option.some(standing)
    const deferred = yield* Deferred.make<DateTime.Utc>()
    waiting.set(chat_id, deferred)
    return yield* Deferred.await(deferred).pipe(
      Effect.timeoutOption(patience),
      Effect.ensuring(Effect.sync(() => waiting.delete(chat_id)))
    )
  })
})

/** Starts one conversation after the other, and plays each by its script. What the world refuses is not done. */
export const makePlayer = (onAct: (chat_id: ChatId) => Effect.Effect<unknown> = () => Effect.void) =>
  Effect.gen(function* () {
    const world = yield* World
    const followUpOf = yield* makeFollowUps

    const answerTool = ({ channel_id, chat_id, contact_id }: Talk) =>
      Effect.flatMap(world.listMessages(chat_id, { take: 100 }), ({ messages }) =>
        Effect.forEach(messages, (message) =>
          Option.match(pendingTool(message), {
            onNone: () => Effect.void,
            onSome: ({ tool_call_id }) =>
              world.respondToTool(
                { contact_id, channel_id, chat_id, message_id: message.id, tool_call_id },
                { type: "connection", connection_id: ConnectionId.make("connection_calendar") }
              )
          })
        )
      )

    const act = (talk: Talk, what: Script.What): Effect.Effect<unknown, Refusal> => {
      const { chat_id, contact_id } = talk
      const fromNow = (wait: Duration.DurationInput) => Effect.map(DateTime.now, DateTime.addDuration(wait))
      switch (what._tag) {
        case "Write":
          return world.contactWrites(chat_id, what.text)
        case "AnswerTool":
          return answerTool(talk)
        case "Block":
          return world.block(contact_id, what.blocked)
        case "Unsubscribe":
          return world.unsubscribe(contact_id, what.unsubscribed)
        case "TakeOver":
          return world.takeOver(chat_id)
        case "HandBack":
          return world.handBack(chat_id)
        case "SetState":
          return world.setState(chat_id, what.state)
        case "Mute":
          return Effect.flatMap(fromNow(what.for), (until) => world.mute(chat_id, until))
        case "FollowUp":
          return Effect.flatMap(fromNow(what.in), (follow_up_at) =>
            world.updateState(chat_id, { follow_up_at }, "user")
          )
      }
    }

    /** Whether the moment came. */
    const awaited = Effect.fnUntraced(function* ({ chat_id, script }: Talk, when: Script.Moment) {
      switch (when._tag) {
        case "After":
          yield* Effect.sleep(when.wait)
          return true
        case "AtHour": {
          const minute = yield* Random.nextIntBetween(0, 60)
          yield* sleepUntil(nextHour(yield* DateTime.now, script.country, when.hour, minute))
          return true
        }
        case "AroundFollowUp": {
          const instant = yield* followUpOf(chat_id, when.patience)
          if (Option.isSome(instant)) yield* sleepUntil(DateTime.add(instant.value, { millis: when.millis }))
          return Option.isSome(instant)
        }
      }
    })

    const open = Effect.fnUntraced(function* (script: Script.Script) {
      const { channel: type, country, opening: text } = script
      const { channels, id: contact_id } = yield* world.addContact({ name: "Somebody", country, channels: [{ type }] })
      const channel_id = channels[0]?.id ?? (yield* Effect.dieMessage("a contact without its channel"))
      const { id: chat_id } = yield* world.startChat({ channelId: channel_id, text })
      return { script, contact_id, channel_id, chat_id } satisfies Talk
    })

    return Effect.fnUntraced(function* (script: Script.Script) {
      const talk = yield* Effect.orDie(open(script))
      yield* onAct(talk.chat_id)
      for (const { what, when } of script.acts) {
        if (!(yield* Effect.orDie(awaited(talk, when)))) continue
        yield* Effect.ignore(act(talk, what))
        yield* onAct(talk.chat_id)
      }
      return talk.chat_id
    })
  })

/** Random conversations, from the first one's beginning to the last one's last act. */
export const run = ({ conversations, during = "1 day", onAct, seed }: Settings): Effect.Effect<void, never, World> =>
  Effect.gen(function* () {
    const play = yield* makePlayer(onAct)
    const span = Duration.toMillis(during)
    const conversation = Effect.gen(function* () {
      const begin = yield* Random.nextIntBetween(0, span)
      const script = yield* Script.random
      yield* Effect.sleep(Duration.millis(begin))
      yield* play(script)
    })
    const fibers = yield* Effect.forEach(Array.from({ length: conversations }), (_, index) =>
      Effect.withRandom(conversation, Random.make(`${seed} ${index}`)).pipe(Effect.fork)
    )
    yield* Fiber.joinAll(fibers)
  }).pipe(Effect.scoped)
