/** The contract against what the pages print. */
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as Provenance from "@effect-invent/domain/api/Provenance"
import * as Issue from "@effect-invent/domain/schema/Issue"
import * as HttpApi from "@effect/platform/HttpApi"
import { describe, expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Pages from "./Pages.ts"
import * as Shape from "./Shape.ts"

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly parts: Provenance.Parts
  readonly query: Option.Option<Schema.Schema.All>
  readonly body: Option.Option<Schema.Schema.All>
  readonly answer: Schema.Schema<unknown, unknown>
}

const endpoints: Array<Endpoint> = []
HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) =>
    endpoints.push({
      name: `${group.identifier}.${endpoint.name}`,
      method: endpoint.method,
      path: endpoint.path.replaceAll(/:(\w+)/g, "{$1}"),
      parts: Context.get(endpoint.annotations as Context.Context<Provenance.Provenance>, Provenance.Provenance),
      query: endpoint.urlParamsSchema,
      body: endpoint.payloadSchema,
      answer: endpoint.successSchema as unknown as Schema.Schema<unknown, unknown>
    })
})

const pageOf = (name: string): Pages.Page => {
  const page = Pages.pages.find(({ endpoint }) => endpoint === name)
  expect(page, `no fixture for ${name}`).toBeDefined()
  return page!
}

/** `request.config.model` as `config.model`. */
const withoutRoot = (key: string) => key.slice(key.indexOf(".") + 1)

const requestKeys = (schema: Option.Option<Schema.Schema.All>): ReadonlyArray<string> =>
  Option.match(schema, {
    onNone: () => [],
    onSome: (schema) => Shape.keysOf("request", schema as Schema.Schema.Any).map(withoutRoot)
  })

const printedKeys = (json: Pages.Json | undefined): ReadonlyArray<string> =>
  Pages.keysOf("request", json ?? {}).map(withoutRoot)

/** What answers have, too: a request may have every key of it that any page prints. */
const nounOfKey: Readonly<Record<string, string>> = {
  "assistants.config": "AssistantConfig",
  "state.assistant_config": "AssistantConfig",
  "chats.tools": "Tool",
  "orgs.config": "Organization.config"
}

const isOfANoun = (endpoint: string, key: string): boolean => {
  const [top = "", ...rest] = key.split(".")
  const noun = nounOfKey[`${endpoint.split(".")[0]}.${top}`]
  const last = rest.at(-1)
  if (noun === undefined || last === undefined) return false
  return Pages.isPrinted(`${rest.slice(0, -1).reduce(Pages.nounAt, noun)}.${last}`)
}

/** Keys of an oldest page to which a newer page of the same request gives other names: the newer ones are sent. */
const replaced: Readonly<Record<string, ReadonlyArray<string>>> = {
  "contacts.updateChannel body": ["channel_name", "channel_display_name", "channel_avatar"]
}

describe("the fixtures", () => {
  it("are of every endpoint of the contract, and of no other", () => {
    expect(Pages.pages.map(({ endpoint }) => endpoint).sort()).toEqual(endpoints.map(({ name }) => name).sort())
  })

  it("name the vendor's page", () => {
    for (const { pages } of Pages.pages)
      for (const page of pages) expect(page).toMatch(/^https:\/\/docs\.useinvent\.com\//)
  })
})

for (const { answer, body, method, name, parts, path, query } of endpoints) {
  describe(name, () => {
    it("says of each of its parts, and of no other, where it is from", () => {
      const has = [
        "method",
        "path",
        ...(Option.isSome(query) ? ["query"] : []),
        ...(Option.isSome(body) ? ["body"] : []),
        "answer"
      ]
      expect(Object.keys(parts).sort()).toEqual(has.sort())
    })

    it("has the method and the path that its page prints, and calls nothing printed that is not", () => {
      const page = pageOf(name)
      expect([parts.method, parts.path].map((standing) => standing === "printed")).toEqual([
        page.method !== undefined,
        page.path !== undefined
      ])
      if (page.method !== undefined) expect(method).toBe(page.method)
      if (page.path !== undefined) expect(path).toBe(page.path)
    })

    for (const [part, schema] of [
      ["query", query],
      ["body", body]
    ] as const) {
      it(`has the keys of the ${part} that its page prints, and names those that it does not`, () => {
        const page = pageOf(name)
        const ours = requestKeys(schema)
        const printed = new Set(Pages.captures(page).flatMap((capture) => printedKeys(capture[part])))
        const missing = [...printed].filter(
          (key) =>
            !ours.includes(key) &&
            !Option.exists(schema, (schema) => Shape.isInRecord(schema as Schema.Schema.Any, key))
        )
        expect(missing).toEqual(replaced[`${name} ${part}`] ?? [])
        const unprinted = Provenance.unprinted(parts[part] ?? "printed")
        if (unprinted === "all") expect(printed.size).toBe(0)
        else
          expect(ours.filter((key) => !printed.has(key) && !isOfANoun(name, key)).sort()).toEqual([...unprinted].sort())
      })
    }

    it("gives a type to all that its page prints of the answer, and calls nothing printed that is not", () => {
      const page = pageOf(name)
      expect(parts.answer === "printed").toBe(page.answer !== undefined)
      for (const capture of Pages.captures(page)) {
        if (capture.answer !== undefined) expect(Shape.untyped(answer, capture.answer)).toEqual([])
      }
    })

    it.effect("reads what its page prints, and writes it back unchanged", () =>
      Effect.gen(function* () {
        for (const capture of Pages.captures(pageOf(name))) {
          if (capture.answer === undefined) continue
          const value = yield* Schema.decodeUnknown(answer)(capture.answer)
          expect(JSON.stringify(value)).not.toContain('"Undecodable"')
          expect(yield* Schema.encode(answer)(value)).toStrictEqual(capture.answer)
        }
      })
    )

    it.effect("takes the request that its page prints, and no misspelt key at any depth", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2023, 10, 1))
        for (const schema of Option.toArray(query)) expect(Shape.openParts(schema as Schema.Schema.Any)).toEqual([])
        for (const schema of Option.toArray(body)) {
          expect(Shape.openParts(schema as Schema.Schema.Any)).toEqual([])
          const example = Pages.withExamples(pageOf(name).body ?? {})
          const printed = pageOf(name).body !== undefined
          if (printed) yield* Schema.decodeUnknown(schema as Schema.Schema<unknown, unknown>)(example)
        }
      })
    )
  })
}

describe("the requests of the contract", () => {
  const keysWhere = (is: Parameters<typeof Shape.keysWhere>[2]): ReadonlyArray<string> => {
    const keys = endpoints.flatMap(({ body, name, query }) =>
      [...Option.toArray(query), ...Option.toArray(body)].flatMap((schema) =>
        Shape.keysWhere(name, schema as Schema.Schema.Any, is)
      )
    )
    return [...new Set(keys)].sort()
  }

  it("must have the keys that a page calls required, and those without which they would say nothing", () => {
    const required = [
      "assistants.create.name",
      "assistants.createAction.action_id",
      "assistants.createAction.config",
      "assistants.createAction.enabled",
      "assistants.reorderActions.positions",
      "broadcasts.create.name",
      "broadcasts.dryRunEntries.entries",
      "connections.actionOptions.action_id",
      "contacts.dryRunCreate.channels",
      "contacts.mergeTwo.source_contact_id",
      "contacts.mergeTwo.target_contact_id",
      "contacts.respondToTool.connection_id",
      "contacts.respondToTool.type",
      "knowledge.create.content",
      "orgs.listUsage.interval",
      "state.assign.member_id",
      "tables.create.name",
      "tables.importRecords.file",
      "tables.moveField.field_id"
    ]
    const inferred = [
      "assistants.reorderActions.positions.id",
      "assistants.reorderActions.positions.position",
      "assistants.update.boards.board_id",
      "contacts.createChat.message.text",
      "contacts.createChat.message.type",
      ...["contacts.sendMessage", "contacts.sendMessageOnChannel", "messages.create", "messages.edit"].flatMap((name) =>
        ["message", "message.text", "message.type"].map((key) => `${name}.${key}`)
      ),
      "contacts.decideApproval.decision",
      "messages.decideApproval.decision",
      ...["contacts.uploadFile", "files.uploadOrg"].flatMap((name) =>
        ["data", "name", "type"].map((key) => `${name}.file.${key}`)
      ),
      "knowledge.create.content.text",
      "knowledge.create.content.type",
      "tables.orderViews.positions",
      "tables.orderViews.positions.id",
      "tables.orderViews.positions.position"
    ]
    expect(keysWhere(Shape.isRequired)).toEqual([...required, ...inferred].sort())
  })

  it("take undefined as left out for each key that may be left out", () => {
    expect(keysWhere(Shape.refusesUndefined)).toEqual([])
    expect(keysWhere(({ isOptional }) => isOptional)).toContain("state.update.follow_up_at")
  })

  it("name all values of an enum where another is given", () => {
    const enums = keysWhere((property) => {
      const values = Shape.valuesOf(property)
      const refused = Schema.decodeUnknownEither(Schema.make<unknown, unknown>(property.type))("no such value")
      const issue = Either.match(refused, { onLeft: ({ issue }) => Issue.innermost(issue), onRight: () => "" })
      for (const value of values) expect(issue).toContain(JSON.stringify(value))
      return values.length > 0
    })
    expect(enums).toContain("segments.update.color")
  })

  it("take null where a page says so, and nowhere else", () => {
    expect(keysWhere(Shape.takesNull)).toEqual([
      "assistants.updateAction.connection_id",
      "broadcasts.create.scheduled_at",
      "contacts.update.name",
      ...["avatar", "email", "name", "phone", "username"].map((key) => `contacts.updateChannel.${key}`),
      "orgs.update.logo_id",
      "state.assign.member_id",
      "state.update.follow_up_at",
      "state.update.muted_until"
    ])
  })
})

describe("what is called unknown", () => {
  it("is what has no documented name or form", () => {
    const found = endpoints.flatMap(({ name, parts }) =>
      Object.entries(parts).flatMap(([part, standing]: [string, Provenance.Standing]) => {
        if (standing === "unknown") return [`${name} ${part}`]
        return typeof standing === "string" ? [] : (standing.unknown ?? []).map((key) => `${name} ${part} ${key}`)
      })
    )
    expect(found.sort()).toEqual([
      "connections.list answer",
      "contacts.decideApproval body",
      "contacts.listFiles query mimetype",
      ...["data", "name", "type"].map((key) => `contacts.uploadFile body file.${key}`),
      "files.list query mimetype",
      ...["data", "name", "type"].map((key) => `files.uploadOrg body file.${key}`),
      "memories.clear answer",
      "memories.remove answer",
      "messages.decideApproval body",
      "messages.remove answer",
      "orgs.create body"
    ])
  })
})

describe("the answers of the contract", () => {
  it("have no key that no page prints, but those that are listed with a reason", () => {
    const keys = Pages.pages.flatMap(({ endpoint, noun }) => {
      const found = endpoints.find(({ name }) => name === endpoint)
      return found === undefined || noun === undefined ? [] : Shape.keysOf(noun, found.answer)
    })
    const unprinted = [...new Set(keys)].filter((key) => !Pages.isPrinted(key))
    expect(unprinted.sort()).toEqual(Object.keys(Pages.unprinted.read).sort())
  })
})
