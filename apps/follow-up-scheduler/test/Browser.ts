/** The machine's own browser, driven by tests. Nothing is downloaded: where there is none, there is nothing to drive. */
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** Undefined where this machine has none. */
export const executable = [process.env["CHROMIUM"] ?? "", ...candidates].find((file) => file !== "" && existsSync(file))

/** Kept after the tests, for people to look at. */
const pictures = fileURLToPath(new URL("../screenshots/", import.meta.url))

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

export const launch = Effect.acquireRelease(
  Effect.promise(() =>
    // Root cannot have Chromium's sandbox, and a container's /dev/shm is small.
    chromium.launch({ executablePath: executable ?? "", args: ["--no-sandbox", "--disable-dev-shm-usage"], timeout: 60_000 })
  ),
  (browser) => Effect.promise(() => browser.close())
)

/** A page in a context of its own. Whatever its script or its security policy complains about is collected. */
export const open = (browser: Browser, url: string, options: BrowserContextOptions = {}) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => browser.newContext({ viewport: { width: 1360, height: 900 }, ...options })),
      (context) => Effect.promise(() => context.close())
    ),
    (context) => ({ context, url })
  ).pipe(
    Effect.flatMap(({ context, url }) =>
      Effect.promise(async () => {
        const page = await context.newPage()
        const complaints: Array<string> = []
        page.on("pageerror", (error) => complaints.push(error.message))
        page.on("console", (message) => {
          if (message.type() === "error") complaints.push(message.text())
        })
        await page.goto(url)
        return { complaints, page }
      })
    )
  )

export const picture = (page: Page, name: string) =>
  Effect.promise(async () => {
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: `${pictures}${name}.png` })
  })

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<string> }>
}

/** What axe finds that keeps people out: its serious and critical violations. */
export const violations = (page: Page) =>
  Effect.promise(async () => {
    // By the debugger, past the page's own security policy.
    const session = await page.context().newCDPSession(page)
    const { readFile } = await import("node:fs/promises")
    await session.send("Runtime.evaluate", { expression: await readFile(axe, "utf8") })
    const { result } = await session.send("Runtime.evaluate", {
      expression: "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))",
      awaitPromise: true
    })
    const found: ReadonlyArray<Violation> = JSON.parse(String(result.value))
    return found
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`)
  })
