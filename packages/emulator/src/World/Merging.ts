/** What becomes of several contacts that are one person. */
import type { ContactRecord, Store } from "./Store.ts"

const addressesOf = (store: Store, contact: ContactRecord) =>
  [...store.channels.values()]
    .filter(({ contact_id }) => contact_id === contact.id)
    .flatMap(({ email, phone, user_id }) => [email, phone, user_id].filter((address) => address !== null))

/** The contacts that share an address with this one: how the vendor finds them is undocumented. */
export const duplicatesOf = (store: Store, contact: ContactRecord): ReadonlyArray<ContactRecord> => {
  const addresses = new Set(addressesOf(store, contact))
  return [...store.contacts.values()].filter(
    (other) => other.id !== contact.id && addressesOf(store, other).some((address) => addresses.has(address))
  )
}

/** All that is the source's becomes the target's, and the source is gone. */
export const merge = (store: Store, target: ContactRecord, source: ContactRecord): void => {
  for (const table of [store.channels, store.chats, store.notes, store.files, store.activities, store.recipients]) {
    for (const [id, { contact_id }] of table as ReadonlyMap<string, { readonly contact_id: string | null }>) {
      const record =
        contact_id === source.id ? (table as ReadonlyMap<string, { contact_id: string }>).get(id) : undefined
      if (record !== undefined) record.contact_id = target.id
    }
  }
  target.segment_ids = [...new Set([...target.segment_ids, ...source.segment_ids])]
  store.contacts.delete(source.id)
}
