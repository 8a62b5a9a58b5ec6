/** The organizations below this one: created, set up, joined. They pay nothing and use nothing. */
import {
  type CreateOrg,
  type JoinOrg,
  UpdateBilling,
  type UpdateOrg,
  type UsageFilter
} from "@effect-invent/domain/api/Orgs"
import type { OrgId } from "@effect-invent/domain/Ids"
import { Unknown } from "@effect-invent/domain/schema/Open"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import {
  OrgBilling,
  OrgConfig,
  OrgFeatures,
  type Organization,
  type OrgUsage
} from "@effect-invent/domain/Organization"
import type { OrgMember } from "@effect-invent/domain/Organization/OrgMember"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type * as Records from "./Records.ts"
import * as Wire from "./Wire.ts"

const decodeBilling = Schema.decodeUnknownSync(OrgBilling)
const encodeBilling = Schema.encodeSync(UpdateBilling)
const decodeConfig = Schema.decodeUnknownSync(OrgConfig)
const decodeFeatures = Schema.decodeUnknownSync(OrgFeatures)

/** The name of an organization that was given none. */
const unnamed = "Organization"

type Json = Readonly<Record<string, unknown>>

/** As on the page of `config`: at any depth, what is not given stays. */
const merged = (before: Json, change: Json): Json => {
  const changed = Object.entries(change).map(([key, value]) => {
    const old = OpenRecord.get(before, key)
    return [key, Predicate.isRecord(value) && Predicate.isRecord(old) ? merged(old, value) : value]
  })
  return { ...before, ...Object.fromEntries(changed) }
}

/** Makes what the API does with the organizations below this one. */
export const make = ({ atomic, options, store, stores }: Core) => {
  const member = (
    org_id: OrgId,
    { id, joined_at, role, user_id }: Records.Organization["members"][number]
  ): OrgMember => ({
    id,
    name: Wire.nameOf(store, user_id),
    role: role === "ADMIN" ? role : new Unknown({ value: role }),
    status: "ACTIVE",
    org_id,
    user_id,
    created_at: joined_at,
    updated_at: joined_at
  })

  const show = (org: Records.Organization): Organization => ({
    id: org.id,
    name: org.name,
    logo_url: org.logo_id === null ? null : `https://files.invalid/${org.logo_id}`,
    plan: org.plan === "free" || org.plan === "business" ? org.plan : new Unknown({ value: org.plan }),
    balance: 0,
    promo_balance: 0,
    billing: decodeBilling(org.billing),
    members: org.members.map((each) => member(org.id, each)),
    spending_cap_used: 0,
    created_at: org.created_at,
    features: decodeFeatures(org.features),
    config: decodeConfig(org.config)
  })

  /** The parent of the organizations here. The one at the top has no name in this world. */
  const parent = () => {
    const uppers = [stores.main, ...stores.below()]
    const found = uppers.flatMap(({ organizations }) => organizations.peek(store.org_id) ?? [])
    return { id: store.org_id, name: found[0]?.name ?? unnamed }
  }

  /** As a change of the billing is answered: the organization as it is itself, without its members. */
  const showInFull = (org: Records.Organization): Organization => {
    const { members: _, ...shown } = show(org)
    return {
      ...shown,
      verified: false,
      disabled: false,
      deleted: false,
      type: "PERSONAL",
      role: "ADMIN",
      promo_balance_reset_at: null,
      updated_at: org.updated_at,
      parent_org: parent()
    }
  }

  /** Part of a change. */
  const add = (at: DateTime.Utc, name: string, plan: string = "free") => {
    const org: Records.Organization = {
      id: store.ids.org(),
      name,
      plan,
      logo_id: null,
      features: {},
      config: {},
      billing: {},
      members: [],
      created_at: at,
      updated_at: at
    }
    store.organizations.set(org.id, org)
    return org
  }

  const list = flow(
    (query: Pages.PageQuery) => Effect.sync(() => Pages.page([...store.organizations.values()], query, show)),
    atomic
  )

  const create = Effect.fnUntraced(function* ({ features, name = unnamed }: typeof CreateOrg.Type) {
    const org = add(yield* DateTime.now, name)
    org.features = features === undefined ? {} : given(features)
    return show(org)
  }, atomic)

  const update = Effect.fnUntraced(function* (id: OrgId, payload: typeof UpdateOrg.Type) {
    const org = yield* store.findOrganization(id)
    const { config, features, logo_id, name } = given(payload)
    // A logo is a file of this organization or of the one below.
    const below = Option.toArray(stores.find(id))
    if (logo_id && !below.some(({ files }) => files.has(logo_id))) yield* store.findFile(logo_id)
    if (name !== undefined) org.name = name
    if (logo_id !== undefined) org.logo_id = logo_id
    if (config !== undefined) org.config = merged(org.config, given(config) as Json)
    if (features !== undefined && options.orgFeatures === "changed")
      org.features = { ...org.features, ...given(features) }
    org.updated_at = yield* DateTime.now
    return show(org)
  }, atomic)

  const updateBilling = Effect.fnUntraced(function* (id: OrgId, payload: typeof UpdateBilling.Type) {
    const org = yield* store.findOrganization(id)
    org.billing = merged(org.billing, given(encodeBilling(payload)) as Json)
    org.updated_at = yield* DateTime.now
    return showInFull(org)
  }, atomic)

  const join = Effect.fnUntraced(function* (id: OrgId, { role = "ADMIN" }: typeof JoinOrg.Type) {
    const org = yield* store.findOrganization(id)
    const { user_id } = store
    if (!org.members.some((each) => each.user_id === user_id)) {
      const joined_at = yield* DateTime.now
      const member_id = store.ids.orgMember()
      org.members = [...org.members, { id: member_id, user_id, role, joined_at }]
      stores.open(id).members.set(member_id, { id: member_id, user_id, name: Wire.nameOf(store, user_id) })
    }
    return show(org)
  }, atomic)

  /** A row for each organization, of the one meter that runs here, in the interval that has begun last. */
  const usage = Effect.fnUntraced(function* ({ interval, type = "run", ...query }: typeof UsageFilter.Type) {
    const date = DateTime.startOf(yield* DateTime.now, interval)
    return Pages.page([...store.organizations.values()], query, ({ id, name }): OrgUsage => ({
      org_id: id,
      org_name: name,
      event_name: type,
      amount_credits: 0,
      amount_monetary: 0,
      date
    }))
  }, atomic)

  return { add, list, create, update, updateBilling, join, usage }
}
/** See {@link make}. */
export type SubOrganizations = ReturnType<typeof make>
