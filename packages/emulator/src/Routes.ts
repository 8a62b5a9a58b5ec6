/** Which endpoint of the contract a request is for, known before the request is let in. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import { ChatId } from "@effect-invent/domain/Ids"
import * as HttpApi from "@effect/platform/HttpApi"

interface Route {
  readonly endpoint: string
  readonly method: string
  readonly pattern: RegExp
}

const routes: Array<Route> = []

HttpApi.reflect(InventApi.InventApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) =>
    routes.push({
      endpoint: `${group.identifier}.${endpoint.name}`,
      method: endpoint.method,
      pattern: new RegExp(`^${endpoint.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`)
    })
})

/** Group and method, as in `state.update`, and the chat that the path names. */
export const find = (
  method: string,
  path: string
): { readonly endpoint: string | null; readonly chat_id: ChatId | null } => {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(path) : null
    if (match === null) continue
    const chat_id = match.groups?.["chat_id"]
    return { endpoint: route.endpoint, chat_id: chat_id === undefined ? null : ChatId.make(chat_id) }
  }
  return { endpoint: null, chat_id: null }
}
