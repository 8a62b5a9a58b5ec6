/** Whether contacts may be written to, by what the service gives beside the chat. */

/**
 * What a chat shows of each of its contacts. False where it shows nothing of one of them. Whether they have
 * unsubscribed it never shows.
 */
export interface ContactsShown {
  /** None of them is blocked. */
  readonly areUnblocked: boolean
  /** The assistant is switched off for none of them. */
  readonly areWithAi: boolean
}

/** What holds for any of the contacts of a chat. */
export interface OptOut {
  readonly isUnsubscribed: boolean
  readonly isBlocked: boolean
  /** The assistant is switched off for the contact. */
  readonly isWithoutAi: boolean
}
