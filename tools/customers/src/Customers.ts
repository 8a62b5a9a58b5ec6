/**
 * Simulated customers. They write through the real client, as an integration of a custom channel would for them. What
 * human agents do in the vendor's inbox is done in the emulator directly. They are no part of the emulator, which knows
 * no client.
 */
import { InventClient } from "@effect-invent/client/InventClient"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { type ChannelId, type ChatId, ConnectionId, type ContactId } from "@effect-invent/domain/Ids"
import * as MessagePart from "@effect-invent/domain/Chat/MessagePart"
import { Emulator } from "@effect-invent/emulator/Emulator"
import { pendingTool } from "@effect-invent/emulator/PendingTool"
import * as Reply from "@effect-invent/emulator/Reply"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Person } from "./Scenarios.ts"

const calendar = "Please put it into my calendar."
const unanswerable = "Can I speak about order #0000?"

/** The replies of the assistant they talk to, by the text of the contact. */
export const script: Reply.Script = ({ contactText }) => {
  if (contactText === calendar) return Reply.Tool("connect_calendar")
  if (contactText === unanswerable) return Reply.Silence
  return Reply.Text("Happy to help! Which size are you looking for?")
}

const between = { polls: Duration.millis(1200), thoughts: Duration.millis(1500) }

interface Talk {
  readonly person: Person
  readonly contact_id: ContactId
  readonly channel_id: ChannelId
  readonly chat_id: ChatId
}

const countOf = (messages: ReadonlyArray<ChatMessage>) =>
  messages.filter((message) => message.role === "assistant" && message.status === "COMPLETED").length

/**
 * The integration of a custom channel: it carries messages both ways, and calls `onPassed` when an answer of the
 * assistant has come.
 */
export const make = (onPassed: (chat_id: ChatId) => Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const invent = yield* InventClient
    const { assistantId, world } = yield* Emulator

    const read = (talk: Talk) =>
      Effect.map(invent.messages.list({ path: { chat_id: talk.chat_id }, urlParams: { take: 100 } }), Undecodable.omit)

    const awaitAnswers = (talk: Talk, answers: number): Effect.Effect<ReadonlyArray<ChatMessage>, unknown> =>
      Effect.delay(read(talk), between.polls).pipe(
        Effect.flatMap((messages) =>
          countOf(messages) >= answers ? Effect.as(onPassed(talk.chat_id), messages) : awaitAnswers(talk, answers)
        )
      )

    const write = (talk: Talk, text: string) =>
      invent.contacts.sendMessage({
        path: { contact_id: talk.contact_id, chat_id: talk.chat_id },
        payload: { message: MessagePart.text(text) }
      })

    const connect = (talk: Talk, messages: ReadonlyArray<ChatMessage>) =>
      Effect.forEach(messages, (message) =>
        Option.match(pendingTool(message), {
          onNone: () => Effect.void,
          onSome: ({ tool_call_id }) =>
            invent.contacts.respondToTool({
              path: {
                contact_id: talk.contact_id,
                channel_id: talk.channel_id,
                chat_id: talk.chat_id,
                message_id: message.id,
                tool_call_id
              },
              payload: { type: "connection", connection_id: ConnectionId.make("con_calendar") }
            })
        })
      )

    const rate = (talk: Talk) => invent.state.update({ path: { chat_id: talk.chat_id }, payload: { csat_score: 5 } })
    const think = Effect.sleep(between.thoughts)

    /** What follows the opening message and its first answer. */
    const goOn = (talk: Talk): Effect.Effect<unknown, unknown> => {
      switch (talk.person.scenario) {
        case "silent":
        case "night":
        case "waiting":
          return Effect.void
        case "connects_calendar":
          return Effect.flatMap(write(talk, calendar), () =>
            Effect.zipRight(
              Effect.flatMap(awaitAnswers(talk, 2), (messages) => connect(talk, messages)),
              awaitAnswers(talk, 3)
            )
          )
        case "answers_early":
          return Effect.zipRight(Effect.zipRight(think, write(talk, "Medium, I think.")), awaitAnswers(talk, 2))
        case "talks_again":
          return Effect.zipRight(
            awaitAnswers(talk, 2),
            Effect.zipRight(write(talk, "Sorry, I was away."), awaitAnswers(talk, 3))
          )
        case "solved":
          return Effect.all(
            [
              awaitAnswers(talk, 2),
              write(talk, "All good, thank you!"),
              rate(talk),
              world.setState(talk.chat_id, "CLOSED")
            ],
            {
              discard: true
            }
          )
        case "taken_over_early":
          return Effect.zipRight(think, world.takeOver(talk.chat_id))
        case "taken_over_late":
          return Effect.zipRight(awaitAnswers(talk, 2), world.takeOver(talk.chat_id))
        case "blocked":
          return Effect.zipRight(think, world.block(talk.contact_id))
        case "unsubscribed":
          return Effect.zipRight(think, world.unsubscribe(talk.contact_id))
        case "closed":
          return Effect.zipRight(think, world.setState(talk.chat_id, "CLOSED"))
        case "snoozed":
          return Effect.zipRight(think, world.setState(talk.chat_id, "SNOOZED"))
        case "muted":
          return Effect.flatMap(DateTime.now, (now) => world.mute(talk.chat_id, DateTime.add(now, { hours: 8 })))
      }
    }

    /** Opens the chat; gives its id, and an effect that plays the rest of the conversation. */
    const arrive = Effect.fn("Customers.arrive")(function* (person: Person) {
      const contact = yield* world.addContact({
        name: person.name,
        country: person.country,
        channels: [{ type: "custom" }]
      })
      const channel_id = contact.channels[0]!.id
      const chat = yield* invent.contacts.createChat({
        path: { contact_id: contact.id, channel_id },
        payload: {
          assistant_id: assistantId,
          title: `A question from ${person.name}`,
          message: MessagePart.text(person.scenario === "waiting" ? unanswerable : "Do you have this in blue?")
        }
      })
      const talk: Talk = { person, contact_id: contact.id, channel_id, chat_id: chat.id }
      yield* onPassed(chat.id)
      const rest = person.scenario === "waiting" ? Effect.void : Effect.zipRight(awaitAnswers(talk, 1), goOn(talk))
      return { chat_id: chat.id, rest }
    })

    return { arrive }
  })
