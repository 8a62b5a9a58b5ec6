/**
 * One group of the contract as a client: the methods and streams of `InventClient` for that group, and none of the code
 * of the others. For a function in the cloud that makes a few calls and whose size counts.
 *
 * ```ts
 * import { Messages } from "@effect-invent/domain/api/Messages"
 *
 * const messages = yield* InventGroup.make(Messages, { apiKey })
 * yield* messages.list({ path: { chat_id } })
 * ```
 *
 * Each has a rate limit and a retry budget of its own. Who uses several groups shares one limit by `makeShared`, or
 * takes `InventClient`, which has them all and the WebSockets, too.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Endpoints from "./internal/contract/Endpoints.ts"
import * as Pipeline from "./internal/pipeline/Pipeline.ts"
import type { ClientMethods } from "./ClientMethods.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Settings from "./Settings.ts"

/** The methods of a group of the contract. */
export type Group<Name extends keyof ClientMethods> = ClientMethods[Name]

/** A group of the contract, from `@effect-invent/domain/api`. */
export interface Contract<Name extends keyof ClientMethods> {
  readonly identifier: Name
}

const fromSettings = <Name extends keyof ClientMethods>(contract: Contract<Name>, settings: Settings.Settings) =>
  Effect.gen(function* () {
    const step = yield* Pipeline.make(yield* HttpClient.HttpClient, yield* RateLimit.RateLimit, settings)
    return Endpoints.make({ group: contract as unknown as Endpoints.Groups[string] }, step, settings)[
      contract.identifier
    ]
  })

/** The client of a group. Fails with a `ConfigError` that names the option when one is out of range. */
export const make = <Name extends keyof ClientMethods>(
  contract: Contract<Name>,
  options: Settings.Options
): Effect.Effect<Group<Name>, ConfigError, HttpClient.HttpClient> =>
  Effect.flatMap(
    Effect.suspend(() => Settings.make(options)),
    (settings) =>
      Effect.provideServiceEffect(
        fromSettings(contract, settings),
        RateLimit.RateLimit,
        RateLimit.make(settings.rateLimit)
      )
  )

/** As `make`, with the `RateLimit` of the surroundings and its options. */
export const makeShared = <Name extends keyof ClientMethods>(
  contract: Contract<Name>,
  options: Omit<Settings.Options, "rateLimit">
): Effect.Effect<Group<Name>, ConfigError, HttpClient.HttpClient | RateLimit.RateLimit> =>
  Effect.flatMap(
    Effect.suspend(() => Settings.make(options)),
    (settings) => fromSettings(contract, settings)
  )
