/**
 * The fragment of the page's address that opens a chat. A browser sends a fragment to no server, so the id stays out of
 * logs.
 */
export const fragmentOf = (id: string): string => `#${new URLSearchParams({ chat: id })}`

/** The chat id in a fragment; undefined where there is none. */
export const chatIn = (fragment: string): string | undefined =>
  new URLSearchParams(fragment.slice(1)).get("chat") ?? undefined

/** A chat id as a link that opens its conversation on this page. */
export const ChatLink = ({ id }: { readonly id: string }) => (
  <a class="chat" href={fragmentOf(id)}>
    {id}
  </a>
)
