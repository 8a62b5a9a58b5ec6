/** Answers `tables`. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as Contract from "@effect-invent/domain/api/Tables"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"

const tables = Answering.paged(Contract.list.successSchema)
const views = Answering.paged(Contract.orderViews.successSchema)

/** Answers `tables`. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "tables", (handlers) =>
  Effect.map(Answering.make, ({ within, world }) =>
    handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, tables(world.tables.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.tables.create(payload))))
      .handle("updateField", ({ path, payload }) =>
        within(path.org_id, applies(world.tables.updateField(path, payload)))
      )
      .handle("moveField", ({ path, payload }) =>
        within(path.org_id, applies(world.tables.moveField(path.table_id, payload)))
      )
      .handle("importRecords", ({ path, payload }) =>
        within(path.org_id, applies(world.tables.importRecords(path.table_id, payload)))
      )
      .handle("orderViews", ({ path, payload, urlParams }) =>
        within(path.org_id, views(applies(world.tables.orderViews(path.table_id, payload, urlParams))))
      )
  )
)
