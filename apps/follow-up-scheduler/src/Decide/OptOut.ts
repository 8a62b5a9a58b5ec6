/** Whether contacts may be written to, by what the service gives beside the chat. */

/** What holds for any of the contacts of a chat. */
export interface OptOut {
  readonly isUnsubscribed: boolean
  readonly isBlocked: boolean
  /** The assistant is switched off for the contact. */
  readonly isWithoutAi: boolean
}
