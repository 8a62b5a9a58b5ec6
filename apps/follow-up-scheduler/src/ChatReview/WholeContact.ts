/**
 * Lists the messages of the chats of a contact that were decided by their row alone, before a step is planned or taken
 * for that contact: a stop word counts in whichever chat it was written (decision 0023).
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import type { CircuitBreaker } from "../ChatReader/CircuitBreaker.ts"
import type { NotListed } from "../ChatReader/NotListed.ts"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Consent from "../Decide/Consent.ts"
import type { ByRow } from "../Ledger/ChatsByRow.ts"
import type * as ReviewByRow from "./ReviewByRow.ts"

interface Services extends ReviewByRow.Services {
  readonly outage: CircuitBreaker["Type"]
}

type Failure = NotListed | RepeatableError | SqlError

/**
 * Builds the reads of whole chats. A chat is read by one fiber of this process at a time; the others wait, and then
 * find what it has recorded. A fiber that reads a chat waits for no other chat, so no two of them wait for each other.
 */
export const make = ({ erasure, ledger, outage, policies, reader }: Services) =>
  Effect.gen(function* () {
    const turns = yield* RcMap.make({ lookup: (_: ChatId) => Effect.makeSemaphore(1) })
    const inTurn = <A, E>(chat_id: ChatId, read: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.scoped(Effect.flatMap(RcMap.get(turns, chat_id), (turn) => turn.withPermits(1)(read)))

    /** Records what the contact wrote about follow-ups, and that all messages were listed. */
    const remember = Effect.fnUntraced(function* (seen: ChatSnapshot, { contact_ids, decisions }: ByRow) {
      const named = { ...seen, contact_ids: [...new Set([...seen.contact_ids, ...contact_ids])] }
      const chat = yield* erasure.check(yield* ledger.recallConsent(named))
      const { policy } = yield* policies.versionAndHistory(chat)
      const consent = Consent.latest(chat.consent, Consent.saidIn(chat.messages, policy))
      if (consent !== undefined) yield* ledger.rememberConsent(chat, consent)
      yield* ledger.readWhole(chat.chat_id, decisions)
    })

    /** Reads a chat by `read`, which gives all its messages, and records them as listed. */
    const readWith = <E extends Failure>(chat_id: ChatId, read: Effect.Effect<ChatSnapshot, E>) =>
      Effect.gen(function* () {
        const before = yield* ledger.byRow(chat_id)
        const chat = yield* read
        if (before.decisions > 0) yield* remember(chat, before)
        return chat
      }).pipe((reading) => inTurn(chat_id, reading))

    /** Lists the messages of another chat, unless that has been done meanwhile. A chat that is gone has none. */
    const readOther = (chat: ChatSnapshot, chat_id: ChatId) =>
      Effect.gen(function* () {
        const left = yield* ledger.notReadWhole(chat)
        if (!left.includes(chat_id)) return
        const before = yield* ledger.byRow(chat_id)
        yield* outage.learn(reader.list(chat_id)).pipe(
          Effect.flatMap((other) => remember(other, before)),
          Effect.catchTag("NotFound", () => ledger.readWhole(chat_id, before.decisions))
        )
      }).pipe((reading) => inTurn(chat_id, reading))

    return {
      readWith,
      /**
       * Lists the messages of each chat of the chat's contacts that was decided by its row alone: a request for each.
       * Gives their number. Fails with the error of the first that cannot be read; nothing may be planned or sent then.
       */
      readOthers: (chat: ChatSnapshot) =>
        Effect.gen(function* () {
          const others = yield* ledger.notReadWhole(chat)
          yield* Effect.forEach(others, (chat_id) => readOther(chat, chat_id), { discard: true })
          return others.length
        })
    }
  })
