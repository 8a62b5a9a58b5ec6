/** What 12-reconcile.ts replaces: a call written by hand. After a lost answer the contact gets the message twice. */
const { CHAT_ID, CONTACT_ID, INVENT_API_KEY, INVENT_BASE_URL } = process.env

const send = () =>
  fetch(`${INVENT_BASE_URL}/orgs/c/contacts/${CONTACT_ID}/chats/${CHAT_ID}/messages`, {
    method: "POST",
    headers: { Authorization: `Bearer ${INVENT_API_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ message: [{ type: "text", text: "I would like to pay." }] })
  })

const response = await send().catch(send) // "it failed, so try again"
const message = (await response.json()) as { id: string }
console.log("written, as", message.id)
