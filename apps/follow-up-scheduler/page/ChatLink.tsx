import { useFragmentOf } from "./Address.ts"

/** A chat id as a link that opens its conversation on this page. */
export const ChatLink = ({ id }: { readonly id: string }) => (
  <a class="chat" href={useFragmentOf(id)}>
    {id}
  </a>
)
