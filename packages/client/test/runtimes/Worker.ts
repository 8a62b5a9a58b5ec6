/** The program where there is no standard input: each request brings a command, and is answered by its outcomes. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Program from "./Program.ts"

export default {
  fetch: async (request: Request): Promise<Response> =>
    Response.json(await Program.run(FetchHttpClient.layer, (await request.json()) as Program.Command))
}
