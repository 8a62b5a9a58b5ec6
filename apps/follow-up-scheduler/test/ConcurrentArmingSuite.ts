/** Two processes that arm follow-ups at the same instant, each over its own connection: a suite for every database. */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { layer, Ledger } from "../src/Ledger.ts"
import * as Plan from "../src/Plan.ts"
import * as AuditEvents from "./AuditEvents.ts"
import * as Build from "./Build.ts"

type Database<E> = Layer.Layer<SqlClient.SqlClient, E>

const names = Array.from({ length: 8 }, (_, index) => `${index + 1}`)

const chatOf = (name: string, contact: string) =>
  Build.chat({
    chat_id: ChatId.make(`chat_${name}`),
    conversation_id: ConversationId.make(`conversation_${name}`),
    contact_id: ContactId.make(contact),
    contact_ids: [ContactId.make(contact)]
  })

/** `database`: a new, empty database, as a layer that makes a connection of its own each time it is built. */
export const suite = <E, E2>(database: Effect.Effect<Database<E>, E2, Scope.Scope>): void => {
  /** Arms a follow-up in each of these conversations, in turn through the one and the other process, all at once. */
  const armAll = (contactOf: (name: string) => string, policy: ReturnType<typeof Build.policy>) =>
    Effect.gen(function* () {
      const over = yield* database
      const processes = yield* Effect.forEach([1, 2], () => Layer.build(Layer.fresh(Layer.provideMerge(layer, over))))
      const [first, second] = processes.map((process) => Context.get(process, Ledger))
      const sql = Context.get(processes[0]!, SqlClient.SqlClient)
      const now = yield* DateTime.now
      const chats = names.map((name) => chatOf(name, contactOf(name)))
      yield* Effect.forEach(
        chats,
        ({ chat_id, contact_id, conversation_id }) =>
          sql`INSERT INTO subjects ${sql.insert({ chat_id, conversation_id, contact_id: contact_id ?? "" })}`
      )
      const rows = yield* Effect.forEach(chats, (chat) =>
        Effect.map(
          first!.plan(
            Plan.make(policy, chat, { step: 1, anchor_id: Build.messageId("assistant@0") }, now),
            AuditEvents.some.planned
          ),
          Option.getOrThrow
        )
      )
      const armed = yield* Effect.forEach(
        rows,
        (row, index) =>
          (index % 2 === 0 ? first! : second!).arm(
            row,
            { status: "armed", follow_up_at: now },
            AuditEvents.some.armed,
            { chat: chats[index]!, limits: policy }
          ),
        { concurrency: "unbounded" }
      )
      return { armed: armed.filter(Option.isSome).length, heldBy: yield* second!.heldBy }
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None), Effect.scoped)

  it.live("two processes that reach a limit for all contacts at the same instant stay within it together", () =>
    Effect.gen(function* () {
      const { armed, heldBy } = yield* armAll((name) => `contact_${name}`, Build.policy({ at_most_per_hour: 3 }))
      expect(armed).toBe(3)
      expect(Option.getOrNull(heldBy)).toMatch(/^at_most_per_hour: 3 /)
    })
  )

  it.live("two processes that write to one contact in several conversations at the same instant write once", () =>
    Effect.map(
      armAll(() => "contact_ada", Build.policy()),
      ({ armed }) => expect(armed).toBe(1)
    )
  )
}
