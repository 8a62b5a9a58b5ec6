/** The program where there is a standard input: each line is a command, and each is answered by a line. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import { createInterface } from "node:readline"
import * as Program from "./Program.ts"

/** Answers the commands that come, over this transport, until the input ends. */
export const serve = (transport: Layer.Layer<HttpClient.HttpClient>): void => {
  createInterface({ input: process.stdin }).on("line", (line) => {
    void Program.run(transport, JSON.parse(line) as Program.Command)
      .catch((error: unknown) => [`defect: ${String(error)}`])
      .then((outcomes) => process.stdout.write(`${JSON.stringify(outcomes)}\n`))
  })
}
