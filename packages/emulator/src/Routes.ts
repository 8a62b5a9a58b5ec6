/** Which endpoint of the contract a request is for, known before the request is let in. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as HttpApi from "@effect/platform/HttpApi"
import * as Arr from "effect/Array"
import * as Order from "effect/Order"

interface Route {
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly pattern: RegExp
}

const routes: Array<Route> = []

HttpApi.reflect(InventApi.InventApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) =>
    routes.push({
      endpoint: `${group.identifier}.${endpoint.name}`,
      method: endpoint.method,
      path: endpoint.path,
      pattern: new RegExp(`^${endpoint.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`)
    })
})

/** A name in a path comes before an id that could be that name: `/actions/reorder` before `/actions/:action_id`. */
const bySpecificity = Order.mapInput(
  Order.number,
  ({ path }: Route) => path.split("/").filter((part) => part.startsWith(":")).length
)

const inOrder = Arr.sort(routes, bySpecificity)

/** All of them, as in `state.update`. */
export const endpoints: ReadonlyArray<string> = routes.map(({ endpoint }) => endpoint)

/** Group and method, as in `state.update`, and whom the path names. */
export interface Found {
  readonly endpoint: string | null
  readonly chat_id: ChatId | null
  readonly contact_id: ContactId | null
}

/** Finds the endpoint of a method and path, with the ids in the path. An endpoint of `null` where there is none. */
export const find = (method: string, path: string): Found => {
  for (const route of inOrder) {
    const match = route.method === method ? route.pattern.exec(path) : null
    if (match === null) continue
    const { chat_id, contact_id } = match.groups ?? {}
    return {
      endpoint: route.endpoint,
      chat_id: chat_id === undefined ? null : ChatId.make(chat_id),
      contact_id: contact_id === undefined ? null : ContactId.make(contact_id)
    }
  }
  return { endpoint: null, chat_id: null, contact_id: null }
}
