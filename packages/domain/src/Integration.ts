/** The kinds of channel on which an assistant talks. */
import * as Open from "./schema/Open.ts"

/**
 * The kinds of channel by the newest page. Older pages lack `tiktok_dm` and `email`, the oldest also `telnyx`.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/assign-conversation
 */
export const integrations = [
  "internal",
  "custom",
  "whatsapp_bot",
  "messenger_bot",
  "instagram_dm",
  "tiktok_dm",
  "telegram_bot",
  "gmail",
  "slack_bot",
  "twilio",
  "telnyx",
  "email",
  "google_calendar"
] as const

/**
 * A kind of channel. One that was not documented when this was written is read as `Unknown`.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/assign-conversation
 */
export const IntegrationId = Open.literals(...integrations)
/** A kind of channel: documented, or an `Unknown`. Only on `custom` may the API act as the contact. */
export type IntegrationId = typeof IntegrationId.Type
