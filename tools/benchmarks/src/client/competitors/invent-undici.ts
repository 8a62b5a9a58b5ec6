import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { over } from "./invent.ts"

export const connect = over(NodeHttpClient.layerUndici)
