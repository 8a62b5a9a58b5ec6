/** The operator page in a real browser: the scheduler itself, beside an emulator and its customers. */
import { SimulatedCustomers } from "@effect-invent/customers/CustomerLayers"
import { type ChatId, OrgId } from "@effect-invent/domain/Ids"
import { Emulator } from "@effect-invent/emulator/Emulator"
import * as SharedLayer from "@effect-invent/test-support/SharedLayer"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { Browser, Page } from "playwright-core"
import { Ledger } from "../src/Ledger.ts"
import { ChatReview } from "../src/ChatReview.ts"
import { PageAddress } from "../src/operatorPage/Server.ts"
import * as Orgs from "../src/Policy/Orgs.ts"
import { ChatRows } from "../src/Watch/ChatRows.ts"
import * as Chromium from "./Browser.ts"
import * as ChatSearchSuite from "./ChatSearchSuite.ts"
import * as CustomersOnPage from "./CustomersOnPage.ts"
import * as NoonClock from "./NoonClock.ts"
import * as PageHarness from "./PageHarness.ts"

class Chrome extends Context.Tag("Chrome")<Chrome, Browser>() {}

const harness = Layer.merge(
  CustomersOnPage.layer({ host: "127.0.0.1", port: 0 }),
  Layer.scoped(Chrome, Chromium.connect)
).pipe(
  Layer.provide(NodeHttpClient.layerUndici),
  Layer.provideMerge(NoonClock.layer),
  Layer.provideMerge(NodeContext.layer),
  Layer.orDie
)

type Harness = Layer.Layer.Success<typeof harness>

/** As long as the test itself has. */
const patience = { timeout: 0 }

const browse = (options?: Parameters<typeof Chromium.open>[2]) =>
  Effect.gen(function* () {
    const url = Option.getOrThrow(yield* PageAddress)
    const opened = yield* Chromium.open(yield* Chrome, url, options)
    yield* see(opened.page, ".quota")
    return opened
  })

const see = (page: Page, selector: string) => Effect.promise(() => page.locator(selector).first().waitFor(patience))
const seeText = (page: Page, selector: string, text: string | RegExp) =>
  Effect.promise(() => page.locator(selector).filter({ hasText: text }).first().waitFor(patience))
const miss = (page: Page, selector: string, text: string) =>
  Effect.promise(() =>
    page
      .locator(selector)
      .filter({ hasText: text })
      .waitFor({ ...patience, state: "detached" })
  )
const press = (page: Page, name: string) =>
  Effect.promise(() => page.getByRole("button", { name, exact: true }).click(patience))

const search = (page: Page, text: string) => Effect.promise(() => page.fill('input[name="find"]', text))

/** Opens the chat with exactly this id. */
const openChat = (page: Page, id: string) =>
  Effect.zipRight(
    search(page, id),
    Effect.promise(() => page.locator(".exact").getByRole("link", { name: id, exact: true }).click(patience))
  )

/** Opens the conversation of a chat, and waits until it says so. */
const seeInConversation = (page: Page, chat_id: ChatId, text: string) =>
  Effect.zipRight(openChat(page, chat_id), seeText(page, ".story li", text))

/** Somebody comes, asks, is answered, and falls silent. */
const silentChat = (name: string, country = "IE") =>
  Effect.gen(function* () {
    const customers = yield* SimulatedCustomers
    const { chat_id, rest } = yield* customers.arrive({ name, country, scenario: "silent" })
    yield* rest
    return chat_id
  })

const followUpsIn = (chat_id: ChatId) =>
  Effect.map(
    Effect.flatMap(Emulator, ({ log }) => log.entries),
    (entries) =>
      entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up" && entry.chat_id === chat_id)
        .length
  )

const until = <R>(condition: Effect.Effect<boolean, unknown, R>) =>
  Effect.repeat(condition, { schedule: Schedule.spaced("100 millis"), until: (holds) => holds })

/** When the assistant answered in this chat. */
const repliedAt = (chat_id: ChatId) =>
  Effect.gen(function* () {
    const entries = yield* Effect.flatMap(Emulator, ({ log }) => log.entries)
    const reply = entries.find(
      (entry) => entry.kind === "message" && entry.cause === "reply" && entry.chat_id === chat_id
    )
    return reply?.at ?? (yield* Effect.dieMessage(`nobody has answered in ${chat_id}`))
  })

/** When the ledger was last searched for what is due, as the page's server tells Prometheus, in milliseconds. */
const sweptAt = Effect.gen(function* () {
  const url = Option.getOrThrow(yield* PageAddress)
  const metrics = yield* Effect.promise(() => fetch(new URL("metrics", url)).then((response) => response.text()))
  return Number(/^invent_scheduler_sweep_timestamp_seconds (\S+)$/m.exec(metrics)?.[1] ?? 0) * 1000
})

/**
 * Waits until that was when a follow-up to this answer would have come: after twice its silence, and the sweep's slack.
 */
const sweptAfter = (answered: DateTime.Utc) =>
  until(Effect.map(sweptAt, (millis) => millis > answered.epochMillis + 12_000))

const planned = (chat_id: ChatId) =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.map(ledger.overdue(DateTime.unsafeMake("2027-01-01")), (rows) =>
      rows.filter((row) => row.chat_id === chat_id && row.status === "planned")
    )
  )

const turn = (position: "pause" | "resume") => Effect.flatMap(Ledger, (ledger) => ledger[position])

/** As after answers that were lost for good: the record says that nobody knows. */
const loseTrackOf = (chat_id: ChatId) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const change = { status: "unknown", reason: "not_confirmed", follow_up_at: yield* DateTime.now } as const
    const lose = Effect.gen(function* () {
      const row = (yield* planned(chat_id))[0]
      if (row === undefined) return false
      return Option.isSome(yield* ledger.advance(row, change, { name: "unknown", detail: { reason: "not_confirmed" } }))
    })
    yield* until(lose)
  })

/** Two contacts who were followed up, of whom one replied, and one who was left out. */
const enrolThree = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const [contact_id, assigned, replied_at] of [
    ["one", "treated", 1],
    ["two", "treated", null],
    ["three", "holdout", null]
  ] as const)
    yield* sql`INSERT INTO enrolments ${sql.insert({
      policy: "nudge",
      contact_id,
      conversation_id: contact_id,
      assigned,
      enrolled_at: 0,
      replied_at
    })}`
})

/** How many pixels of the page are beyond its right edge. */
const cutOff = (page: Page) =>
  Effect.promise(() => page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

const rowOf = (chat_id: ChatId) => ({
  upcoming: `.upcoming tbody tr:has-text("${chat_id}")`,
  unresolved: `.unresolved li:has-text("${chat_id}")`
})

Chromium.describe("the operator page in a browser", () => {
  const scoped = SharedLayer.scopedTester(harness, 600_000)
  const story = (name: string, test: Effect.Effect<void, unknown, Harness | Scope.Scope>) => scoped(name, () => test)

  story(
    "shows a follow-up that is planned, and the counts add up",
    Effect.gen(function* () {
      const { complaints, page } = yield* browse()
      const night = yield* silentChat("Fumiko", "JP")
      yield* see(page, rowOf(night).upcoming)
      const row = page.locator(rowOf(night).upcoming)
      expect(yield* Effect.promise(() => row.innerText())).toMatch(/in \d+ h[^]*09:00[^]*Tokyo[^]*it is night/)
      expect(yield* Effect.promise(() => row.locator(".lane .quiet").count())).toBeGreaterThan(0)
      yield* seeText(page, ".outcomes tbody tr", "no follow-up; waiting, it is night")
      yield* press(page, "no follow-up; waiting, it is night, or a day off, where the customer is")
      yield* seeText(page, ".found .row", night)
      expect(yield* Chromium.violations(page)).toEqual([])
      yield* Effect.promise(() => page.locator(".found").getByRole("link", { name: night }).click(patience))
      yield* seeText(page, ".conversation h2", night)
      yield* Effect.promise(() => page.keyboard.press("Escape"))
      yield* Effect.promise(() => page.locator("dialog").waitFor({ ...patience, state: "detached" }))
      const numbers = yield* Effect.promise(() => page.locator(".outcomes .number").allInnerTexts())
      const counts = numbers.map(Number)
      expect(counts.slice(0, -1).reduce((sum, count) => sum + count, 0)).toBe(counts.at(-1))
      expect(complaints).toEqual([])
    })
  )

  story(
    "takes it away with its reason when a reply arrives, without being loaded again",
    Effect.gen(function* () {
      const { page } = yield* browse()
      const chat_id = yield* silentChat("Tarō", "JP")
      yield* see(page, rowOf(chat_id).upcoming)
      yield* Effect.promise(() => page.evaluate("window.isTheSamePage = true"))
      const { world } = yield* Emulator
      // A question that the assistant leaves to people.
      yield* world.contactWrites(chat_id, "Can I speak about order #0000?")
      yield* Effect.flatMap(ChatRows, (rows) => rows.forget(chat_id))
      yield* Effect.flatMap(ChatReview, (reviewChat) => reviewChat.reviewById(chat_id))
      yield* miss(page, ".upcoming tbody tr", chat_id)
      // In the conversation: the list of the latest changes shows 40, and the others here may have made as many since.
      yield* seeInConversation(page, chat_id, "no follow-up: the customer wrote last and waits for us")
      expect(yield* Effect.promise(() => page.evaluate("window.isTheSamePage === true"))).toBe(true)
    })
  )

  story(
    "tells the conversation in order: what was said, waited for, called and decided",
    Effect.gen(function* () {
      const { page } = yield* browse()
      const chat_id = yield* silentChat("Devi")
      yield* until(Effect.map(followUpsIn(chat_id), (count) => count === 1))
      yield* seeInConversation(page, chat_id, "the assistant followed up")
      const told = yield* Effect.promise(() => page.locator(".story li:not(.day)").allInnerTexts())
      const order = [
        "Do you have this in blue?",
        "Happy to help",
        "planned step 1",
        "about to set follow_up_at",
        "the assistant followed up"
      ]
      const places = order.map((words) => told.findIndex((line) => line.includes(words)))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(places).not.toContain(-1)
      expect(told.some((line) => line.includes("Follow-up"))).toBe(true)
      expect(page.url()).not.toContain("blue")
      yield* Effect.promise(() => page.keyboard.press("Escape"))
      yield* Effect.promise(() => page.locator("dialog").waitFor({ ...patience, state: "detached" }))
    })
  )

  story(
    "opens a chat by whatever id it is given, and says so when nothing is on record",
    Effect.gen(function* () {
      const { page } = yield* browse()
      for (const id of ["5f9-AZ_~/%!", "../x?y#z", "%", "чат", "<img src=x onerror=alert(1)>"]) {
        yield* openChat(page, id)
        yield* seeText(page, ".conversation h2", id)
        yield* seeText(page, ".conversation .empty", `Nothing is on record about chat ${id}`)
        yield* Effect.promise(() =>
          page.locator(".conversation").getByRole("button", { name: "Close" }).click(patience)
        )
      }
    })
  )

  story(
    "finds chats and follow-ups as one types, by filters that combine, and again by its address",
    Effect.gen(function* () {
      const { complaints, page } = yield* browse()
      const requests: Array<string> = []
      page.on("request", (request) => requests.push(request.url()))
      const chat_id = yield* silentChat("Noor", "JP")
      yield* see(page, rowOf(chat_id).upcoming)
      yield* seeText(page, rowOf(chat_id).upcoming, "Noor")
      yield* search(page, "nÓOR")
      yield* seeText(page, ".found .row", `${chat_id}Noor`)
      yield* search(page, chat_id)
      yield* seeText(page, ".found .row", chat_id)
      const day = (yield* planned(chat_id))[0]?.due_at ?? (yield* DateTime.now)
      yield* Effect.promise(() => page.getByLabel("Day sent or due (UTC)").fill(DateTime.formatIsoDateUtc(day)))
      yield* seeText(page, ".found .row", /step 1, planned \d{4}-/)
      yield* Effect.promise(() => page.getByRole("combobox", { name: "Policy" }).fill("quick", patience))
      yield* Effect.promise(() => page.getByRole("spinbutton", { name: "Step" }).fill("2", patience))
      yield* seeText(page, ".found [role=status]", /^0 found/)
      yield* Effect.promise(() => page.getByRole("spinbutton", { name: "Step" }).fill("1", patience))
      yield* seeText(page, ".found .row", chat_id)
      // The address alone opens the same search.
      const other = yield* Chromium.open(yield* Chrome, page.url())
      yield* seeText(other.page, ".found .row", chat_id)
      expect(yield* Effect.promise(() => other.page.locator(".found .row").count())).toBe(1)
      expect(yield* Effect.promise(() => other.page.getByRole("combobox", { name: "Policy" }).inputValue())).toBe(
        "quick"
      )
      yield* Effect.promise(() =>
        other.page.locator(".found").getByRole("link", { name: chat_id }).first().click(patience)
      )
      yield* see(other.page, ".conversation h2")
      yield* Effect.promise(() => other.page.goBack())
      yield* miss(other.page, ".conversation h2", chat_id)
      yield* seeText(other.page, ".found .row", chat_id)
      yield* Effect.promise(() => page.goto(page.url().replace("step=1", "step=x")))
      yield* seeText(page, ".found .notice", "a step is a whole number from 1")
      expect(requests.filter((url) => /noor/i.test(decodeURIComponent(url)))).toEqual([])
      expect([...complaints, ...other.complaints]).toEqual([])
    })
  )

  story(
    "pauses: what falls due is not sent until it is resumed",
    Effect.gen(function* () {
      const { page } = yield* browse()
      yield* press(page, "Pause")
      yield* seeText(page, ".state", "Paused")
      const chat_id = yield* silentChat("Håkon")
      yield* sweptAfter(yield* repliedAt(chat_id))
      expect(yield* followUpsIn(chat_id)).toBe(0)
      yield* press(page, "Resume")
      yield* seeText(page, ".state", "Running")
      yield* until(Effect.map(followUpsIn(chat_id), (count) => count === 1))
    })
  )

  story(
    "has a person take an unknown outcome as delivered",
    Effect.gen(function* () {
      const { page } = yield* browse()
      const chat_id = yield* silentChat("Gül", "JP")
      yield* loseTrackOf(chat_id)
      yield* see(page, rowOf(chat_id).unresolved)
      yield* Effect.promise(() =>
        page.locator(rowOf(chat_id).unresolved).getByRole("button", { name: "Assume delivered" }).click(patience)
      )
      yield* miss(page, ".unresolved li", chat_id)
      yield* seeInConversation(page, chat_id, "took step 1 as delivered")
      expect(yield* followUpsIn(chat_id)).toBe(0)
    })
  )

  story(
    "sends an unknown outcome again only after saying what that may mean",
    Effect.gen(function* () {
      const { page } = yield* browse()
      const chat_id = yield* silentChat("Éva")
      yield* until(Effect.map(planned(chat_id), (rows) => rows.length > 0))
      yield* turn("pause")
      yield* loseTrackOf(chat_id)
      const before = yield* followUpsIn(chat_id)
      const row = page.locator(rowOf(chat_id).unresolved)
      yield* see(page, rowOf(chat_id).unresolved)
      yield* Effect.promise(() => row.getByRole("button", { name: "Send again…" }).click(patience))
      yield* seeText(page, rowOf(chat_id).unresolved, "The customer may get it twice.")
      yield* Effect.promise(() => row.getByRole("button", { name: "Send it anyway" }).click(patience))
      yield* miss(page, ".unresolved li", chat_id)
      expect(yield* followUpsIn(chat_id)).toBe(before)
      yield* turn("resume")
      yield* until(Effect.map(followUpsIn(chat_id), (count) => count > before))
    })
  )

  story(
    "says so when its server is gone, and goes on by itself when it is back",
    Effect.gen(function* () {
      const serve = (port: number) => Layer.build(PageHarness.layer({ host: "127.0.0.1", port }))
      const first = yield* Scope.make()
      const url = Option.getOrThrow(Context.get(yield* Scope.extend(serve(0), first), PageAddress))
      const { page } = yield* Chromium.open(yield* Chrome, url)
      yield* seeText(page, ".link", "live")
      // In a fiber of its own: joining what a scope's finalizers join would leave their context in this one.
      yield* Effect.flatMap(Effect.fork(Scope.close(first, Exit.void)), Fiber.await)
      yield* seeText(page, ".link", "not connected")
      yield* seeText(page, "h2", "Chats by reason")
      yield* serve(Number(new URL(url).port))
      yield* seeText(page, ".link", "live")
    })
  )

  story(
    "asks for the token of a server that has one",
    Effect.gen(function* () {
      const token = "correct-horse-battery"
      const url = Option.getOrThrow(
        Context.get(
          yield* Layer.build(PageHarness.layer({ host: "127.0.0.1", port: 0 }, { FOLLOW_UPS_TOKEN: token })),
          PageAddress
        )
      )
      const { page } = yield* Chromium.open(yield* Chrome, url)
      const enter = (secret: string) =>
        Effect.zipRight(
          Effect.promise(() => page.getByLabel("Token of this scheduler").fill(secret, patience)),
          press(page, "Enter")
        )
      yield* enter("wrong-horse-battery")
      yield* see(page, "form.token")
      expect(yield* Chromium.violations(page)).toEqual([])
      yield* enter(token)
      yield* seeText(page, ".link", "live")
      expect(page.url()).not.toContain(token)
    })
  )

  story(
    "shows a token that only reads everything, whose it is, and no button that changes anything",
    Effect.gen(function* () {
      const token = "correct-horse-battery"
      const env = { FOLLOW_UPS_PAGE_TOKENS: `<i>Zoë</i>:read:${token}` }
      const harness = PageHarness.layer({ host: "127.0.0.1", port: 0 }, env)
      const url = Option.getOrThrow(Context.get(yield* Layer.build(harness), PageAddress))
      const { complaints, page } = yield* Chromium.open(yield* Chrome, url)
      yield* Effect.promise(() => page.getByLabel("Token of this scheduler").fill(token, patience))
      yield* press(page, "Enter")
      yield* seeText(page, ".caller", "<i>Zoë</i>, read only")
      yield* seeText(page, "h2", "Chats by reason")
      const buttons = yield* Effect.promise(() => page.getByRole("button").allInnerTexts())
      expect(buttons).toEqual(["Search", "1 h", "6 h", "24 h", "3 days"])
      expect(yield* Chromium.violations(page)).toEqual([])
      // The browser itself notes the call without a token.
      expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([])
    })
  )

  story(
    "holds a list of 100,000 chats in a few rows, of which the keyboard and a screen reader reach each",
    Effect.gen(function* () {
      const built = yield* Layer.build(PageHarness.layer({ host: "127.0.0.1", port: 0 }))
      yield* Effect.provide(ChatSearchSuite.fillChats(100_000), built)
      const { complaints, page } = yield* Chromium.open(
        yield* Chrome,
        `${Option.getOrThrow(Context.get(built, PageAddress))}#find=`
      )
      const table = page.getByRole("table", { name: "Found" })
      yield* see(page, ".found .row")
      expect(yield* Effect.promise(() => table.getAttribute("aria-rowcount"))).toBe("-1")
      yield* Effect.promise(() => page.locator(".found .row a").first().focus())
      for (let index = 0; index < 40; index++) yield* Effect.promise(() => page.keyboard.press("Tab"))
      expect(yield* Effect.promise(() => page.evaluate("document.activeElement?.textContent"))).toBe("chat_1000041")
      // As one who holds the key that scrolls to the end. The focus stays on its row, far out of view.
      const read = `new Promise((done) => {
        const rows = document.querySelector(".found .rows")
        let most = 0
        const scroll = () => {
          most = Math.max(most, document.querySelectorAll(".found .row").length)
          if (rows.getAttribute("aria-rowcount") !== "-1") return done(most)
          rows.scrollTop = rows.scrollHeight
          requestAnimationFrame(scroll)
        }
        scroll()
      })`
      expect(yield* Effect.promise(() => page.evaluate(read))).toBeLessThan(100)
      expect(yield* Effect.promise(() => page.evaluate("document.activeElement?.textContent"))).toBe("chat_1000041")
      yield* seeText(page, ".found [role=status]", "100000 found")
      expect(yield* Effect.promise(() => table.getAttribute("aria-rowcount"))).toBe("100001")
      yield* see(page, '.found .row[aria-rowindex="100001"]')
      yield* seeText(page, ".found .row", "chat_1100000")
      expect(yield* Effect.promise(() => page.locator(".found .row").count())).toBeLessThan(100)
      expect(yield* Chromium.violations(page)).toEqual([])
      expect(complaints).toEqual([])
    })
  )

  story(
    "shows which organization each chat is of, and the chats of the one that is chosen",
    Effect.gen(function* () {
      const orgs = Layer.succeed(Orgs.Orgs, [OrgId.make("org_0"), OrgId.make("org_1")])
      const built = yield* Layer.build(Layer.provide(PageHarness.layer({ host: "127.0.0.1", port: 0 }), orgs))
      yield* Effect.provide(ChatSearchSuite.fillChats(30), built)
      const url = Option.getOrThrow(Context.get(built, PageAddress))
      const { complaints, page } = yield* Chromium.open(yield* Chrome, `${url}#find=`)
      yield* seeText(page, ".found [role=status]", /^30 found$/)
      const namedIn = (row: string) =>
        Effect.promise(() => page.locator(".found .row").filter({ hasText: row }).locator(".org").textContent(patience))
      expect([yield* namedIn("person_1000001"), yield* namedIn("person_1000002")]).toEqual(["org_1", "org_0"])
      const choice = page.locator('label:has-text("Organization") select')
      yield* Effect.promise(() => choice.selectOption("org_1", patience))
      yield* seeText(page, ".found [role=status]", /^15 found$/)
      yield* miss(page, ".found .row", "person_1000002")
      expect(new URL(page.url()).hash).toContain("org=org_1")
      // The address names the choice: it is still made after a reload.
      yield* Effect.promise(() => page.reload())
      yield* seeText(page, ".found [role=status]", /^15 found$/)
      expect(yield* Effect.promise(() => choice.inputValue(patience))).toBe("org_1")
      yield* Effect.promise(() => choice.selectOption("any", patience))
      yield* seeText(page, ".found [role=status]", /^30 found$/)
      expect(yield* Chromium.violations(page)).toEqual([])
      expect(complaints).toEqual([])
    })
  )

  const looks = {
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
    "phone-dark": { colorScheme: "dark", viewport: { width: 360, height: 740 } }
  } as const
  for (const [name, options] of Object.entries(looks)) {
    story(
      `keeps nobody out as it looks ${name}, and nothing is cut off`,
      Effect.gen(function* () {
        const { complaints, page } = yield* browse(options)
        yield* loseTrackOf(yield* silentChat("Joaquín", "PE"))
        yield* silentChat("Λένα", "KR")
        yield* see(page, ".upcoming tbody tr")
        yield* see(page, ".unresolved li")
        expect(yield* Chromium.violations(page)).toEqual([])
        yield* Chromium.picture(page, name)
        expect(yield* cutOff(page)).toBe(0)
        yield* Effect.promise(() => page.locator(".upcoming a.chat").first().press("Enter"))
        yield* see(page, ".story li")
        expect(yield* Chromium.violations(page)).toEqual([])
        yield* Chromium.picture(page, `${name}-conversation`)
        expect(complaints).toEqual([])
      })
    )
    story(
      `shows the holdouts, and the chats behind a reason, as it looks ${name}`,
      Effect.gen(function* () {
        const built = yield* Layer.build(PageHarness.layer({ host: "127.0.0.1", port: 0 }))
        yield* Effect.provide(Effect.zipRight(ChatSearchSuite.fillChats(30), enrolThree), built)
        const url = Option.getOrThrow(Context.get(built, PageAddress))
        const { complaints, page } = yield* Chromium.open(yield* Chrome, url, options)
        yield* seeText(page, ".holdouts h3", "Replies within 3d of the first follow-up of nudge")
        yield* seeText(page, ".holdouts li", "followed up: 2 contacts; 1 of 2 observed replied")
        yield* seeText(page, ".holdouts li", "left out: 1 contact; 0 of 1 observed replied")
        yield* Effect.promise(() => page.getByRole("button", { name: /due or under way$/ }).press("Enter"))
        yield* seeText(page, ".found [role=status]", /^3 found$/)
        yield* seeText(page, ".found .row", "person_1000030")
        // The heading of the list has the focus, so that a screen reader says where one is.
        expect(yield* Effect.promise(() => page.evaluate("document.activeElement?.id"))).toBe("found")
        expect(yield* Chromium.violations(page)).toEqual([])
        expect(yield* cutOff(page)).toBe(0)
        yield* Chromium.picture(page, `${name}-search`)
        yield* Effect.promise(() => page.locator(".found").getByRole("button", { name: "Close" }).press("Enter"))
        yield* Effect.promise(() => page.locator(".found").waitFor({ ...patience, state: "detached" }))
        expect(complaints).toEqual([])
      })
    )
  }
})
