/** The chats behind one outcome, read a page at a time. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { Chats, Outcome } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"
import * as Server from "./Server.ts"

/** What was read so far. `next`: where to read on; undefined before the first page, null after the last. */
interface Loaded {
  readonly chats: Chats["chats"]
  readonly next: string | null | undefined
  readonly error?: string
}

const readMore = ({ decision, reason, sent }: Outcome, { chats, next }: Loaded): Promise<Loaded> =>
  Server.call((calls) =>
    calls.chats({
      urlParams: { decision, sent, ...(reason !== null && { reason }), ...(next && { after: next }) }
    })
  ).then(
    (found) => ({ chats: [...chats, ...found.chats], next: found.next }),
    (error: Error) => ({ chats, next, error: error.message })
  )

const List = ({ chats }: Pick<Loaded, "chats">) => (
  <ul>
    {chats.map(({ chat_id, contact_id, decided_at }) => (
      <li key={chat_id}>
        <ChatLink id={chat_id} />
        {contact_id !== null && (
          <span class="faint">
            contact <bdi>{contact_id}</bdi>
          </span>
        )}
        <time class="faint" dateTime={Format.exact(decided_at)}>
          decided {Format.dayAndClock(decided_at)}
        </time>
      </li>
    ))}
  </ul>
)

/** Lists the chats of an outcome in a modal dialog; `onClose` is called however it is closed. */
export const ChatsDialog = ({ onClose, outcome }: { readonly onClose: () => void; readonly outcome: Outcome }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const [loaded, setLoaded] = useState<Loaded>({ chats: [], next: undefined })
  const [isBusy, setBusy] = useState(true)
  const more = () => {
    setBusy(true)
    void readMore(outcome, loaded).then((found) => {
      setLoaded(found)
      setBusy(false)
    })
  }
  useEffect(() => {
    dialog.current?.showModal()
    more()
  }, [])
  return (
    <dialog ref={dialog} class="chats" aria-labelledby="chats" onClose={onClose}>
      <header>
        <h2 id="chats">{outcome.words}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <div class="scroll" tabIndex={0} role="region" aria-label="Chats">
        <List chats={loaded.chats} />
        {loaded.error !== undefined && <p class="notice">{loaded.error}</p>}
        {isBusy && <p class="empty">Reading…</p>}
        {!isBusy && loaded.next !== null && (
          <button type="button" onClick={more}>
            More
          </button>
        )}
      </div>
    </dialog>
  )
}
