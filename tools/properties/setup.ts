/** Runs before each file of tests: gives fast-check the seed, and vitest its turn between two tests. */
import * as FastCheck from "effect/FastCheck"
import { afterEach } from "vitest"
import { seed } from "./Seed.ts"

FastCheck.configureGlobal({ seed })

// Vitest takes a worker for lost whose event loop does not come round for a minute: tests that never wait do not let
// it.
const { setImmediate } = globalThis
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)))
