/**
 * One POST that the server reads whole and answers badly, every time: how often it is sent, and what the caller hears.
 */
import * as CountingServer from "../CountingServer.ts"
import { byId } from "./Contenders.ts"

const refuse =
  (status: number, headers?: Record<string, string>): CountingServer.Reply =>
  (response) =>
    CountingServer.json(response, status, `{"error":"no"}`, headers)

const faults = {
  cut: (response) => response.socket?.destroy(),
  "500": refuse(500),
  "429 after 1": refuse(429, { "retry-after": "1" }),
  "429 after 3600": refuse(429, { "retry-after": "3600" })
} as const satisfies Record<string, CountingServer.Reply>

export type Fault = keyof typeof faults

export const faultNames: ReadonlyArray<Fault> = ["cut", "500", "429 after 1", "429 after 3600"]

export interface Args {
  readonly contenders: ReadonlyArray<string>
  /** How long is looked, in milliseconds. */
  readonly patience: number
}

export interface Outcome {
  readonly contender: string
  readonly fault: Fault
  readonly requests: number
  /** The name of the error, or null where the caller still waited. */
  readonly heard: string | null
  readonly afterMillis: number
}

export const nameOf = (error: unknown): string =>
  error instanceof Error
    ? (error.name === "Error" ? error.constructor.name : error.name).replace("(FiberFailure) ", "")
    : String(error)

const one = async (contender: string, fault: Fault, patience: number): Promise<Outcome> => {
  const server = await CountingServer.serve(faults[fault])
  const { connect } = await byId(contender).load()
  const client = await connect({ url: server.url, quota: { limit: 500, window: 60_000 } })
  const started = performance.now()
  const patient = new Promise<null>((resolve) => setTimeout(resolve, patience, null))
  const heard = await Promise.race([client.post().then(() => "success", nameOf), patient])
  const afterMillis = performance.now() - started
  // Who told the caller of an error might still go on.
  await patient
  const requests = server.requests()
  await server.close()
  return { contender, fault, requests, heard, afterMillis }
}

export const run = ({ contenders, patience }: Args): Promise<ReadonlyArray<Outcome>> =>
  Promise.all(contenders.flatMap((contender) => faultNames.map((fault) => one(contender, fault, patience))))
