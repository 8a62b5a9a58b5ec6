/**
 * Runs a job in a process of its own, so that nothing of another is warm in it, queued in it, or still waited for by
 * it.
 */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

/** A module that can be run as a child. Arguments and result travel as JSON. */
export interface Job<Args, Result> {
  readonly run: (args: Args) => Promise<Result>
}

const main = new URL("../dist/ChildMain.js", import.meta.url)

export const run = <Args, Result>(job: URL, args: Args): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = fork(main, [job.href, JSON.stringify(args)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execArgv: ["--expose-gc"]
    })
    child.on("message", (result) => resolve(result as Result))
    child.on("error", reject)
    child.on("exit", (code) => reject(new Error(`${fileURLToPath(job)} ended with ${code} and without a result`)))
  })

/** Runs the job `file` beside the module at `base`. */
export const beside =
  <Args, Result>(base: string, file: string) =>
  (args: Args): Promise<Result> =>
    run(new URL(file, base), args)
