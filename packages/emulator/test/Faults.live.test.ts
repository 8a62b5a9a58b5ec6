import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe } from "@effect/vitest"
import * as Layer from "effect/Layer"
import * as Emulator from "../src/Emulator.ts"
import { type Start, withWorldUnchecked } from "./Conformance.ts"
import { befalls } from "./FaultSuite.ts"

const overSocket: Start = (settings) =>
  withWorldUnchecked(Layer.merge(Emulator.layerServer(settings), NodeHttpClient.layerUndici))

describe("a fault over a socket", () => befalls(overSocket))
