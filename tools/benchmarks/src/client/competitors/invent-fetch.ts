import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { over } from "./invent.ts"

export const connect = over(FetchHttpClient.layer)
