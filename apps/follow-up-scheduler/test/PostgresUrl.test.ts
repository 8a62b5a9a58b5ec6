/** The URL of a PostgreSQL database, as an operator may have written it. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Postgres from "../src/Ledger/Database/Postgres.ts"

it.live("a password with a percent sign that encodes nothing is an unusable database, and is not printed", () =>
  Effect.gen(function* () {
    const url = Redacted.make("postgresql://ada:50%off@127.0.0.1:1/ledger")
    const error = yield* Effect.flip(Effect.scoped(Layer.build(Postgres.layer(url))))
    expect(error).toMatchObject({ _tag: "DatabaseUnusable", database: "postgresql://ada@127.0.0.1:1/ledger" })
    expect(error.message).not.toContain("50%off")
  })
)
