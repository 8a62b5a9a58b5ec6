/** Two connections to one SQLite file. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as ConcurrentArmingSuite from "./ConcurrentArmingSuite.ts"

ConcurrentArmingSuite.suite(
  Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped()).pipe(
    Effect.map((folder) => SqliteClient.layer({ filename: `${folder}/a.db` })),
    Effect.provide(NodeContext.layer)
  )
)
