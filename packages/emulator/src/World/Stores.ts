/** The records of every organization: of this one, and of each below it, where there are none at first. */
import type { ChatId, OrgId } from "@effect-invent/domain/Ids"
import * as Option from "effect/Option"
import * as Store from "./Store.ts"
import { Undo } from "./Undo.ts"

/** Makes the records of this organization, without any organization below it. */
export const make = () => {
  const undo = new Undo()
  const main = Store.make(undo)
  const stores = new Map<OrgId, Store.Store>()
  const below = (): ReadonlyArray<Store.Store> => [...stores.values()]

  /** The records of an organization below, which are made where there are none. */
  const open = (id: OrgId): Store.Store => {
    const store = stores.get(id) ?? Store.makeBelow(main, id, undo)
    stores.set(id, store)
    return store
  }

  /** Whether the organization is below that of these records, at any depth. */
  const isBelow = (id: OrgId, { organizations }: Store.Store): boolean =>
    organizations.has(id) ||
    [...organizations.keys()].some((child) => {
      const records = stores.get(child)
      return records !== undefined && isBelow(id, records)
    })

  return {
    main,
    /** Of all records here. */
    undo,
    below,
    open,
    /** None where no organization of that id was created below this one. */
    find: (id: OrgId, upper: Store.Store = main): Option.Option<Store.Store> =>
      isBelow(id, upper) ? Option.some(open(id)) : Option.none(),
    /** None where the chat is of no organization below this one. */
    ofChat: (id: ChatId, upper: Store.Store = main): Option.Option<Store.Store> =>
      Option.fromNullable(below().find(({ chats, org_id }) => chats.has(id) && isBelow(org_id, upper)))
  }
}
/** See {@link make}. */
export type Stores = ReturnType<typeof make>
