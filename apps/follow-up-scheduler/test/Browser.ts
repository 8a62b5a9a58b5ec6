/** The machine's own browser, driven by tests: one process for all files of a run, a connection for each. */
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as Shared from "@effect-invent/test-support/Shared"
import * as Effect from "effect/Effect"
import { mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

/** A `describe` for tests that need a browser; they are listed as not run where one is missing. */
export const describe = (name: string, tests: () => void): void =>
  Requirement.describeWith([Requirement.browser], name, tests)

/** Kept after the tests, for people to look at. */
const pictures = fileURLToPath(new URL("../screenshots/", import.meta.url))

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

/**
 * The browser that all share, which starts with the first test of a run that needs it. Closing the scope closes its
 * pages.
 */
export const connect = Effect.acquireRelease(
  Effect.flatMap(Shared.browser, (address) => Effect.promise(() => chromium.connect(address, { timeout: 0 }))),
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
