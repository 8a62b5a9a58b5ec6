/** The rows of a search: chats, each with a follow-up where one is searched for. */
import type { Found, Overview } from "../src/operatorPage/Api.ts"
import { ChatLink } from "./ChatLink.tsx"
import * as Format from "./Format.ts"

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

const Row = ({ found, inForce }: { readonly found: Found; readonly inForce: Overview["policies"] }) => (
  <tr role="row">
    <th role="rowheader" scope="row">
      <ChatLink id={found.chat_id} name={found.name} />
      {found.contact_id !== null && <bdi class="faint">{found.contact_id}</bdi>}
    </th>
    <td role="cell">{found.follow_up !== null && <FollowUp followUp={found.follow_up} inForce={inForce} />}</td>
    <td role="cell">
      {found.outcome ?? "no decision on record"}
      {found.decided_at !== null && (
        <time class="faint" dateTime={Format.exact(found.decided_at)}>
          {Format.minute(found.decided_at)}
        </time>
      )}
    </td>
  </tr>
)

/** A table of what was found; nothing where nothing was. */
export const FoundTable = ({
  found,
  inForce
}: {
  readonly found: ReadonlyArray<Found>
  readonly inForce: Overview["policies"]
}) =>
  found.length === 0 ? null : (
    <table role="table" aria-label="Found">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            Chat and contact
          </th>
          <th role="columnheader" scope="col">
            Follow-up (UTC)
          </th>
          <th role="columnheader" scope="col">
            Latest decision (UTC)
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {found.map((row) => (
          <Row key={row.follow_up?.key ?? row.chat_id} found={row} inForce={inForce} />
        ))}
      </tbody>
    </table>
  )
