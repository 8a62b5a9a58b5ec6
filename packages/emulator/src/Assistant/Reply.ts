/** What the scripted assistant does about a message. */
import type { ChatId } from "@effect-invent/domain/Ids"

/**
 * What the assistant does about a message: writes, opens an interactive tool, requests the approval of an action,
 * fails, or stays silent.
 */
export type Reply =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Tool"; readonly name: string }
  | { readonly _tag: "Approval"; readonly name: string }
  | { readonly _tag: "Failure"; readonly error: string }
  | { readonly _tag: "Silence" }

/** What ends a message that the assistant has begun. */
export type Outcome = Exclude<Reply, { readonly _tag: "Silence" }>

/** A message of text. */
export const Text = (text: string): Outcome => ({ _tag: "Text", text })

/** A message with an interactive tool, which the contact is to answer. */
export const Tool = (name: string): Outcome => ({ _tag: "Tool", name })

/** A message with an action that a human is to approve. */
export const Approval = (name: string): Outcome => ({ _tag: "Approval", name })

/** A message that failed. */
export const Failure = (error: string): Outcome => ({ _tag: "Failure", error })

/** No message at all. */
export const Silence: Reply = { _tag: "Silence" }

/** Chooses the reply. `turn` counts the contact's messages in this chat from 1. */
export type Script = (context: {
  readonly chatId: ChatId
  readonly turn: number
  readonly contactText: string
}) => Reply

/** Repeats what the contact wrote. */
export const echo: Script = ({ contactText }) => Text(`You wrote: ${contactText}`)
