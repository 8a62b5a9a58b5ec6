/** The operator page: draws each overview that the server sends. */
import * as DateTime from "effect/DateTime"
import { render } from "preact"
import { useEffect, useMemo, useState } from "preact/hooks"
import type { Caller, Overview } from "../src/operatorPage/Api.ts"
import { type Address, change, Here, useAddress } from "./Address.ts"
import { ConversationDialog } from "./Conversation.tsx"
import * as Format from "./Format.ts"
import { HoldoutsPanel } from "./Holdouts.tsx"
import { OutcomesPanel } from "./Outcomes.tsx"
import { QuotaPanel } from "./Quota.tsx"
import { RecentPanel } from "./Recent.tsx"
import { Names, OrgOf } from "./ChatLink.tsx"
import { SearchPanel } from "./Search.tsx"
import { SearchBox } from "./SearchBox.tsx"
import * as Server from "./Server.ts"
import { UnresolvedPanel } from "./Unresolved.tsx"
import { UpcomingPanel } from "./Upcoming.tsx"

interface Known {
  readonly overview: Overview
  /** On the browser's own clock, which may differ from the server's. */
  readonly receivedAt: number
}

/** Until the server has said who makes the calls, nothing can be changed. */
const unknownCaller: Caller = { name: null, mayChange: false }

type Link = "connecting" | "live" | "lost" | "token wanted"

const useServer = () => {
  const [known, setKnown] = useState<Known>()
  const [caller, setCaller] = useState(unknownCaller)
  const [link, setLink] = useState<Link>("connecting")
  const [attempt, setAttempt] = useState(0)
  useEffect(
    () =>
      Server.listen({
        onOverview: (overview) => {
          setKnown({ overview, receivedAt: performance.now() })
          setLink("live")
        },
        onLost: () => setLink("lost"),
        onTokenWanted: () => setLink("token wanted")
      }),
    [attempt]
  )
  useEffect(() => {
    // Where this fails, the connection is lost, too, and comes back.
    if (link === "live") Server.call((calls) => calls.operator()).then(setCaller, () => setCaller(unknownCaller))
  }, [link])
  return { caller, known, link, retry: () => setAttempt(attempt + 1) }
}

/** The server's time in epoch milliseconds, renewed each second; 0 before the first overview. */
const useNow = (known: Known | undefined): number => {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return known === undefined ? 0 : known.overview.now.epochMillis + performance.now() - known.receivedAt
}

const TokenForm = ({ onToken }: { readonly onToken: () => void }) => (
  <form
    class="token panel"
    onSubmit={(event) => {
      event.preventDefault()
      Server.rememberToken(String(new FormData(event.currentTarget).get("token") ?? "").trim())
      onToken()
    }}
  >
    <label>
      Token of this scheduler
      <input name="token" type="password" autocomplete="current-password" required />
    </label>
    <button type="submit">Enter</button>
  </form>
)

const resumeWords = (to_confirm: number | null): string =>
  to_confirm === null ? "Resume" : `Resume, and write to ${to_confirm} contacts`

const Switch = ({
  caller,
  now,
  overview,
  say
}: {
  readonly caller: Caller
  readonly now: number
  readonly overview: Overview
  readonly say: (words: string) => void
}) => {
  const since = overview.paused_since
  const turn = () =>
    Server.call<void, { readonly message: string }>((calls) =>
      since === null ? calls.pause() : calls.resume({ payload: { confirm: overview.to_confirm } })
    ).then(
      () => say(since === null ? "Paused: nothing is sent." : "Resumed."),
      (error: Error) => say(`That did not work: ${error.message}.`)
    )
  return (
    <div class="switch">
      <span class={since === null ? "state running" : "state paused"}>
        {since === null ? "Running" : `Paused ${Format.ago(now, since)}`}
      </span>
      {caller.mayChange && (
        <button type="button" class={since === null ? "" : "primary"} onClick={turn}>
          {since === null ? "Pause" : resumeWords(overview.to_confirm)}
        </button>
      )}
    </div>
  )
}

const sinceWords = (policies: Overview["policies"]): string =>
  policies
    .map(({ effective_from, id }) => {
      const by = policies.length === 1 ? "" : ` by ${id}`
      return effective_from === null
        ? `Messages of ours are followed up${by} however old they are`
        : `Messages of ours from before ${DateTime.formatIso(effective_from)} are left alone${by}`
    })
    .join("\n")

/** The operator of the token, and whether it only reads. */
const CallerLabel = ({ caller: { mayChange, name } }: { readonly caller: Caller }) =>
  name === null ? null : (
    <span class="caller">
      <bdi>{name}</bdi>
      {!mayChange && ", read only"}
    </span>
  )

const Header = ({
  address,
  caller,
  known,
  link,
  now,
  say
}: {
  readonly address: Address
  readonly caller: Caller
  readonly known: Known | undefined
  readonly link: Link
  readonly now: number
  readonly say: (words: string) => void
}) => (
  <header class="top">
    <h1>Follow-ups</h1>
    {known !== undefined && (
      <span class="policy" title={sinceWords(known.overview.policies)}>
        {known.overview.policy}
      </span>
    )}
    <span class={`link ${link.replace(" ", "-")}`}>{link === "lost" ? "not connected" : link}</span>
    <span class="space" />
    {known !== undefined && (
      <>
        <SearchBox find={address.search?.find ?? ""} />
        <CallerLabel caller={caller} />
        <Switch caller={caller} now={now} overview={known.overview} say={say} />
      </>
    )}
  </header>
)

const Board = ({
  address,
  caller,
  known,
  now,
  say
}: {
  readonly address: Address
  readonly caller: Caller
  readonly known: Known
  readonly now: number
  readonly say: (words: string) => void
}) => (
  <>
    {known.overview.troubles.map(({ words }) => (
      <p class="trouble">{words}</p>
    ))}
    {address.search !== undefined && <SearchPanel fields={address.search} overview={known.overview} />}
    <UnresolvedPanel
      caller={caller}
      inForce={known.overview.policies}
      now={now}
      say={say}
      unresolved={known.overview.unresolved}
    />
    <UpcomingPanel now={now} overview={known.overview} />
    <div class="side">
      <QuotaPanel quota={known.overview.quota} />
      <OutcomesPanel outcomes={known.overview.outcomes} />
      <HoldoutsPanel holdouts={known.overview.holdouts} />
    </div>
    <RecentPanel now={now} recent={known.overview.recent} />
  </>
)

/** A line about what was just done; it is shown for 15 seconds. */
const useSaid = (): readonly [said: string, say: (words: string) => void] => {
  const [said, setSaid] = useState({ words: "" })
  useEffect(() => {
    const timer = setTimeout(() => setSaid({ words: "" }), 15_000)
    return () => clearTimeout(timer)
  }, [said])
  return [said.words, (words) => setSaid({ words })]
}

/** Shows the number of follow-ups of unknown outcome, and a pause, in the title of the tab. */
const useTitle = (overview: Overview | undefined): void => {
  const unresolved = overview?.unresolved.total ?? 0
  const isPaused = overview !== undefined && overview.paused_since !== null
  useEffect(() => {
    document.title = `${unresolved > 0 ? `(${unresolved}) ` : ""}Follow-ups${isPaused ? ", paused" : ""}`
  }, [unresolved, isPaused])
}

const Page = () => {
  const { caller, known, link, retry } = useServer()
  const now = useNow(known)
  const address = useAddress()
  const chat_id = address.chat
  const [said, say] = useSaid()
  useTitle(known?.overview)
  const names = useMemo(() => new Map(known?.overview.names), [known])
  const orgOf = useMemo(() => new Map(known?.overview.org_of), [known])
  const lastOf = (id: string) => known?.overview.recent.find((happening) => happening.chat_id === id)
  return (
    <Here.Provider value={address}>
      <Names.Provider value={names}>
        <OrgOf.Provider value={orgOf}>
          <Header address={address} caller={caller} known={known} link={link} now={now} say={say} />
          <p class="said" role="status">
            {said}
          </p>
          <main class={link === "lost" ? "stale" : ""}>
            {link === "token wanted" ? (
              <TokenForm onToken={retry} />
            ) : known === undefined ? (
              <p class="empty">Connecting…</p>
            ) : (
              <Board address={address} caller={caller} known={known} now={now} say={say} />
            )}
          </main>
          {chat_id !== undefined && (
            <ConversationDialog
              key={chat_id}
              chat_id={chat_id}
              version={`${lastOf(chat_id)?.at.epochMillis}${lastOf(chat_id)?.words}`}
              onClose={() => change((address) => ({ ...address, chat: undefined }))}
            />
          )}
        </OrgOf.Provider>
      </Names.Provider>
    </Here.Provider>
  )
}

render(<Page />, document.getElementById("page")!)
