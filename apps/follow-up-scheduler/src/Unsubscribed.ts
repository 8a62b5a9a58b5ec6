/**
 * Which contacts have unsubscribed. No page prints it on a contact inside a chat, so it is read from the contact list,
 * by its documented filter: one request for every hundred of them, at most once in {@link readEvery}.
 */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Contact } from "@effect-invent/domain/Contact"
import { ContactId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import { isUndecodable, type Undecodable } from "@effect-invent/domain/Undecodable"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/** How old the list may be when a chat is judged by it. */
export const readEvery = Duration.seconds(10)

/** Of a contact that cannot be read, the id is enough. */
const idOf = (contact: Contact | Undecodable): ReadonlyArray<ContactId> => {
  if (!isUndecodable(contact)) return [contact.id]
  const { raw } = contact
  return Predicate.hasProperty(raw, "id") && Predicate.isString(raw.id) ? [ContactId.make(raw.id)] : []
}

/** Reads the list when it is asked and the last one is too old. A reading that failed is not kept. */
export const make = (
  invent: InventClient["Type"]
): Effect.Effect<Effect.Effect<ReadonlySet<ContactId>, RepeatableError>> => {
  const read = invent.contacts.stream({ urlParams: { status: "UNSUBSCRIBED" } }).pipe(
    Stream.mapConcat(idOf),
    Stream.runFold(new Set<ContactId>(), (ids, id) => ids.add(id)),
    // Every look waits for it, also those of a backlog that the quota holds back.
    RateLimit.withLane("verify")
  )
  return Effect.map(Effect.cachedInvalidateWithTTL(read, readEvery), ([ids, invalidate]) =>
    Effect.tapErrorCause(ids, () => invalidate)
  )
}
