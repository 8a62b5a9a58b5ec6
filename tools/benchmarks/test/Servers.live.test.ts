import { afterAll, describe, expect, it } from "vitest"
import { byId } from "../src/client/Competitors.ts"
import * as LimitedServer from "../src/client/LimitedServer.ts"
import * as LostPost from "../src/client/LostPost.ts"
import * as CountingServer from "../src/CountingServer.ts"

const close: Array<() => Promise<void>> = []
afterAll(() => Promise.all(close.map((each) => each())))

const quota = { limit: 3, window: 600_000 }

describe("the servers of the bench", () => {
  it("count each request that was read whole, whatever becomes of its answer", async () => {
    const server = await CountingServer.serve((response, request) => {
      if (request.method === "POST") response.socket?.destroy()
      else CountingServer.json(response, 200, "[]")
    })
    close.push(server.close)
    await fetch(server.url)
    await expect(fetch(server.url, { method: "POST", body: "x".repeat(100_000) })).rejects.toThrow("fetch failed")
    expect(server.requests()).toBe(2)
  })

  it("keep a quota, and count whom they accept and whom they refuse", async () => {
    const server = await LimitedServer.serve("sliding", quota)
    close.push(server.close)
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await fetch(server.url)).status))
    expect(statuses.toSorted()).toEqual([200, 200, 200, 429, 429])
    expect([server.acceptedBetween(0, quota.window), server.refused()]).toEqual([3, 2])
  })

  it.each(["invent-undici", "undici"])(
    "receive from %s once a POST whose answer is lost, and the caller's outcome",
    async (competitor) => {
      const outcomes = await LostPost.run({ competitors: [competitor], patience: 3000 })
      const wanted = { "invent-undici": "OutcomeUnknown", undici: "SocketError" }[competitor]
      expect(outcomes.find(({ fault }) => fault === "cut")).toMatchObject({ requests: 1, outcome: wanted })
    }
  )

  it.each(["invent-fetch", "platform-undici", "ky", "got", "axios", "p-retry", "bottleneck", "openai", "undici"])(
    "give %s the same page and see the key on both calls",
    async (id) => {
      const seen: Array<string> = []
      const server = await CountingServer.serve((response, { headers, method, url }) => {
        seen.push(`${method} ${url} ${headers.authorization}`)
        CountingServer.json(response, 200, method === "GET" ? "[]" : `{"id":"chat_1"}`)
      })
      close.push(server.close)
      const client = await (await byId(id).load()).connect({ url: server.url, quota })
      expect([await client.get(), await client.post()]).toEqual([[], { id: "chat_1" }])
      expect(seen).toEqual([
        "GET /chats/chat_1/messages Bearer key-1",
        "POST /orgs/c/contacts/contact_1/channels/channel_1/chats Bearer key-1"
      ])
    }
  )
})
