/** Whether a contact wants to be followed up, by what they wrote or an operator recorded. Pure. */
import * as DateTime from "effect/DateTime"
import type { Policy } from "../Policy.ts"
import * as StopWords from "../Policy/StopWords.ts"
import type { Message } from "./MessageList.ts"

/**
 * What a contact last said about follow-ups, or an operator on their behalf. Where nothing was said there is no
 * consent, and follow-ups are allowed.
 */
export interface Consent {
  readonly isWithdrawn: boolean
  /** When it was said. */
  readonly at: DateTime.Utc
}

type Words = Pick<Policy, "opt_in" | "opt_out">

const meaningOf = ({ opt_in, opt_out }: Words, text: string): boolean | undefined => {
  if (StopWords.isOneOf(opt_out, text)) return true
  return StopWords.isOneOf(opt_in, text) ? false : undefined
}

/**
 * The contact's last opt-out or opt-in in these messages; undefined where there is none. A message counts only if its
 * whole text is one of the policy's words.
 */
export const saidIn = (messages: ReadonlyArray<Message>, words: Words): Consent | undefined => {
  const said = messages.flatMap(({ at, author, text }) => {
    const isWithdrawn = author === "contact" ? meaningOf(words, text) : undefined
    return isWithdrawn === undefined ? [] : [{ isWithdrawn, at }]
  })
  return said.at(-1)
}

/** The later of the two. At the same instant the withdrawal counts. */
export const latest = (a: Consent | undefined, b: Consent | undefined): Consent | undefined => {
  if (a === undefined || b === undefined) return a ?? b
  if (a.at.epochMillis === b.at.epochMillis) return a.isWithdrawn ? a : b
  return DateTime.greaterThan(a.at, b.at) ? a : b
}
