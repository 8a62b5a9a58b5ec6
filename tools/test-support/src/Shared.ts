/** What all test files of a run share; the process that `Setup` runs in starts it at the first request. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { inject } from "vitest"
import type {} from "./Setup.ts"

const request = (path: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${inject("shared")}${path}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text
  })

/** An empty PostgreSQL database that is this caller's alone, on the server that all share. */
export const database = Effect.map(request("/database"), (url) => Redacted.make(url))

/** The password of every such database. */
export const password = request("/password")

/** Where a browser accepts connections, as `chromium.connect` of playwright-core takes it. */
export const browser = request("/browser")

/** The folder with the tarballs of all packages, as they are published. */
export const tarballs = request("/tarballs")
