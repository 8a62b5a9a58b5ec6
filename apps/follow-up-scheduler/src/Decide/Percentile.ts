/** The place of a contact among all, by a keyed hash: the same in every process, without any record. Pure. */
import { createHmac } from "node:crypto"

/** A hash is read as a number of so many bits, which a double holds exactly. */
const bits = 48

/**
 * At least 0 and below 100, by HMAC-SHA-256 of the contact's id. Another key gives places that do not depend on these.
 * The key is no secret.
 */
export const percentileOf = (key: string, contact: string): number => {
  const hash = createHmac("sha256", key).update(contact).digest()
  return (hash.readUIntBE(0, bits / 8) / 2 ** bits) * 100
}
