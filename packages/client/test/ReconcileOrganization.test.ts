import * as InventClient from "@effect-invent/client/InventClient"
import type * as Reconcile from "@effect-invent/client/Reconcile"
import * as Organization from "@effect-invent/client/Reconcile/ReconcileOrganization"
import * as Ids from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as Emulator from "@effect-invent/emulator/Emulator"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { connect, reset, within } from "./Vendor.ts"

type Client = InventClient.InventClient["Type"]
type Found = Effect.Effect<Reconcile.Verdict<{ readonly id: string }>, InventError.InventError>

const lostAt = (sentAt: DateTime.Utc) =>
  new InventError.OutcomeUnknown({
    endpoint: "x",
    attempts: 1,
    fingerprint: "POST /x 1",
    sentAt,
    reason: "lost",
    reconcile: "look"
  })

const sentAt = DateTime.unsafeMake("2026-03-04T10:00:00.500Z")
const created_at = DateTime.addDuration(sentAt, "1 seconds")
const long_ago = DateTime.subtractDuration(sentAt, "1 hours")
const unknown = lostAt(sentAt)

const list = (items: ReadonlyArray<object>) => () => Stream.fromIterable(items as ReadonlyArray<never>)

const assistant_id = Ids.AssistantId.make("assistant_1")
const action = {
  path: { assistant_id },
  payload: { enabled: true, action_id: Ids.ActionKind.make("TOOLS:WEB_SEARCH"), config: {} }
}
const actions = (...items: ReadonlyArray<object>) =>
  Organization.createActionVerdict({ assistants: { streamActions: list(items) } }, action, unknown)

const rotated = (secret_key: string | null) =>
  Organization.rotateSecretKeyVerdict(
    { assistants: { get: () => Effect.succeed({ id: assistant_id, secret_key }) } },
    { path: { assistant_id } },
    Redacted.make("old"),
    unknown
  )

const broadcasts = (...items: ReadonlyArray<object>) =>
  Organization.createBroadcastVerdict({ broadcasts: { stream: list(items) } }, { payload: { name: "May" } }, unknown)

const broadcast_id = Ids.BroadcastId.make("b1")
const sent = (...items: ReadonlyArray<object>) =>
  Organization.sendMarketingVerdict({ broadcasts: { stream: list(items) } }, { path: { broadcast_id } }, unknown)

const pair = { source_contact_id: Ids.ContactId.make("source"), target_contact_id: Ids.ContactId.make("target") }
const merged = (...ids: ReadonlyArray<string>) =>
  Organization.mergeTwoVerdict({ contacts: { stream: list(ids.map((id) => ({ id }))) } }, { payload: pair }, unknown)

const data = new Uint8Array([1, 2, 3])
const upload = { file: { data, name: "logo.png", type: "image/png" } }
const uploaded = (item: object, payload: Parameters<typeof Organization.uploadOrgFileVerdict>[1]["payload"] = upload) =>
  Organization.uploadOrgFileVerdict(
    { files: { streamOrg: list([{ id: "f1", created_at, ...item }]) } },
    { payload },
    unknown
  )

const text = { title: "Hours", content: { type: "TEXT", text: "9 to 5" } } as const
const learned = (
  available: ReadonlyArray<object>,
  content: object,
  payload: Parameters<Client["knowledge"]["create"]>[0]["payload"] = text
) =>
  Organization.createContentVerdict(
    { knowledge: { streamAvailable: list(available), get: () => Effect.succeed({ id: "c1", ...content } as never) } },
    { payload },
    assistant_id,
    unknown
  )
const titled = [{ id: "c1", title: "Hours" }]

const orgs = (payload: object, ...items: ReadonlyArray<object>) =>
  Organization.createOrgVerdict({ orgs: { stream: list(items) } }, { payload }, unknown)

const tables = (...items: ReadonlyArray<object>) =>
  Organization.createTableVerdict(
    { tables: { stream: list(items) } },
    { payload: { name: "Deals", record_prefix: "DEAL" } },
    unknown
  )

const cases: ReadonlyArray<
  readonly [
    what: string,
    tag: Reconcile.Verdict<unknown>["_tag"],
    verdict: Effect.Effect<Reconcile.Verdict<unknown>, unknown>
  ]
> = [
  ["an action of this kind", "Applied", actions({ id: "a", action_id: "TOOLS:WEB_SEARCH", created_at })],
  ["an action of another kind", "NotApplied", actions({ id: "a", action_id: "TOOLS:OTHER", created_at })],
  [
    "an action of this kind from before",
    "NotApplied",
    actions({ id: "a", action_id: "TOOLS:WEB_SEARCH", created_at: long_ago })
  ],
  [
    "two actions of this kind",
    "StillUnknown",
    actions(...["a", "b"].map((id) => ({ id, action_id: "TOOLS:WEB_SEARCH", created_at })))
  ],
  [
    "an action of this kind that is off",
    "StillUnknown",
    actions({ id: "a", action_id: "TOOLS:WEB_SEARCH", enabled: false, created_at })
  ],
  ["another secret key", "Applied", rotated("new")],
  ["the same secret key", "NotApplied", rotated("old")],
  ["a secret key that is not shown", "StillUnknown", rotated(null)],
  ["a broadcast of this name", "Applied", broadcasts({ id: "b1", name: "May", created_at })],
  [
    "a broadcast of this name that shows another segment",
    "StillUnknown",
    Organization.createBroadcastVerdict(
      { broadcasts: { stream: list([{ id: "b1", name: "May", created_at, segment_id: "other" }]) } },
      { payload: { name: "May", segment_id: "mine" } as never },
      unknown
    )
  ],
  ["a broadcast of another name", "NotApplied", broadcasts({ id: "b1", name: "June", created_at })],
  ["a broadcast without a name", "StillUnknown", broadcasts({ id: "b1", created_at })],
  ["a broadcast that was started since", "Applied", sent({ id: "b1", status: "SENT", started_at: created_at })],
  ["a broadcast that was started before", "NotApplied", sent({ id: "b1", status: "FAILED", started_at: long_ago })],
  ["a broadcast that is a draft", "NotApplied", sent({ id: "b1", status: "DRAFT", started_at: null })],
  ["a broadcast that is being sent, nobody says since when", "StillUnknown", sent({ id: "b1", status: "SENDING" })],
  ["a broadcast that failed again", "StillUnknown", sent({ id: "b1", status: "FAILED", started_at: created_at })],
  [
    "a broadcast that is being sent since before",
    "StillUnknown",
    sent({ id: "b1", status: "SENDING", started_at: long_ago })
  ],
  ["a broadcast that is gone", "StillUnknown", sent({ id: "b2", status: "SENT", started_at: created_at })],
  ["two contacts of which the source is gone", "Applied", merged("target", "z")],
  ["two contacts that are both there", "NotApplied", merged("source", "target")],
  ["two contacts of which the target is gone", "StillUnknown", merged("source")],
  ["a file of this name and size", "Applied", uploaded({ file_filename: "logo.png", file_size: 3 })],
  ["a file of another size", "NotApplied", uploaded({ file_filename: "logo.png", file_size: 4 })],
  [
    "a file of this size, sent without a name",
    "StillUnknown",
    uploaded({ file_filename: "x", file_size: 3 }, { file: data })
  ],
  [
    "a file that was given by address",
    "StillUnknown",
    uploaded({ file_filename: "logo.png" }, { file_url: "https://a.b/c" })
  ],
  ["a text of this title and these words", "Applied", learned(titled, { text: "9 to 5", created_at })],
  ["a text of this title and other words", "NotApplied", learned(titled, { text: "10 to 6", created_at })],
  ["a text of this title without its words", "StillUnknown", learned(titled, { created_at })],
  ["a text of another title", "NotApplied", learned([{ id: "c1", title: "Days" }], { text: "9 to 5", created_at })],
  [
    "a text that was sent without a title",
    "StillUnknown",
    learned(titled, { text: "9 to 5", created_at }, { content: text.content })
  ],
  ["an organization of this name", "Applied", orgs({ name: "New" }, { id: "o", name: "New", created_at })],
  [
    "an organization of this name from before",
    "NotApplied",
    orgs({ name: "New" }, { id: "o", name: "New", created_at: long_ago })
  ],
  ["an organization that was sent without a name", "StillUnknown", orgs({}, { id: "o", name: "New", created_at })],
  ["a table of this name and prefix", "Applied", tables({ id: "t", name: "Deals", record_prefix: "DEAL", created_at })],
  ["a table of another prefix", "NotApplied", tables({ id: "t", name: "Deals", record_prefix: "LEAD", created_at })]
]

describe("the verdict on what is the organization's", () => {
  for (const [what, tag, verdict] of cases) {
    it.effect(`is ${tag}: ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(DateTime.addDuration(sentAt, "1 minutes").epochMillis)
        expect((yield* verdict)._tag).toBe(tag)
      })
    )
  }

  it.effect("waits for what may not be listed yet", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(DateTime.addDuration(sentAt, "1 seconds").epochMillis)
      for (const verdict of [
        broadcasts(),
        rotated("old"),
        merged("source", "target"),
        sent({ id: "b1", status: "DRAFT" })
      ]) {
        expect((yield* verdict as Found)._tag).toBe("StillUnknown")
      }
    })
  )
})

const invent = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("client"), baseUrl: url }))
).pipe(Layer.provideMerge(Emulator.layer()))

/** On a server that keeps what it is sent: the request, and the verdict on it. */
const kept: Readonly<
  Record<
    string,
    (
      client: Client,
      world: Emulator.Emulator["Type"]
    ) => Effect.Effect<
      readonly [
        call: Effect.Effect<unknown, InventError.InventError>,
        verdict: (
          unknown: InventError.OutcomeUnknown
        ) => Effect.Effect<Reconcile.Verdict<unknown>, InventError.InventError>
      ],
      unknown
    >
  >
> = {
  "an action of an assistant": (client, { assistantId }) => {
    const request = { ...action, path: { assistant_id: assistantId } }
    return Effect.succeed([
      client.assistants.createAction(request),
      (lost) => Organization.createActionVerdict(client, request, lost)
    ])
  },
  "a secret key": (client, { assistantId }) => {
    const request = { path: { assistant_id: assistantId } }
    const rotate = client.assistants.rotateSecretKey(request)
    return Effect.map(rotate, ({ secret_key }) => {
      const before = Redacted.make(secret_key ?? "")
      return [rotate, (lost) => Organization.rotateSecretKeyVerdict(client, request, before, lost)]
    })
  },
  "a broadcast": (client) => {
    const request = { payload: { name: "May" } }
    return Effect.succeed([
      client.broadcasts.create(request),
      (lost) => Organization.createBroadcastVerdict(client, request, lost)
    ])
  },
  "a file": (client) => {
    const request = { payload: upload }
    return Effect.succeed([
      client.files.uploadOrg(request),
      (lost) => Organization.uploadOrgFileVerdict(client, request, lost)
    ])
  },
  "a text": (client, { assistantId }) => {
    const request = { payload: text }
    return Effect.succeed([
      client.knowledge.create(request),
      (lost) => Organization.createContentVerdict(client, request, assistantId, lost)
    ])
  },
  "two contacts": (client, { world }) =>
    Effect.gen(function* () {
      const channels = [{ type: "custom" as const }]
      const [source, target] = [
        yield* world.addContact({ name: "A", channels }),
        yield* world.addContact({ name: "B", channels })
      ]
      const request = { payload: { source_contact_id: source.id, target_contact_id: target.id } }
      return [client.contacts.mergeTwo(request), (lost) => Organization.mergeTwoVerdict(client, request, lost)]
    }),
  "an organization": (client) => {
    const request = { payload: { name: "New" } }
    return Effect.succeed([client.orgs.create(request), (lost) => Organization.createOrgVerdict(client, request, lost)])
  },
  "a table": (client) => {
    const request = { payload: { name: "Deals", record_prefix: "DEAL" } }
    return Effect.succeed([
      client.tables.create(request),
      (lost) => Organization.createTableVerdict(client, request, lost)
    ])
  }
}

describe("the verdict by what a server keeps", () => {
  for (const [what, set] of Object.entries(kept)) {
    it.scoped(`of ${what} is NotApplied before the request and Applied after it`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(sentAt.epochMillis)
        const [call, verdict] = yield* set(yield* InventClient.InventClient, yield* Emulator.Emulator)
        yield* TestClock.adjust("10 minutes")
        const lost = lostAt(yield* DateTime.now)
        yield* TestClock.adjust("1 minutes")
        expect((yield* verdict(lost))._tag).toBe("NotApplied")
        yield* call
        expect((yield* verdict(lost))._tag).toBe("Applied")
      }).pipe(Effect.provide(invent))
    )
  }
})

/** A call that each verdict is on. */
const unsafe = {
  createActionVerdict: ({ assistants }) => assistants.createAction(action),
  rotateSecretKeyVerdict: ({ assistants }) => assistants.rotateSecretKey({ path: { assistant_id } }),
  createBroadcastVerdict: ({ broadcasts }) => broadcasts.create({ payload: { name: "May" } }),
  sendMarketingVerdict: ({ broadcasts }) => broadcasts.sendMarketing({ path: { broadcast_id } }),
  mergeTwoVerdict: ({ contacts }) => contacts.mergeTwo({ payload: pair }),
  uploadOrgFileVerdict: ({ files }) => files.uploadOrg({ payload: upload }),
  createContentVerdict: ({ knowledge }) => knowledge.create({ payload: text }),
  createOrgVerdict: ({ orgs }) => orgs.create({ payload: { name: "New" } }),
  createTableVerdict: ({ tables }) => tables.create({ payload: { name: "Deals" } })
} satisfies Record<keyof typeof Organization, (invent: Client) => Effect.Effect<unknown, InventError.InventError>>

describe("an outcome that is unknown", () => {
  for (const [verdict, call] of Object.entries(unsafe)) {
    it.scoped(`names the verdict that finds it out: ${verdict}`, () =>
      Effect.gen(function* () {
        const { invent } = yield* connect(() => reset)
        const error = yield* within(0, Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error._tag === "OutcomeUnknown" && error.reconcile).toContain(`: ReconcileOrganization.${verdict} does`)
      })
    )
  }

  it.scoped("says of what nothing shows that nothing does, and why", () =>
    Effect.gen(function* () {
      const { invent } = yield* connect(() => reset)
      const error = yield* within(
        0,
        Effect.flip(invent.orgs.join({ path: { sub_org_id: Ids.OrgId.make("o") }, payload: {} }))
      )
      expect(error._tag === "OutcomeUnknown" && error.reconcile).toBe(
        "nothing shows whether it was applied: no page says which member a key is"
      )
    })
  )
})
