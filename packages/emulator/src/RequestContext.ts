/** What is found out about a request while it is handled, for its entry in the log. */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"

/** What is known of a request so far. Handlers add to it. */
export interface Call {
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
export const make = ({
  chat_id,
  contact_id,
  endpoint,
  key
}: Pick<Call, "endpoint" | "key" | "contact_id" | "chat_id">): Call => ({
  endpoint,
  key,
  contact_id,
  chat_id,
  applied: false,
  fault: null,
  spoilt: false
})
