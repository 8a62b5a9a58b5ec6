/**
 * What the page's address says: the chat that is open, and what is searched for. All of it is in the fragment, which a
 * browser sends to no server, so ids and names stay out of logs. It can be bookmarked.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createContext } from "preact"
import { useContext, useEffect, useState } from "preact/hooks"
import { Filters, type Outcome } from "../src/operatorPage/Api.ts"

const names = ["find", "outcome", "policy", "org", "step", "day"] as const

/** The search box and the filters, as they were typed; empty where nothing was. */
export type Fields = Readonly<Record<(typeof names)[number], string>>

/** What the page's address says. */
export interface Address {
  readonly chat: string | undefined
  /** Undefined where nothing is searched for. */
  readonly search: Fields | undefined
}

/** The fields of a search for everything. */
export const noFields: Fields = { find: "", outcome: "", policy: "", org: "", step: "", day: "" }

/** The value of the field `outcome`. */
export const outcomeField = ({ decision, reason, sent }: Pick<Outcome, "decision" | "reason" | "sent">): string =>
  `${decision}.${reason ?? ""}.${sent}`

const parse = (fragment: string): Address => {
  const given = new URLSearchParams(fragment.slice(1))
  const field = (name: string) => given.get(name) ?? ""
  const [find, outcome, policy, org, step, day] = [
    field("find"),
    field("outcome"),
    field("policy"),
    field("org"),
    field("step"),
    field("day")
  ]
  return {
    chat: given.get("chat") ?? undefined,
    search: names.some((name) => given.has(name)) ? { find, outcome, policy, org, step, day } : undefined
  }
}

/** The address as a fragment. `find` is there also where it is empty: a search for everything. */
export const format = ({ chat, search }: Address): string => {
  const given = new URLSearchParams()
  if (search !== undefined) given.set("find", search.find)
  for (const name of names) if (search !== undefined && search[name] !== "") given.set(name, search[name])
  if (chat !== undefined) given.set("chat", chat)
  return `#${given}`
}

const decode = Schema.decodeUnknownOption(Filters)

/** The filters that the fields stand for; none where a field has a text that is no such filter. */
export const filtersOf = ({ day, find, org, outcome, policy, step }: Fields): Option.Option<Filters> => {
  const [decision, reason, sent] = outcome.split(".")
  return decode({
    ...(find.trim() !== "" && { text: find.trim() }),
    ...(outcome !== "" && { outcome: { decision, reason: reason || null, sent: Number(sent) } }),
    ...(policy.trim() !== "" && { policy: policy.trim() }),
    ...(org !== "" && { org }),
    ...(step !== "" && { step: Number(step) }),
    ...(day !== "" && { day })
  })
}

/** The address that the page shows. */
export const Here = createContext<Address>({ chat: undefined, search: undefined })

/** The fragment that opens a chat beside what is searched for. */
export const useFragmentOf = (chat: string): string => format({ ...useContext(Here), chat })

/** Changes the address. A search that goes on takes the place of the entry in the browser's history. */
export const change = (next: (address: Address) => Address): void => {
  const before = parse(location.hash)
  const after = next(before)
  const isTyping = before.search !== undefined && after.search !== undefined && before.chat === after.chat
  if (isTyping) history.replaceState(null, "", format(after))
  else history.pushState(null, "", format(after))
  dispatchEvent(new HashChangeEvent("hashchange"))
}

/** The address, followed as it changes. */
export const useAddress = (): Address => {
  const [fragment, setFragment] = useState(location.hash)
  useEffect(() => {
    const onChange = () => setFragment(location.hash)
    addEventListener("hashchange", onChange)
    addEventListener("popstate", onChange)
    return () => {
      removeEventListener("hashchange", onChange)
      removeEventListener("popstate", onChange)
    }
  }, [])
  return parse(fragment)
}
