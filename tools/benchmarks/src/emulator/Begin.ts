/** Starts a server in a process of its own; it ends with this one at the latest. */
import { fork } from "node:child_process"
import type { Kind, Address } from "./Server.ts"

export interface Begun {
  readonly address: Address
  readonly end: () => void
}

/** `body`: what the bare server answers. */
export const begin = (kind: Kind, body = ""): Promise<Begun> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL("../../dist/emulator/Server.js", import.meta.url), [kind, body], {
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    child.once("message", (address) => resolve({ address: address as Address, end: () => child.disconnect() }))
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`the ${kind} server ended with ${code}`)))
  })
