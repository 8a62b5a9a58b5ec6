/** Says once a run with which seed the property tests run. */
import { seed } from "./Seed.ts"

export const setup = (): void => console.log(`Property tests run with PROPERTY_SEED=${seed}.`)
