/**
 * A crowd and its Invent, a network between Invent and the schedulers that fails by the name's seed, and a folder for
 * the schedulers.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Crowd from "../Crowd.ts"
import * as Proxy from "../Proxy.ts"

export const make = (name: string, weather: Proxy.Weather, people: number, ordeal?: Parameters<typeof Crowd.make>[2]) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { apiKey, url } = yield* Emulator.Emulator
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, Crowd.policy)
    const runtime = yield* Effect.runtime()
    const random = Random.make(`weather of ${name}`)
    const proxy = yield* Proxy.make(url, weather, () => Runtime.runSync(runtime)(random.next))
    const crowd = yield* Crowd.make(people, `${cwd}/ids.txt`, ordeal)
    const env = {
      INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
      INVENT_BASE_URL: proxy.url,
      INVENT_RATE_WINDOW: "1 second"
    }
    return { crowd, cwd, env, proxy }
  })
