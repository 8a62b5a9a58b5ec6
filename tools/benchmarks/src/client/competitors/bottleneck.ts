import Bottleneck from "bottleneck"
import type { Connect } from "../Competitor.ts"
import { get, post } from "./fetched.ts"

export const connect: Connect = ({ quota, url }) => {
  const limiter = new Bottleneck({
    reservoir: quota.limit,
    reservoirRefreshAmount: quota.limit,
    reservoirRefreshInterval: quota.window
  })
  return { get: () => limiter.schedule(() => get(url)), post: () => limiter.schedule(() => post(url)) }
}
