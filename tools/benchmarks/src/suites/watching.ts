/** What watching a large inbox costs, in requests. */
import * as Child from "../Child.ts"
import type { Suite } from "../Suite.ts"
import type * as Hour from "../watching/Hour.ts"

const hour = Child.beside<Hour.Args, Hour.Outcome>(import.meta.url, "../../dist/watching/Hour.js")

const size = { chats: 10_000, changes: 100 }

const orders = [
  ["in the order of changes", "descending"],
  ["in another order", "ascending"]
] as const

const each = (requests: number, { followUps }: Hour.Outcome) => (requests / followUps).toFixed(2)

export const suite: Suite = {
  packages: [],
  run: async (progress) => {
    const rows: Array<ReadonlyArray<string>> = []
    for (const [name, inboxOrder] of orders) {
      progress(name)
      const found = await hour({ ...size, inboxOrder })
      const { followUps, ofChats, optOuts, pages, refused } = found
      rows.push([
        name,
        String(followUps),
        each(ofChats + pages + optOuts, found),
        each(ofChats, found),
        each(pages, found),
        each(optOuts, found),
        String(refused)
      ])
    }
    return [
      {
        title: "A large inbox",
        about:
          `${size.chats.toLocaleString("en")} chats that were answered before the scheduler began. In ` +
          `${size.changes} of them an hour the contact writes again, is answered, and gets a follow-up an ` +
          "hour later. Counted in the hour from the ninetieth minute on, in virtual time, with the first page of the " +
          "inbox read each minute and no events. All requests in it by the follow-ups in it.",
        head: [
          "the inbox is",
          "follow-ups",
          "requests a follow-up",
          "of them for its chat",
          "pages of the inbox",
          "lists of who opted out",
          "429s"
        ],
        rows
      }
    ]
  }
}
