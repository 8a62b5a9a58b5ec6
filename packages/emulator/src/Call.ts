/** What is found out about a request while it is handled, for its entry in the log. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

interface Facts {
  readonly key: string | null
  chat_id: ChatId | null
  applied: boolean
}

export const make = (key: string | null, chat_id: ChatId | null): Facts => ({ key, chat_id, applied: false })

export class Call extends Context.Reference<Call>()("@effect-invent/emulator/Call", {
  defaultValue: () => make(null, null)
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
