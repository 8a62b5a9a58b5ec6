/** One chat in order of time: messages, decisions, waits, requests and ends of follow-ups. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { Conversation, TimelineEntry, Said } from "../src/operatorPage/Api.ts"
import * as Format from "./Format.ts"
import * as Server from "./Server.ts"

const authors = { contact: "Customer", assistant: "Assistant", human: "Colleague" } as const
const kinds = { decision: "decision", wait: "wait", call: "call", end: "outcome", operator: "operator" } as const

const Entry = ({ entry }: { readonly entry: Said | TimelineEntry }) => (
  <li class={"author" in entry ? `said ${entry.author}` : `happened ${entry.kind}`}>
    <time dateTime={Format.exact(entry.at)} title={Format.exact(entry.at)}>
      {Format.exact(entry.at).slice(11, 19)}
    </time>
    <b>{"author" in entry ? (entry.isFollowUp ? "Follow-up" : authors[entry.author]) : kinds[entry.kind]}</b>
    <span>{"author" in entry ? entry.text || "(no text)" : entry.words}</span>
  </li>
)

const dayOf = (entry: Said | TimelineEntry) => Format.exact(entry.at).slice(0, 10)

const Story = ({ conversation: { chat_id, story, unreadable } }: { readonly conversation: Conversation }) => (
  <>
    {unreadable !== null && (
      <p class="notice">The messages could not be read: {unreadable}. What is on record follows.</p>
    )}
    {story.length === 0 && <p class="empty">Nothing is on record about chat {chat_id}: it was never looked at.</p>}
    <ol class="story">
      {story.map((entry, index) => (
        <>
          {(index === 0 || dayOf(story[index - 1]!) !== dayOf(entry)) && <li class="day">{dayOf(entry)} (UTC)</li>}
          <Entry key={index} entry={entry} />
        </>
      ))}
    </ol>
  </>
)

const Contact = ({ conversation: { contact_id, name, org_id, zone } }: { readonly conversation: Conversation }) => (
  <span class="contact-line faint">
    {name !== null && <bdi class="name">{name}</bdi>} {contact_id !== null && <bdi>{contact_id}</bdi>} {zone}{" "}
    {org_id !== null && <bdi class="org">{org_id}</bdi>}
  </span>
)

type Loaded = { readonly conversation: Conversation } | { readonly error: string } | undefined

/** The conversation, read again whenever `version` changes. */
const useConversation = (chat_id: string, version: string): Loaded => {
  const [loaded, setLoaded] = useState<Loaded>()
  useEffect(() => {
    let isWanted = true
    const answer = (loaded: Loaded) => isWanted && setLoaded(loaded)
    // The client puts parameters into the path as they are.
    Server.call((calls) => calls.conversation({ path: { chat_id: encodeURIComponent(chat_id) } })).then(
      (conversation) => answer({ conversation }),
      (error: Error) => answer({ error: error.message })
    )
    return () => void (isWanted = false)
  }, [chat_id, version])
  return loaded
}

/**
 * Shows the conversation of a chat in a modal dialog. `version` is a text that changes when something happens to the
 * chat; `onClose` is called however the dialog is closed. A failed call is shown as its message.
 */
export const ConversationDialog = ({
  chat_id,
  onClose,
  version
}: {
  readonly chat_id: string
  readonly onClose: () => void
  readonly version: string
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const loaded = useConversation(chat_id, version)
  useEffect(() => dialog.current?.showModal(), [])
  const conversation = loaded !== undefined && "conversation" in loaded ? loaded.conversation : undefined
  return (
    <dialog ref={dialog} class="conversation" aria-labelledby="conversation" onClose={onClose}>
      <header>
        <h2 id="conversation">{chat_id}</h2>
        {conversation !== undefined && <Contact conversation={conversation} />}
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <div class="scroll" tabIndex={0} role="region" aria-label="The story of this chat">
        {loaded === undefined ? (
          <p class="empty">Reading…</p>
        ) : "error" in loaded ? (
          <p class="notice">{loaded.error}</p>
        ) : (
          <Story conversation={loaded.conversation} />
        )}
      </div>
    </dialog>
  )
}
