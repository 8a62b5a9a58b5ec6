/** Who must not be written to, as the service tells it beside the chat. */

/** What is known of the contacts of a chat beside the chat. */
export interface OptOut {
  readonly isUnsubscribed: boolean
  readonly isBlocked: boolean
  /** The assistant is switched off for the contact. */
  readonly isWithoutAi: boolean
}
