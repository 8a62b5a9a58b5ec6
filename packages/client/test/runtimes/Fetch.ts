import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Lines from "./Lines.ts"

Lines.serve(FetchHttpClient.layer)
