/** The kinds of channel on which an assistant talks. */
import * as Open from "./Open.ts"

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

/** @see https://docs.useinvent.com/api-reference/chats-state/assign-conversation */
export const IntegrationId = Open.literals(...integrations)
export type IntegrationId = typeof IntegrationId.Type
