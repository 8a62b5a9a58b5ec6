/** The chats and follow-ups that are searched for, and the filters of the search. */
import * as Option from "effect/Option"
import { useEffect, useRef, useState } from "preact/hooks"
import type { Filters, Found, Overview, Position } from "../src/operatorPage/Api.ts"
import { change, type Fields, filtersOf, outcomeField } from "./Address.ts"
import { ChatLink } from "./ChatLink.tsx"
import { FoundTable, keyOf } from "./FoundTable.tsx"
import * as Server from "./Server.ts"
import { useTyped } from "./Typed.ts"

/** What was read so far. `next`: where to read on; null after the end. */
interface Loaded {
  readonly found: ReadonlyArray<Found>
  readonly next: Position | null
  readonly read: number
  /** Whether the latest request has found anything. */
  readonly hasGained: boolean
  readonly isBusy: boolean
  readonly error?: string
}

const begun: Loaded = { found: [], next: null, read: 0, hasGained: true, isBusy: true }

const readMore = (filters: Filters, before: Loaded): Promise<Loaded> =>
  Server.call((calls) =>
    calls.search({ payload: { ...filters, ...(before.next !== null && { after: before.next }) } })
  ).then(
    ({ found, next, read }) => {
      // A row appears once, also where it changed its place while the search was read.
      const known = new Set(before.found.map(keyOf))
      const more = found.filter((row) => !known.has(keyOf(row)))
      return {
        found: [...before.found, ...more],
        next,
        read: before.read + read,
        hasGained: more.length > 0,
        isBusy: false
      }
    },
    (error: Error) => ({ ...before, isBusy: false, error: error.message })
  )

/** The rows of a search, from the start whenever its filters change, and a function that reads on. */
const useSearch = (filters: Filters): readonly [loaded: Loaded, more: () => void] => {
  const [loaded, setLoaded] = useState(begun)
  const wanted = useRef({})
  const readFrom = (before: Loaded) => {
    const search = {}
    wanted.current = search
    setLoaded({ ...before, isBusy: true })
    void readMore(filters, before).then((after) => wanted.current === search && setLoaded(after))
  }
  useEffect(() => readFrom(begun), [JSON.stringify(filters)])
  return [loaded, () => readFrom(loaded)]
}

const set = (field: keyof Fields, value: string): void =>
  change((address) => ({ ...address, search: address.search && { ...address.search, [field]: value } }))

const TypedFilter = ({
  field,
  fields,
  label,
  ...input
}: {
  readonly list?: string
  readonly min?: number
  readonly placeholder?: string
  readonly type?: "number" | "date"
  readonly field: keyof Fields
  readonly fields: Fields
  readonly label: string
}) => {
  const { onInput, value } = useTyped(fields[field], (text) => set(field, text))
  return (
    <label>
      <span>{label}</span>
      <input {...input} autocomplete="off" value={value} onInput={onInput} />
    </label>
  )
}

const policyNames = (policies: Overview["policies"]): ReadonlyArray<string> => [
  ...new Set(policies.map(({ id }) => id.slice(0, id.lastIndexOf("@"))))
]

const OrgFilter = ({ orgs, value }: { readonly orgs: ReadonlyArray<string>; readonly value: string }) => (
  <label>
    <span>Organization</span>
    <select value={value} onChange={({ currentTarget }) => set("org", currentTarget.value)}>
      <option value="">any</option>
      {orgs
        .filter((org) => org !== "")
        .map((org) => (
          <option key={org} value={org}>
            {org}
          </option>
        ))}
    </select>
  </label>
)

const FilterFields = ({ fields, overview }: { readonly fields: Fields; readonly overview: Overview }) => {
  const outcomes = overview.outcomes.map((outcome) => ({ value: outcomeField(outcome), words: outcome.words }))
  const isListed = fields.outcome === "" || outcomes.some(({ value }) => value === fields.outcome)
  return (
    <div class="filters" role="group" aria-label="Filters">
      <label>
        <span>Reason</span>
        <select value={fields.outcome} onChange={({ currentTarget }) => set("outcome", currentTarget.value)}>
          <option value="">any</option>
          {!isListed && <option value={fields.outcome}>{fields.outcome}</option>}
          {outcomes.map(({ value, words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <TypedFilter label="Policy" field="policy" fields={fields} list="policies" placeholder="any" />
      <datalist id="policies">
        {policyNames(overview.policies).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {(overview.orgs.length > 0 || fields.org !== "") && (
        <OrgFilter value={fields.org} orgs={[...new Set([...overview.orgs, fields.org])]} />
      )}
      <TypedFilter label="Step" field="step" fields={fields} type="number" min={1} placeholder="any" />
      <TypedFilter label="Day sent or due (UTC)" field="day" fields={fields} type="date" />
    </div>
  )
}

const countWords = ({ error, found, isBusy, next, read }: Loaded): string => {
  if (error !== undefined) return `That did not work: ${error}.`
  if (isBusy) return `Reading… ${found.length} found so far`
  const all = `${found.length} found`
  return next === null ? all : `${all} among the first ${read}`
}

const Results = ({
  fields,
  filters,
  overview
}: {
  readonly fields: Fields
  readonly filters: Filters
  readonly overview: Overview
}) => {
  const [loaded, more] = useSearch(filters)
  const id = fields.find.trim()
  const isMore = !loaded.isBusy && loaded.next !== null && loaded.error === undefined
  return (
    <>
      <p class="count-line">
        <span role="status" class={loaded.error === undefined ? "faint" : "notice"}>
          {countWords(loaded)}
        </span>
        {id !== "" && (
          <span class="exact">
            Names: those that this scheduler has read since it began. Open the chat with exactly this id:{" "}
            <ChatLink id={id} name={null} />
          </span>
        )}
      </p>
      {loaded.found.length > 0 && (
        <FoundTable
          found={loaded.found}
          hasOrgs={overview.orgs.length > 0}
          inForce={overview.policies}
          isWhole={loaded.next === null}
          onNearEnd={() => isMore && loaded.hasGained && more()}
        />
      )}
      {(isMore || loaded.error !== undefined) && (
        <p class="more">
          <button type="button" onClick={more}>
            Read on
          </button>
        </p>
      )}
    </>
  )
}

/** Lists what is searched for. The filters are in the page's address. */
export const SearchPanel = ({ fields, overview }: { readonly fields: Fields; readonly overview: Overview }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  const filters = filtersOf(fields)
  // A reason that was chosen further down opens the list up here.
  useEffect(() => {
    if (fields.outcome !== "" && !heading.current?.closest("section")?.contains(document.activeElement)) {
      heading.current?.focus()
    }
  }, [fields.outcome])
  return (
    <section class="panel found" aria-labelledby="found">
      <header>
        <h2 id="found" ref={heading} tabIndex={-1}>
          Search
        </h2>
        <FilterFields fields={fields} overview={overview} />
        <button type="button" onClick={() => change((address) => ({ ...address, search: undefined }))}>
          Close
        </button>
      </header>
      {Option.match(filters, {
        onNone: () => (
          <p class="notice">
            One of the filters cannot be used: a step is a whole number from 1, a day is written as 2026-07-15, and a
            text has at most 100 characters.
          </p>
        ),
        onSome: (filters) => <Results fields={fields} filters={filters} overview={overview} />
      })}
    </section>
  )
}
