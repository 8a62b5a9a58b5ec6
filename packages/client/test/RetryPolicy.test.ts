import * as RetryPolicy from "@effect-invent/client/RetryPolicy"
import type { Safety } from "@effect-invent/domain/api/RetrySafety"
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"

const { Failure } = RetryPolicy

const answer = (status: number): RetryPolicy.Answer => ({ status, excerpt: "", requestId: undefined })
const asks = (millis: number) => Option.some(Duration.millis(millis))
const rejection = new InventError.NotFound({ endpoint: "state.update", attempts: 1, status: 404, excerpt: "" })

const failures: Record<string, RetryPolicy.Failure> = {
  QueueFull: Failure.QueueFull({ queued: 10_000, expectedWait: Duration.minutes(20) }),
  RateLimitUnavailable: Failure.RateLimitUnavailable({ reason: "database is locked" }),
  NeverSent: Failure.NeverSent({ reason: "ECONNREFUSED" }),
  AnswerLost: Failure.AnswerLost({ reason: "ECONNRESET" }),
  AttemptTimedOut: Failure.AttemptTimedOut({ after: Duration.seconds(20) }),
  Throttled: Failure.Throttled({ answer: answer(429), retryAfter: Option.none() }),
  "Throttled, asking for 3 s": Failure.Throttled({ answer: answer(429), retryAfter: asks(3000) }),
  Faulted: Failure.Faulted({ answer: answer(500), retryAfter: Option.none() }),
  "Faulted, asking for 3 s": Failure.Faulted({ answer: answer(503), retryAfter: asks(3000) }),
  Rejected: Failure.Rejected({ error: rejection })
}

const safeties: ReadonlyArray<Safety> = ["Safe", "Idempotent", "Unsafe"]

/** What must come of a failure while attempts, budget and time are plenty. */
const expected: Record<string, Record<Safety, "Repeat" | "GiveUp">> = {
  QueueFull: { Safe: "GiveUp", Idempotent: "GiveUp", Unsafe: "GiveUp" },
  RateLimitUnavailable: { Safe: "GiveUp", Idempotent: "GiveUp", Unsafe: "GiveUp" },
  NeverSent: { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "Repeat" },
  AnswerLost: { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "GiveUp" },
  AttemptTimedOut: { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "GiveUp" },
  Throttled: { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "Repeat" },
  "Throttled, asking for 3 s": { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "Repeat" },
  Faulted: { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "GiveUp" },
  "Faulted, asking for 3 s": { Safe: "Repeat", Idempotent: "Repeat", Unsafe: "GiveUp" },
  Rejected: { Safe: "GiveUp", Idempotent: "GiveUp", Unsafe: "GiveUp" }
}

const plenty = {
  policy: RetryPolicy.defaults,
  attempt: 1,
  budgetLeft: true,
  remaining: Duration.minutes(5),
  jitter: 0.5
}

describe("the retry policy", () => {
  for (const [name, failure] of Object.entries(failures)) {
    for (const safety of safeties) {
      const verdict = expected[name]![safety]
      describe(`${name} on ${safety}`, () => {
        it(`is ${verdict === "Repeat" ? "repeated" : "given up"} while attempts, budget and time are left`, () => {
          for (const attempt of [1, 2, 3]) {
            expect(RetryPolicy.decide({ ...plenty, failure, safety, attempt })._tag).toBe(verdict)
          }
        })

        it(`is ${failure._tag === "Throttled" ? "not counted as an attempt" : "given up after the last attempt"}`, () => {
          for (const attempt of [4, 5, 400]) {
            const decision = RetryPolicy.decide({ ...plenty, failure, safety, attempt })
            expect(decision._tag).toBe(failure._tag === "Throttled" ? "Repeat" : "GiveUp")
          }
        })

        it("is given up where nothing is to be repeated", () => {
          const policy = { ...RetryPolicy.defaults, maxAttempts: 1 }
          expect(RetryPolicy.decide({ ...plenty, policy, failure, safety })._tag).toBe("GiveUp")
        })

        it(`${failure._tag === "Throttled" ? "needs no budget" : "is given up without budget"}`, () => {
          const withoutBudget = RetryPolicy.decide({ ...plenty, failure, safety, budgetLeft: false })
          expect(withoutBudget._tag).toBe(failure._tag === "Throttled" ? "Repeat" : "GiveUp")
        })

        it("is not repeated when no time is left", () => {
          const remaining = Duration.zero
          const asked = name.endsWith("3 s") && verdict === "Repeat"
          const decision = RetryPolicy.decide({ ...plenty, failure, safety, remaining })
          expect(decision._tag).toBe(asked ? "TooLong" : "GiveUp")
        })
      })
    }
  }

  it("repeats what may have been applied only as long as that is repeatable, and the rest regardless", () => {
    for (const [name, failure] of Object.entries(failures)) {
      const decide = (millis: number) =>
        RetryPolicy.decide({ ...plenty, failure, safety: "Idempotent", repeatableFor: Duration.millis(millis) })._tag
      const isAmbiguous = /^(AnswerLost|AttemptTimedOut|Faulted)/.test(name)
      const always = expected[name]!.Idempotent
      expect(decide(0), name).toBe(isAmbiguous ? "GiveUp" : always)
      // Half of the first back-off, after what the server asks for.
      const wait = name.endsWith("3 s") ? 3250 : 250
      expect([decide(wait), decide(wait + 1)], name).toEqual([isAmbiguous ? "GiveUp" : always, always])
    }
  })

  it("doubles the ceiling of the back-off with each attempt, up to the longest", () => {
    const policy = { maxAttempts: 100, baseDelay: Duration.millis(500), maxDelay: Duration.seconds(3) }
    const waits = [1, 2, 3, 4, 5, 99].map((attempt) => {
      const decision = RetryPolicy.decide({
        ...plenty,
        policy,
        failure: failures["NeverSent"]!,
        safety: "Safe",
        attempt,
        jitter: 0.5
      })
      return decision._tag === "Repeat" ? Duration.toMillis(decision.after) : undefined
    })
    expect(waits).toEqual([250, 500, 1000, 1500, 1500, 1500])
  })

  it("leaves it to the limiter to wait longer after each 429", () => {
    for (const attempt of [1, 2, 3, 400]) {
      const decision = RetryPolicy.decide({ ...plenty, failure: failures["Throttled"]!, safety: "Unsafe", attempt })
      expect(decision).toEqual(RetryPolicy.Decision.Repeat({ after: Duration.millis(250) }))
    }
  })

  it("takes a back-off of fractions of a millisecond", () => {
    const policy = { maxAttempts: 4, baseDelay: Duration.micros(1500n), maxDelay: Duration.seconds(1) }
    const decision = RetryPolicy.decide({
      ...plenty,
      policy,
      failure: failures["NeverSent"]!,
      safety: "Safe",
      jitter: 0.3
    })
    expect(decision).toEqual(RetryPolicy.Decision.Repeat({ after: Duration.micros(450n) }))
  })

  it("says how long the server wants when the deadline does not leave that", () => {
    for (const failure of [failures["Throttled, asking for 3 s"]!, failures["Faulted, asking for 3 s"]!]) {
      const decide = (remaining: number) =>
        RetryPolicy.decide({ ...plenty, failure, safety: "Safe", remaining: Duration.millis(remaining), jitter: 0 })
      expect(decide(3000)).toEqual(RetryPolicy.Decision.TooLong({ wait: Duration.seconds(3) }))
      expect(decide(3001)).toEqual(RetryPolicy.Decision.Repeat({ after: Duration.seconds(3) }))
    }
  })

  it("never makes the caller of an unsafe request wait for a 5xx, whatever it asks for", () => {
    const failure = Failure.Faulted({ answer: answer(503), retryAfter: asks(3_600_000) })
    expect(RetryPolicy.decide({ ...plenty, failure, safety: "Unsafe" })._tag).toBe("GiveUp")
  })
})

const retryAfters = FastCheck.option(FastCheck.integer({ min: 0, max: 400_000 }), { nil: undefined }).map((millis) =>
  Option.map(Option.fromNullable(millis), Duration.millis)
)

const situations: FastCheck.Arbitrary<RetryPolicy.Situation> = FastCheck.record({
  policy: FastCheck.record({
    maxAttempts: FastCheck.integer({ min: 1, max: 10 }),
    baseDelay: FastCheck.integer({ min: 0, max: 5000 }).map(Duration.millis),
    maxDelay: FastCheck.integer({ min: 0, max: 60_000 }).map(Duration.millis)
  }),
  failure: FastCheck.oneof(
    FastCheck.constantFrom("NeverSent", "AnswerLost", "AttemptTimedOut", "Rejected").map((name) => failures[name]!),
    retryAfters.map((retryAfter): RetryPolicy.Failure => Failure.Throttled({ answer: answer(429), retryAfter })),
    retryAfters.map((retryAfter): RetryPolicy.Failure => Failure.Faulted({ answer: answer(502), retryAfter }))
  ),
  safety: FastCheck.constantFrom(...safeties),
  attempt: FastCheck.integer({ min: 1, max: 10 }),
  budgetLeft: FastCheck.boolean(),
  remaining: FastCheck.integer({ min: 0, max: 400_000 }).map(Duration.millis),
  jitter: FastCheck.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
})

const always = (holds: (situation: RetryPolicy.Situation, decision: RetryPolicy.Decision) => void) =>
  FastCheck.assert(
    FastCheck.property(situations, (situation) => holds(situation, RetryPolicy.decide(situation))),
    { numRuns: 5000 }
  )

const asked = ({ failure }: RetryPolicy.Situation): number =>
  failure._tag === "Throttled" || failure._tag === "Faulted"
    ? Option.match(failure.retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
    : 0

const ceiling = ({ attempt, failure, policy }: RetryPolicy.Situation): number =>
  Math.min(
    Duration.toMillis(policy.baseDelay) * (failure._tag === "Throttled" ? 1 : 2 ** (attempt - 1)),
    Duration.toMillis(policy.maxDelay)
  )

describe("in any situation, the retry policy", () => {
  it("never repeats an unsafe request whose answer is missing or a 5xx", () => {
    always(({ failure, safety }, decision) => {
      if (safety !== "Unsafe" || !["AnswerLost", "AttemptTimedOut", "Faulted"].includes(failure._tag)) return
      expect(decision._tag).toBe("GiveUp")
    })
  })

  it("never waits as long as the time that is left", () => {
    always(({ remaining }, decision) => {
      if (decision._tag === "Repeat")
        expect(Duration.toMillis(decision.after)).toBeLessThan(Duration.toMillis(remaining))
    })
  })

  it("never comes back before the server asked it to", () => {
    always((situation, decision) => {
      if (decision._tag === "Repeat") expect(Duration.toMillis(decision.after)).toBeGreaterThanOrEqual(asked(situation))
    })
  })

  it("keeps the jitter inside the ceiling of the back-off", () => {
    always((situation, decision) => {
      if (decision._tag !== "Repeat") return
      const jitter = Duration.toMillis(decision.after) - asked(situation)
      // A duration has nanoseconds; rounding one may add half of one.
      expect(jitter).toBeGreaterThanOrEqual(-1e-6)
      expect(jitter).toBeLessThanOrEqual(ceiling(situation) + 1e-6)
    })
  })

  it("never goes beyond the attempts or spends a budget that is empty, 429s aside", () => {
    always(({ attempt, budgetLeft, failure, policy }, decision) => {
      if (decision._tag !== "Repeat") return
      expect(policy.maxAttempts).toBeGreaterThan(1)
      if (failure._tag === "Throttled") return
      expect(attempt).toBeLessThan(policy.maxAttempts)
      expect(budgetLeft).toBe(true)
    })
  })
})
