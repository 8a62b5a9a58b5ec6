/**
 * The rows of a search: chats, each with a follow-up where one is searched for. A table of any length, of which the
 * part in view is drawn.
 */
import { useEffect, useRef } from "preact/hooks"
import type { Found, Overview } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"
import { useVirtualRows } from "./VirtualRows.ts"

/** A chat, or one of its follow-ups. */
export const keyOf = ({ chat_id, follow_up }: Found): string => follow_up?.key ?? chat_id

const FollowUp = ({
  followUp,
  inForce
}: {
  readonly followUp: NonNullable<Found["follow_up"]>
  readonly inForce: Overview["policies"]
}) => (
  <>
    {Format.step({ ...followUp, action: null }, inForce)}, {followUp.status}{" "}
    <time dateTime={Format.exact(followUp.at)}>{Format.minute(followUp.at)}</time>
  </>
)

const Cells = ({
  found,
  hasOrgs,
  inForce
}: {
  readonly found: Found
  readonly hasOrgs: boolean
  readonly inForce: Overview["policies"]
}) => (
  <>
    <div role="rowheader">
      <ChatLink id={found.chat_id} name={found.name} org={hasOrgs ? found.org_id : null} />
      {found.contact_id !== null && <bdi class="faint">{found.contact_id}</bdi>}
    </div>
    <div role="cell">{found.follow_up !== null && <FollowUp followUp={found.follow_up} inForce={inForce} />}</div>
    <div role="cell">
      {found.outcome ?? "no decision on record"}
      {found.decided_at !== null && (
        <time class="faint" dateTime={Format.exact(found.decided_at)}>
          {Format.minute(found.decided_at)}
        </time>
      )}
    </div>
  </>
)

/** How near to the last row one is when more are read. */
const ahead = 20

/** The number of rows, that of the heading included, as screen readers announce it; -1 while it is unknown. */
const rowCount = (found: ReadonlyArray<Found>, isWhole: boolean): number => (isWhole ? found.length + 1 : -1)

/**
 * A table of what was found. `hasOrgs`: whether each chat names its organization. `onNearEnd` is called when its last
 * rows are in view.
 */
export const FoundTable = ({
  found,
  hasOrgs,
  inForce,
  isWhole,
  onNearEnd
}: {
  readonly found: ReadonlyArray<Found>
  readonly hasOrgs: boolean
  readonly inForce: Overview["policies"]
  readonly isWhole: boolean
  readonly onNearEnd: () => void
}) => {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualRows(scroller, found.length, (index) => keyOf(found[index]!))
  const isNearEnd = (rows.shown.at(-1)?.index ?? 0) >= found.length - ahead
  useEffect(() => {
    if (isNearEnd) onNearEnd()
  }, [isNearEnd, found])
  return (
    <div
      role="table"
      class="rows"
      aria-label="Found"
      aria-rowcount={rowCount(found, isWhole)}
      tabIndex={0}
      ref={scroller}
      onFocusIn={rows.onFocusIn}
      onFocusOut={rows.onFocusOut}
    >
      <div role="rowgroup" class="heads">
        <div role="row" aria-rowindex={1}>
          <div role="columnheader">Chat and contact</div>
          <div role="columnheader">Follow-up (UTC)</div>
          <div role="columnheader">Latest decision (UTC)</div>
        </div>
      </div>
      <div role="rowgroup" class="body" style={{ height: `${rows.height}px` }}>
        {rows.shown.map(({ index, key, start }) => (
          <div
            key={key}
            role="row"
            class="row"
            aria-rowindex={index + 2}
            data-index={index}
            ref={rows.measure}
            style={{ transform: `translateY(${start}px)` }}
          >
            <Cells found={found[index]!} hasOrgs={hasOrgs} inForce={inForce} />
          </div>
        ))}
      </div>
    </div>
  )
}
