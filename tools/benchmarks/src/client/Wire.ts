/** The two calls as they are on the wire. */

export const apiKey = "key-1"
export const authorization = { authorization: `Bearer ${apiKey}` }

export const ids = { org_id: "c", contact_id: "contact_1", channel_id: "channel_1", chat_id: "chat_1" }
export const getPath = `chats/${ids.chat_id}/messages`
export const postPath = `orgs/${ids.org_id}/contacts/${ids.contact_id}/channels/${ids.channel_id}/chats`
export const postBody = { title: "Order 1234", message: [{ type: "text", text: "Where is my order?" }] }
