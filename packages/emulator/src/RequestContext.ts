/** What is found out about a request while it is handled, for its entry in the log. */
import type { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"

/** What is known of a request so far. Handlers add to it. */
export interface Call {
  readonly endpoint: string | null
  /** The name of the key; null where it was refused. */
  readonly key: string | null
  /** The organization of the key where that is one below; null: the one at the top. */
  readonly org_id: OrgId | null
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
  key,
  org_id
}: Pick<Call, "endpoint" | "key" | "org_id" | "contact_id" | "chat_id">): Call => ({
  endpoint,
  key,
  org_id,
  contact_id,
  chat_id,
  applied: false,
  fault: null,
  spoilt: false
})
