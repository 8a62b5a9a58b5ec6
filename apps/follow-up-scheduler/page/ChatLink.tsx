/** Opens the conversation of a chat. The id stands in the fragment, which a browser sends to nobody. */
export const fragmentOf = (id: string): string => `#${new URLSearchParams({ chat: id })}`

export const chatIn = (fragment: string): string | undefined => new URLSearchParams(fragment.slice(1)).get("chat") ?? undefined

export const ChatLink = ({ id }: { readonly id: string }) => (
  <a class="chat" href={fragmentOf(id)}>
    {id}
  </a>
)
