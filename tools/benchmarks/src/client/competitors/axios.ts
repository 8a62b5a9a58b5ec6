import axios from "axios"
import axiosRetry from "axios-retry"
import type { Connect } from "../Competitor.ts"
import { authorization, getPath, postBody, postPath } from "../Wire.ts"

export const connect: Connect = ({ url }) => {
  const api = axios.create({ baseURL: url, headers: authorization })
  axiosRetry(api, { retries: 3 })
  return {
    get: async () => (await api.get(getPath)).data,
    post: async () => (await api.post(postPath, postBody)).data
  }
}
