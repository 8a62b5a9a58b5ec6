/** The page's server by itself, over an empty ledger and a service that has nothing to say. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as QuotaUsage from "../src/Operations/QuotaUsage.ts"
import * as Server from "../src/operatorPage/Server.ts"
import * as PolicyVersions from "../src/Policies/PolicyVersions.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Timer from "../src/Timer.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const invent = InventClient.layerMock({ messages: { stream: () => Stream.empty } })
const meter = Layer.provide(QuotaUsage.layer(RateLimit.defaults), RateLimit.layerMemory())
const policy = Layer.succeed(ActivePolicy, Build.policy())
const database = Databases.sqlite

export const layer = (options: Server.Options, env: Record<string, string> = {}) =>
  Server.layer(options).pipe(
    Layer.provide(PolicyVersions.layer),
    Layer.provide(Health.layer(Thresholds.defaults, Duration.zero)),
    Layer.provideMerge(Erasure.layer),
    Layer.provideMerge(Ledger.layer),
    Layer.provideMerge(meter),
    Layer.provideMerge(database),
    Layer.provide([invent, Timer.layerNone, policy, NodeContext.layer]),
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))))
  )
