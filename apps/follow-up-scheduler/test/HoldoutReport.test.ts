/** What is said of the two groups of a policy with a holdout. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { GroupCounts } from "../src/Ledger/Enrolments.ts"
import * as Ledger from "../src/Ledger.ts"
import * as HoldoutReport from "../src/Operations/HoldoutReport.ts"
import * as CommandLine from "./CommandLine.ts"

const counts = (treated: readonly [number, number], holdout: readonly [number, number]): ReadonlyArray<GroupCounts> => [
  { group: "treated", enrolled: treated[1], observed: treated[1], replied: treated[0] },
  { group: "holdout", enrolled: holdout[1], observed: holdout[1], replied: holdout[0] }
]

const compare = (...groups: Parameters<typeof counts>) =>
  HoldoutReport.compare("quotes", Duration.days(3), counts(...groups))

describe("the comparison of a holdout", () => {
  it("names the shares, the difference and their intervals", () => {
    expect(HoldoutReport.describe(compare([56, 70], [48, 80]))).toEqual([
      "Replies within 3d of the first follow-up of quotes:",
      "  followed up: 70 contacts; 56 of 70 observed replied: 80.0 % (69.2 % to 87.7 %)",
      "  left out: 80 contacts; 48 of 80 observed replied: 60.0 % (49.0 % to 70.0 %)",
      "  difference: 20.0 points (5.2 to 33.4)",
      "  with follow-ups more contacts reply"
    ])
  })

  it.each([
    [[56, 70], [48, 80], "more_replies"],
    [[48, 80], [56, 70], "fewer_replies"],
    [[5, 56], [0, 29], "unclear"],
    [[0, 0], [0, 0], "unclear"],
    [[9, 10], [0, 0], "unclear"]
  ] as const)("of %j and %j is %s", (treated, holdout, effect) => {
    expect(compare(treated, holdout).effect).toBe(effect)
  })

  it("says so where nothing can be told yet", () => {
    expect(HoldoutReport.describe(compare([0, 0], [0, 0]))).toEqual([
      "Replies within 3d of the first follow-up of quotes:",
      "  followed up: 0 contacts; 0 of 0 observed replied",
      "  left out: 0 contacts; 0 of 0 observed replied",
      "  more replies are needed to see whether follow-ups change it"
    ])
  })

  const variants = {
    names: ["short", "long"],
    counts: [
      { variant: "early", enrolled: 3, observed: 0, replied: 0 },
      { variant: "long", enrolled: 80, observed: 80, replied: 48 },
      { variant: "short", enrolled: 70, observed: 70, replied: 56 }
    ]
  }

  it("stands beside that of the variants: each against the first, those of earlier versions last", () => {
    const both = HoldoutReport.compare("quotes", Duration.days(3), counts([104, 150], [5, 10]), variants)
    expect(HoldoutReport.describe(both)).toEqual([
      "Replies within 3d of the first follow-up of quotes:",
      "  variant short: 70 contacts; 56 of 70 observed replied: 80.0 % (69.2 % to 87.7 %)",
      "  variant long: 80 contacts; 48 of 80 observed replied: 60.0 % (49.0 % to 70.0 %)",
      "  variant early: 3 contacts; 0 of 0 observed replied",
      "  long against short: -20.0 points (-33.4 to -5.2): fewer contacts reply",
      "  early against short: not clear yet",
      "  followed up: 150 contacts; 104 of 150 observed replied: 69.3 % (61.5 % to 76.2 %)",
      "  left out: 10 contacts; 5 of 10 observed replied: 50.0 % (23.7 % to 76.3 %)",
      "  difference: 19.3 points (-8.1 to 46.5)",
      "  more replies are needed to see whether follow-ups change it"
    ])
  })

  it("has the variants alone where nobody is left out", () => {
    const small = [
      { variant: "long", enrolled: 29, observed: 29, replied: 0 },
      { variant: "short", enrolled: 56, observed: 56, replied: 5 }
    ]
    const alone = HoldoutReport.compare("quotes", Duration.days(3), counts([5, 85], [0, 0]), {
      names: ["short", "long"],
      counts: small
    })
    expect(HoldoutReport.describe(alone)).toEqual([
      "Replies within 3d of the first follow-up of quotes:",
      "  variant short: 56 contacts; 5 of 56 observed replied: 8.9 % (3.9 % to 19.3 %)",
      "  variant long: 29 contacts; 0 of 29 observed replied: 0.0 % (0.0 % to 11.7 %)",
      "  long against short: -8.9 points (-19.3 to 3.8): not clear yet"
    ])
  })

  it.live("is in status, for people and as JSON", () =>
    CommandLine.inFolder(
      {},
      Effect.gen(function* () {
        const rows = Array.from({ length: 30 }, (_, index) => ({
          policy: "quotes",
          contact_id: `contact_${index}`,
          conversation_id: `conversation_${index}`,
          assigned: index < 10 ? "holdout" : "treated",
          enrolled_at: 0,
          replied_at: index < 25 ? null : 1
        }))
        yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO enrolments ${sql.insert(rows)}`).pipe(
          Effect.provide(Layer.provideMerge(Ledger.layer, SqliteClient.layer({ filename: "x.db" })))
        )
        const { stdout } = yield* CommandLine.run(["status", "--db", "x.db"])
        expect(stdout).toContain("followed up: 20 contacts; 5 of 20 observed replied: 25.0 %")
        expect(stdout).toContain("more replies are needed")
        const json = yield* CommandLine.run(["status", "--db", "x.db", "--json"])
        expect(JSON.parse(json.stdout).holdouts).toMatchObject([
          {
            policy: "quotes",
            reply_within_seconds: 259_200,
            effect: "unclear",
            groups: [{ replied: 5 }, { replied: 0 }]
          }
        ])
      })
    )
  )
})
