/** The browser of this machine. Nothing is downloaded: where none is installed, there is none. */
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { chromium } from "playwright-core"

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** Its file: that of `CHROMIUM`, else of a usual place; undefined where this machine has none. */
export const executable = [process.env["CHROMIUM"] ?? "", ...candidates].find((file) => file !== "" && existsSync(file))

export const missing = "no browser is installed. Debian: apt-get install chromium"

/** Starts it for any number of test files; gives the address at which they connect to it. */
export const serve = Effect.acquireRelease(
  Effect.promise(() =>
    // Root cannot have Chromium's sandbox, and a container's /dev/shm is small.
    chromium.launchServer({
      executablePath: executable ?? "",
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      timeout: 0
    })
  ),
  (server) => Effect.promise(() => server.close())
).pipe(Effect.map((server) => server.wsEndpoint()))
