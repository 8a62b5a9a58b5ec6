/** What happened last, to any chat. */
import type { TimelineEntry } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"

/** The latest audit entries of all chats, the newest first. `now` is the server's time in epoch milliseconds. */
export const RecentPanel = ({
  now,
  recent
}: {
  readonly now: number
  readonly recent: ReadonlyArray<TimelineEntry>
}) => (
  <section class="panel recent" aria-labelledby="recent">
    <header>
      <h2 id="recent">Latest</h2>
      <span class="faint">times in sentences are UTC</span>
    </header>
    {recent.length === 0 ? (
      <p class="empty">Nothing has happened yet.</p>
    ) : (
      <ol>
        {recent.map(({ at, chat_id, kind, words }) => (
          <li key={`${at.epochMillis}${chat_id}${words}`} class={kind}>
            <time dateTime={Format.exact(at)} title={Format.exact(at)}>
              {Format.ago(now, at)}
            </time>
            {chat_id === "" ? <span class="faint">all chats</span> : <ChatLink id={chat_id} />}
            <span>{words}</span>
          </li>
        ))}
      </ol>
    )}
  </section>
)
