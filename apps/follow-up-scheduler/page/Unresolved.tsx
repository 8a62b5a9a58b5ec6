/** Follow-ups of unknown outcome: the operator decides about each. */
import { useState } from "preact/hooks"
import type { Caller, Overview, Resolution, Unresolved } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"
import * as Server from "./Server.ts"

interface Props {
  readonly caller: Caller
  readonly now: number
  readonly inForce: Overview["policies"]
  readonly say: (words: string) => void
}

/** Gives the keyboard focus to this element, because the button that was pressed is gone. */
const takeFocus = (element: HTMLElement | null): void => element?.focus()

type Asked = "never" | "now" | "before"

/** The two choices; before the second one is taken, a question. */
const Choice = ({
  asked,
  isBusy,
  onAsked,
  onResolve
}: {
  readonly asked: Asked
  readonly isBusy: boolean
  readonly onAsked: (asked: Asked) => void
  readonly onResolve: (as: Resolution["as"]) => void
}) =>
  asked === "now" ? (
    <p key="sure" class="actions">
      <strong>The customer may get it twice.</strong>
      <button type="button" class="danger" disabled={isBusy} onClick={() => onResolve("send_again")}>
        Send it anyway
      </button>
      <button type="button" disabled={isBusy} ref={takeFocus} onClick={() => onAsked("before")}>
        Cancel
      </button>
    </p>
  ) : (
    <p key="choice" class="actions">
      <button type="button" disabled={isBusy} onClick={() => onResolve("delivered")}>
        Assume delivered
      </button>
      <button
        type="button"
        disabled={isBusy}
        ref={asked === "before" ? takeFocus : null}
        onClick={() => onAsked("now")}
      >
        Send again…
      </button>
    </p>
  )

const Case = ({ caller, inForce, now, say, unresolved }: Props & { readonly unresolved: Unresolved }) => {
  const [asked, setAsked] = useState<Asked>("never")
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
      {caller.mayChange && <Choice asked={asked} isBusy={isBusy} onAsked={setAsked} onResolve={resolve} />}
    </li>
  )
}

/**
 * The follow-ups of unknown outcome, with two choices: assume delivered, or send again after a second question. Nothing
 * where there are none. `say` shows a line with the result.
 */
export const UnresolvedPanel = ({
  caller,
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
          <Case key={one.key} caller={caller} inForce={inForce} now={now} say={say} unresolved={one} />
        ))}
      </ul>
      {unresolved.total > unresolved.first.length && (
        <p class="more">and {unresolved.total - unresolved.first.length} more</p>
      )}
    </section>
  )
