import { createContext } from "preact"
import { useContext } from "preact/hooks"
import { useFragmentOf } from "./Address.ts"

/** The names of contacts by the ids of their chats, as far as the server knows them. */
export const Names = createContext<ReadonlyMap<string, string>>(new Map())

/** The organizations of the chats by their ids; empty unless there are several. */
export const OrgOf = createContext<ReadonlyMap<string, string>>(new Map())

/**
 * A chat id, with the name of its contact where it is known, as a link that opens its conversation on this page.
 * `name`: null for none; without it, the one of the overview. `org`: so, too.
 */
export const ChatLink = ({
  id,
  name,
  org
}: {
  readonly id: string
  readonly name?: string | null
  readonly org?: string | null
}) => {
  const orgOf = useContext(OrgOf).get(id)
  const shownOrg = org === undefined ? orgOf : org
  const known = useContext(Names).get(id)
  const shown = name === undefined ? known : name
  return (
    <a class="chat" href={useFragmentOf(id)}>
      {id}
      {shown != null && <bdi class="name">{shown}</bdi>}
      {shownOrg != null && <bdi class="org faint">{shownOrg}</bdi>}
    </a>
  )
}
