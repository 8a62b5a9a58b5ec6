/** The ledger as a command needs it: to write, to read, or to change beside a scheduler that may be running. */
import * as Layer from "effect/Layer"
import * as Database from "../Ledger/Database.ts"
import * as Ledger from "../Ledger.ts"
import type { Db } from "./Options.ts"

/** For a scheduler: created where it is missing. */
export const writing = (db: Db) => Layer.provideMerge(Ledger.layer, Database.layer(db))

/** For reading; fails where none is. */
export const reading = (db: Db) => Layer.provideMerge(Ledger.layerReadOnly, Database.layerReadOnly(db))

/** For reading; empty where none is. */
export const readingIfAny = (db: Db) => Layer.provideMerge(Ledger.layerReadOnly, Database.layerDryRun(db))

/** For a change beside a scheduler that may be running; fails where none is. */
export const existing = (db: Db) => Layer.provideMerge(Ledger.layer, Database.layerExisting(db))
