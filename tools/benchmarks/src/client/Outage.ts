/** Many calls at once to a server that answers every one with 500: how many requests that makes of them. */
import * as CountingServer from "../CountingServer.ts"
import { byId } from "./Competitors.ts"

export interface Args {
  readonly competitors: ReadonlyArray<string>
  readonly calls: number
  /** How long is looked, in milliseconds. */
  readonly patience: number
}

export interface Outcome {
  readonly competitor: string
  readonly requests: number
  /** Calls that had not ended. */
  readonly open: number
}

const one = async (competitor: string, { calls, patience }: Args): Promise<Outcome> => {
  const server = await CountingServer.serve((response) => CountingServer.json(response, 500, `{"error":"no"}`))
  const { connect } = await byId(competitor).load()
  // Far more than is used: this measures retrying.
  const client = await connect({ url: server.url, quota: { limit: 100_000, window: 60_000 } })
  let open = calls
  const ended = () => {
    open--
  }
  const all = Promise.all(Array.from({ length: calls }, () => client.get().then(ended, ended)))
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, patience))])
  const requests = server.requests()
  await server.close()
  return { competitor, requests, open }
}

export const run = (args: Args): Promise<ReadonlyArray<Outcome>> =>
  Promise.all(args.competitors.map((competitor) => one(competitor, args)))
