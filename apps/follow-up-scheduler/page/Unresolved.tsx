/** Follow-ups of unknown outcome: the operator decides about each. */
import { useState } from "preact/hooks"
import type { Overview, Resolution, Unresolved } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"
import * as Server from "./Server.ts"

interface Props {
  readonly now: number
  readonly inForce: Overview["policies"]
  readonly say: (words: string) => void
}

/** Gives the keyboard focus to this element, because the button that was pressed is gone. */
const takeFocus = (element: HTMLElement | null): void => element?.focus()

const Case = ({ inForce, now, say, unresolved }: Props & { readonly unresolved: Unresolved }) => {
  const [asked, setAsked] = useState<"never" | "now" | "before">("never")
  const [isBusy, setBusy] = useState(false)
  const { chat_id, follow_up_at, key, why } = unresolved

  const resolve = (as: Resolution["as"]) => {
    setBusy(true)
    Server.call((calls) => calls.resolve({ path: { key }, payload: { as } })).then(
      () => say(`Chat ${chat_id}: ${as === "delivered" ? "taken as delivered" : "it is sent again"}.`),
      (error: Error) => {
        setBusy(false)
        say(`Chat ${chat_id} could not be resolved: ${error.message}.`)
      }
    )
  }

  return (
    <li>
      <p>
        <ChatLink id={chat_id} />
        <span class="step">{Format.step(unresolved, inForce)}</span>
        {follow_up_at !== null && (
          <time class="faint" dateTime={Format.exact(follow_up_at)} title={Format.exact(follow_up_at)}>
            {Format.ago(now, follow_up_at)}
          </time>
        )}
        <br />
        {why}
      </p>
      {asked === "now" ? (
        <p key="sure" class="actions">
          <strong>The customer may get it twice.</strong>
          <button type="button" class="danger" disabled={isBusy} onClick={() => resolve("send_again")}>
            Send it anyway
          </button>
          <button type="button" disabled={isBusy} ref={takeFocus} onClick={() => setAsked("before")}>
            Cancel
          </button>
        </p>
      ) : (
        <p key="choice" class="actions">
          <button type="button" disabled={isBusy} onClick={() => resolve("delivered")}>
            Assume delivered
          </button>
          <button
            type="button"
            disabled={isBusy}
            ref={asked === "before" ? takeFocus : null}
            onClick={() => setAsked("now")}
          >
            Send again…
          </button>
        </p>
      )}
    </li>
  )
}

/**
 * The follow-ups of unknown outcome, with two choices: assume delivered, or send again after a second question. Nothing
 * where there are none. `say` shows a line with the result.
 */
export const UnresolvedPanel = ({
  inForce,
  now,
  say,
  unresolved
}: Props & { readonly unresolved: Overview["unresolved"] }) =>
  unresolved.total === 0 ? null : (
    <section class="panel unresolved" aria-labelledby="unresolved">
      <header>
        <h2 id="unresolved">
          Outcome unknown <span class="count">{unresolved.total}</span>
        </h2>
      </header>
      <ul>
        {unresolved.first.map((one) => (
          <Case key={one.key} inForce={inForce} now={now} say={say} unresolved={one} />
        ))}
      </ul>
      {unresolved.total > unresolved.first.length && (
        <p class="more">and {unresolved.total - unresolved.first.length} more</p>
      )}
    </section>
  )
