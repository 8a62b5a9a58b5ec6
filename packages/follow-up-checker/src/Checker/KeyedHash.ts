/**
 * The number that the scheduler's documentation gives a contact: the first 48 bits of the HMAC-SHA-256 of their id. The
 * key names what it is for, and a policy.
 */
import { createHmac } from "node:crypto"

const digits = 12

/** How many such numbers there are. */
export const count = 16 ** digits

/** A number from 0 to {@link count}, that one left out. */
export const numberOf = (key: string, contact_id: string): number =>
  Number.parseInt(createHmac("sha256", key).update(contact_id).digest("hex").slice(0, digits), 16)
