import { Agent, request } from "undici"
import type { Connect } from "../Competitor.ts"
import { authorization, getPath, postBody, postPath } from "../Wire.ts"

const json = async ({ body, statusCode }: Awaited<ReturnType<typeof request>>): Promise<unknown> => {
  if (statusCode < 300) return body.json()
  await body.dump()
  throw new Error(`status ${statusCode}`)
}

export const connect: Connect = ({ url }) => {
  const dispatcher = new Agent()
  return {
    get: async () => json(await request(`${url}/${getPath}`, { dispatcher, headers: authorization })),
    post: async () =>
      json(
        await request(`${url}/${postPath}`, {
          dispatcher,
          method: "POST",
          headers: { ...authorization, "content-type": "application/json" },
          body: JSON.stringify(postBody)
        })
      )
  }
}
