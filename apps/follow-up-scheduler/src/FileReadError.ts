/** Says in words why a file could not be read. */
import type { PlatformError } from "@effect/platform/Error"

export const why = (error: PlatformError): string => {
  if (error._tag === "BadArgument") return error.message
  switch (error.reason) {
    case "NotFound":
      return "does not exist"
    case "PermissionDenied":
      return "may not be read by this user"
    default:
      return `cannot be read (${error.reason})`
  }
}
