/**
 * One POST that the server reads whole and answers badly, every time: how often it is sent, and what the caller gets.
 */
import * as CountingServer from "../CountingServer.ts"
import { byId } from "./Competitors.ts"

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
  readonly competitors: ReadonlyArray<string>
  /** How long is looked, in milliseconds. */
  readonly patience: number
}

export interface Outcome {
  readonly competitor: string
  readonly fault: Fault
  readonly requests: number
  /** The name of the error, or null where the caller still waited. */
  readonly outcome: string | null
  readonly afterMillis: number
}

export const nameOf = (error: unknown): string =>
  error instanceof Error
    ? (error.name === "Error" ? error.constructor.name : error.name).replace("(FiberFailure) ", "")
    : String(error)

const one = async (competitor: string, fault: Fault, patience: number): Promise<Outcome> => {
  const server = await CountingServer.serve(faults[fault])
  const { connect } = await byId(competitor).load()
  const client = await connect({ url: server.url, quota: { limit: 500, window: 60_000 } })
  const started = performance.now()
  const patient = new Promise<null>((resolve) => setTimeout(resolve, patience, null))
  const outcome = await Promise.race([client.post().then(() => "success", nameOf), patient])
  const afterMillis = performance.now() - started
  // A client that returned an error might still go on.
  await patient
  const requests = server.requests()
  await server.close()
  return { competitor, fault, requests, outcome, afterMillis }
}

export const run = ({ competitors, patience }: Args): Promise<ReadonlyArray<Outcome>> =>
  Promise.all(competitors.flatMap((competitor) => faultNames.map((fault) => one(competitor, fault, patience))))
