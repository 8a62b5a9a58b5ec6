/** Says in words why a file could not be read. */
import type { PlatformError } from "@effect/platform/Error"

/** The cause in words that follow the file's name, as in `chats.txt: does not exist`. */
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
