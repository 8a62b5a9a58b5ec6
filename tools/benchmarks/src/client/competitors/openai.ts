/** The vendor's client that is most used, pointed at our server: its own retries, its own errors. */
import OpenAI from "openai"
import type { Connect } from "../Competitor.ts"
import { apiKey, getPath, postBody, postPath } from "../Wire.ts"

export const connect: Connect = ({ url }) => {
  const api = new OpenAI({ apiKey, baseURL: url })
  return { get: async () => api.get(`/${getPath}`), post: async () => api.post(`/${postPath}`, { body: postBody }) }
}
