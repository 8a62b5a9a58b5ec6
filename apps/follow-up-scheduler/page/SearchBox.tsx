/** The search box of the header. */
import { change, noFields } from "./Address.ts"
import { useTyped } from "./Typed.ts"

const look = (find: string): void =>
  change((address) => ({ ...address, search: { ...(address.search ?? noFields), find } }))

/** Searches as one types, and at once with the button. `find`: the text in the address. */
export const SearchBox = ({ find }: { readonly find: string }) => {
  const { flush, onInput, value } = useTyped(find, look)
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault()
        flush()
      }}
    >
      <input
        name="find"
        type="search"
        maxlength={100}
        aria-label="Name, or beginning of an id"
        placeholder="Name or id"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={onInput}
      />
      <button type="submit">Search</button>
    </form>
  )
}
