/** Answers `tables`. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `tables`. */
export const make = Effect.map(World, ({ tables }) =>
  group("tables", {
    list: ({ urlParams }) => tables.list(urlParams),
    create: applies(({ payload }) => tables.create(payload)),
    updateField: applies(({ path, payload }) => tables.updateField(path, payload)),
    moveField: applies(({ path, payload }) => tables.moveField(path.table_id, payload)),
    importRecords: applies(({ path, payload }) => tables.importRecords(path.table_id, payload)),
    orderViews: applies(({ path, payload, urlParams }) => tables.orderViews(path.table_id, payload, urlParams))
  })
)
