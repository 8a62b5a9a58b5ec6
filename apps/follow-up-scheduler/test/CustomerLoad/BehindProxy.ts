/**
 * Simulated customers and their Invent, a network between Invent and the schedulers that fails by the name's seed, and
 * a folder for the schedulers.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as CustomerLoad from "../CustomerLoad.ts"
import * as Proxy from "../Proxy.ts"

export const make = (
  name: string,
  rates: Proxy.FaultRates,
  people: number,
  disruptions?: Parameters<typeof CustomerLoad.make>[2]
) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { apiKey, url } = yield* Emulator.Emulator
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, CustomerLoad.policy)
    const runtime = yield* Effect.runtime()
    const random = Random.make(`weather of ${name}`)
    const proxy = yield* Proxy.make(url, rates, () => Runtime.runSync(runtime)(random.next))
    const load = yield* CustomerLoad.make(people, `${cwd}/ids.txt`, disruptions)
    const env = {
      INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
      INVENT_BASE_URL: proxy.url,
      INVENT_RATE_WINDOW: "1 second"
    }
    return { load, cwd, env, proxy }
  })
