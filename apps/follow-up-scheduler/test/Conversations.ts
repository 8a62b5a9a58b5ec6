/** Conversations on record, as `record` writes them. */
import * as RecordedConversation from "../src/Simulation/RecordedConversation.ts"
import * as Build from "./Build.ts"

/**
 * A customer asked on a Wednesday at noon, was answered, and came back on the Friday; the emoji are part of the record.
 */
export const line = (index: number) =>
  RecordedConversation.toLine({
    chat_id: Build.chat_id,
    chat: { zone: "Europe/Lisbon", channel: "whatsapp_bot" },
    names: { "contact.name": `Zoë 李 ${index}` },
    events: [
      { at: Build.after(index), writes: "contact", text: "Onde está a minha encomenda? 🙂" },
      { at: Build.after(index + Build.minute), writes: "assistant" },
      { at: Build.after(index + 2 * Build.day), writes: "contact" }
    ],
    until: Build.after(3 * Build.day)
  })
