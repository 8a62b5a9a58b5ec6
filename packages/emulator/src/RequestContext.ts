/** What is found out about a request while it is handled, for its entry in the log. */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What is known of a request so far. Handlers add to it. */
export interface Facts {
  readonly endpoint: string | null
  readonly key: string | null
  readonly contact_id: ContactId | null
  chat_id: ChatId | null
  applied: boolean
  /** The name of the fault that befell it. */
  fault: string | null
  /** Whether that keeps the client from reading the true answer. */
  spoilt: boolean
}

/** Starts with what is known before a request is handled: nothing was applied, and no fault befell it. */
export const make = (known: Pick<Facts, "endpoint" | "key" | "contact_id" | "chat_id">): Facts => ({
  ...known,
  applied: false,
  fault: null,
  spoilt: false
})

/** The request that is handled here. */
export class Call extends Context.Reference<Call>()("@effect-invent/emulator/Call", {
  defaultValue: () => make({ endpoint: null, key: null, contact_id: null, chat_id: null })
}) {}

/** Runs a change and notes that it was made: both or neither, even when the client goes away. */
export const applies = <A, E, R>(
  change: Effect.Effect<A, E, R>,
  options?: { readonly chatId: (result: A) => ChatId }
): Effect.Effect<A, E, R> =>
  Effect.uninterruptible(
    Effect.zipWith(Call, change, (call, result) => {
      call.applied = true
      if (options !== undefined) call.chat_id = options.chatId(result)
      return result
    })
  )
