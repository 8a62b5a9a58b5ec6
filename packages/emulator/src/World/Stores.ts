/** The records of every organization: of this one, and of each below it, where there are none at first. */
import type { ChatId, OrgId } from "@effect-invent/domain/Ids"
import * as Option from "effect/Option"
import * as Store from "./Store.ts"

/** Makes the records of this organization, without any organization below it. */
export const make = () => {
  const main = Store.make()
  const stores = new Map<OrgId, Store.Store>()
  const below = (): ReadonlyArray<Store.Store> => [...stores.values()]

  /** The records of an organization below, which are made where there are none. */
  const open = (id: OrgId): Store.Store => {
    const store = stores.get(id) ?? Store.makeBelow(main, id)
    stores.set(id, store)
    return store
  }

  return {
    main,
    below,
    open,
    /** None where no organization of that id was created. */
    find: (id: OrgId): Option.Option<Store.Store> =>
      [main, ...below()].some(({ organizations }) => organizations.has(id)) ? Option.some(open(id)) : Option.none(),
    /** None where the chat is this organization's own, or unknown. */
    ofChat: (id: ChatId): Option.Option<Store.Store> => Option.fromNullable(below().find(({ chats }) => chats.has(id)))
  }
}
/** See {@link make}. */
export type Stores = ReturnType<typeof make>
