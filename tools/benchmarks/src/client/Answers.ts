/** What the servers answer when nothing goes wrong. */
import { ids } from "./Wire.ts"

/** As the vendor prints it. */
const at = "2026-03-10T12:00:00Z"

/** A page of one message. */
export const page = JSON.stringify([
  {
    id: "message_1",
    role: "assistant",
    status: "COMPLETED",
    created_at: at,
    updated_at: at,
    messages: [{ role: "assistant", parts: [{ type: "text", text: "It left our house this morning." }] }]
  }
])

export const chat = JSON.stringify({ id: ids.chat_id, created_at: at, updated_at: at })
