/** The id of a contact as a person types or pastes it. */
import { isProof } from "../Privacy/Proof.ts"

/** Why the text is no contact's id; undefined where it may be one. An id has no space and no control character. */
export const problemOf = (id: string | undefined): string | undefined => {
  if (id === undefined || id === "") return "has no contact id"
  if (isProof(id)) return "is the proof of an erased contact, and no contact id"
  return /^[^\s\p{Cc}]+$/u.test(id) ? undefined : "is no contact id"
}
