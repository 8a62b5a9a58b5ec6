/** The path of each endpoint as OpenTelemetry writes a template: `/chats/{chat_id}/messages`. */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as HttpApi from "@effect/platform/HttpApi"

export const templates: ReadonlyMap<string, string> = (() => {
  const found = new Map<string, string>()
  HttpApi.reflect(CallableApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      found.set(`${group.identifier}.${endpoint.name}`, endpoint.path.replaceAll(/:(\w+)/g, "{$1}"))
    }
  })
  return found
})()
