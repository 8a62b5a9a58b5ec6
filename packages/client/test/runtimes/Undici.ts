import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Lines from "./Lines.ts"

Lines.serve(NodeHttpClient.layerUndici)
