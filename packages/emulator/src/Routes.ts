/** Which endpoint of the contract a request is for, known before the request is let in. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as HttpApi from "@effect/platform/HttpApi"
import type { HttpApiEndpoint } from "@effect/platform/HttpApiEndpoint"
import * as Arr from "effect/Array"
import * as Order from "effect/Order"

/** An endpoint of the contract, and its path cut at the slashes. */
export interface Route {
  readonly group: string
  readonly endpoint: HttpApiEndpoint.AnyWithProps
  /** Group and method, as in `state.update`. */
  readonly name: string
  readonly segments: ReadonlyArray<string>
}

const found: Array<Route> = []

HttpApi.reflect(InventApi.InventApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group: { identifier: group } }) =>
    found.push({
      group,
      endpoint: endpoint as unknown as HttpApiEndpoint.AnyWithProps,
      name: `${group}.${endpoint.name}`,
      segments: endpoint.path.split("/")
    })
})

/** All of them, in the order of the contract. */
export const routes: ReadonlyArray<Route> = found

const isParameter = (segment: string) => segment.startsWith(":")

/** A name in a path comes before an id that could be that name: `/actions/reorder` before `/actions/:action_id`. */
const bySpecificity = Order.mapInput(Order.number, ({ segments }: Route) => segments.filter(isParameter).length)

const shapeOf = (method: string, segments: ReadonlyArray<string>) => `${method} ${segments.length}`

const byShape = Arr.groupBy(Arr.sort(routes, bySpecificity), ({ endpoint, segments }) =>
  shapeOf(endpoint.method, segments)
)

/** All of them, as in `state.update`. */
export const endpoints: ReadonlyArray<string> = routes.map(({ name }) => name)

/** The endpoint of a request, and whom its path names. */
export interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
  readonly chat_id: ChatId | null
  readonly contact_id: ContactId | null
}

/** Undefined where the bytes that it stands for are no text. */
const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

const paramsOf = (route: Route, segments: ReadonlyArray<string>): Record<string, string> | undefined => {
  const params: Record<string, string> = {}
  for (const [index, expected] of route.segments.entries()) {
    const segment = segments[index]!
    if (!isParameter(expected)) {
      if (segment !== expected) return undefined
      continue
    }
    const value = decoded(segment)
    if (value === undefined || value === "") return undefined
    params[expected.slice(1)] = value
  }
  return params
}

/** Finds the endpoint of a method and path, with the ids in the path. Undefined where there is none. */
export const find = (method: string, path: string): Found | undefined => {
  const segments = path.split("/")
  // An answer to HEAD has the headers of one to GET.
  for (const route of byShape[shapeOf(method === "HEAD" ? "GET" : method, segments)] ?? []) {
    const params = paramsOf(route, segments)
    if (params === undefined) continue
    const { chat_id, contact_id } = params
    return {
      route,
      params,
      chat_id: chat_id === undefined ? null : ChatId.make(chat_id),
      contact_id: contact_id === undefined ? null : ContactId.make(contact_id)
    }
  }
  return undefined
}
