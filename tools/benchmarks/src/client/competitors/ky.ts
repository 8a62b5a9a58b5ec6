import ky from "ky"
import type { Connect } from "../Competitor.ts"
import { authorization, getPath, postBody, postPath } from "../Wire.ts"

export const connect: Connect = ({ url }) => {
  const api = ky.create({ prefix: url, headers: authorization })
  return { get: () => api.get(getPath).json(), post: () => api.post(postPath, { json: postBody }).json() }
}
