/** A text that is typed and takes effect once nothing is typed any more. */
import { useEffect, useState } from "preact/hooks"

/** How long nothing is typed before the text takes effect, in milliseconds. */
const pause = 250

/**
 * The value of an input, and what its events do. `commit` gets the text after a pause, or at once by `flush`. Until
 * then the input keeps what was typed, also where the page is drawn again.
 */
export const useTyped = (current: string, commit: (text: string) => void) => {
  const [typed, setTyped] = useState<string>()
  const flush = () => {
    commit(typed ?? current)
    setTyped(undefined)
  }
  useEffect(() => {
    if (typed === undefined) return
    const timer = setTimeout(flush, pause)
    return () => clearTimeout(timer)
  }, [typed])
  const onInput = (event: { readonly currentTarget: { readonly value: string } }) => setTyped(event.currentTarget.value)
  return { value: typed ?? current, onInput, flush }
}
