/** What the address of a channel is, by its kind: an e-mail address, a phone number, or an id of the platform's. */
import type { ChannelId } from "@effect-invent/domain/Ids"
import type { ChannelRecord, ChannelType } from "./Store.ts"

type Address = Pick<ChannelRecord, "user_id" | "email" | "phone">

const ofEmail: ReadonlySet<ChannelType> = new Set<ChannelType>(["email", "gmail"])
const ofPhone: ReadonlySet<ChannelType> = new Set<ChannelType>(["whatsapp_bot", "twilio", "telnyx"])

/** Where a contact of whom this is known is reached on a channel of this kind; undefined where that takes more. */
export const known = (
  type: ChannelType,
  { email, phone }: { readonly email?: string | undefined; readonly phone?: string | undefined }
): string | undefined => {
  if (ofEmail.has(type)) return email
  return ofPhone.has(type) ? phone : (phone ?? email)
}

/**
 * The address of a channel. The `user_id` of one for e-mail is the e-mail address, and of one for a phone the number;
 * where neither is given, one is made up that nobody has.
 */
export const make = (type: ChannelType, id: ChannelId, given: Partial<Address>): Address => {
  const { email = null, phone = null } = given
  if (ofEmail.has(type)) {
    const user_id = given.user_id ?? email ?? `${id}@contacts.invalid`
    return { user_id, email: email ?? user_id, phone }
  }
  if (ofPhone.has(type)) {
    const user_id = given.user_id ?? phone ?? `+1555${id.replaceAll(/\D/g, "").padStart(7, "0")}`
    return { user_id, email, phone: phone ?? user_id }
  }
  return { user_id: given.user_id ?? `address of ${id}`, email, phone }
}
