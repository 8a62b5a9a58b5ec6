/** Opens the conversation of a chat. The id stands in the fragment, which a browser sends to nobody. */
export const fragmentOf = (id: string): string => `#chat=${encodeURIComponent(id)}`

export const chatIn = (fragment: string): string | undefined => {
  const match = /^#chat=(.+)$/.exec(fragment)
  return match?.[1] === undefined ? undefined : decodeURIComponent(match[1])
}

export const ChatLink = ({ id }: { readonly id: string }) => (
  <a class="chat" href={fragmentOf(id)}>
    {id}
  </a>
)
