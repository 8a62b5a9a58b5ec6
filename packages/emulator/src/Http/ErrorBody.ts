/** The body of an error. Its format is undocumented, so there are several to choose from. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { Options } from "../Behaviour.ts"

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** The answer with a status and a sentence, in the format that the behaviour chooses. */
export const response = (
  format: Options["Type"]["errorBody"],
  status: number,
  message: string
): HttpServerResponse.HttpServerResponse => {
  switch (format) {
    case "json":
      return HttpServerResponse.unsafeJson({ statusCode: status, message }, { status })
    case "text":
      return HttpServerResponse.text(message, { status })
    case "html":
      return HttpServerResponse.html(`<!doctype html><title>${status}</title><p>${escape(message)}</p>`).pipe(
        HttpServerResponse.setStatus(status)
      )
    case "empty":
      return HttpServerResponse.empty({ status })
  }
}
